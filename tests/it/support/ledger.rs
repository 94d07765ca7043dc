//! What the tables themselves say, for tests that do not believe the API.

use super::Home;

/// The counters and numbers behind the API, read from the tables themselves. The trash is left out.
pub(crate) async fn ledger(home: &Home) -> Vec<String> {
    const ACCOUNTS: &str = "SELECT 'account ' || user_id || ' seq=' || seq || ' tasks=' || task_count \
        || ' completed=' || completed_count FROM accounts ORDER BY user_id";
    const TASKS: &str = "SELECT 'task ' || user_id || ' ' || title || ' version=' || version || ' seq=' || seq \
        FROM tasks WHERE deleted_at IS NULL ORDER BY user_id, seq";
    let mut lines = Vec::new();
    match home {
        Home::Sqlite(directory) => {
            let connection = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
            for sql in [ACCOUNTS, TASKS] {
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                lines.extend(rows.map(Result::<String, _>::unwrap));
            }
        }
        Home::Postgres(database) => {
            let client = database.administrator().await;
            client
                .batch_execute("SET search_path = tickbox")
                .await
                .unwrap();
            for sql in [ACCOUNTS, TASKS] {
                let rows = client.query(sql, &[]).await.unwrap();
                lines.extend(rows.iter().map(|row| row.get::<_, String>(0)));
            }
        }
    }
    lines
}
