//! What the tables say, past the program, and what is done to them there.

use tempfile::TempDir;

use super::Home;
use super::postgres::Database;

/// The counters and numbers behind the API, read from the tables themselves. The trash is left out.
pub(crate) async fn ledger(home: &Home) -> Vec<String> {
    const ACCOUNTS: &str = "SELECT 'account ' || space || ' seq=' || seq || ' tasks=' || task_count \
        || ' completed=' || completed_count FROM accounts ORDER BY space";
    const TASKS: &str = "SELECT 'task ' || space || ' ' || title || ' version=' || version || ' seq=' || seq \
        FROM tasks WHERE deleted_at IS NULL ORDER BY space, seq";
    let mut lines = read_lines(home, ACCOUNTS).await;
    lines.extend(read_lines(home, TASKS).await);
    lines
}

/// What a query of one text gives.
pub(crate) async fn read_lines(home: &Home, sql: &str) -> Vec<String> {
    match home {
        Home::Sqlite(directory) => {
            let connection = open(directory);
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        }
        Home::Postgres(database) => {
            let rows = connect(database).await.query(sql, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        }
    }
}

/// Does what no request could do.
pub(crate) async fn tamper(home: &Home, sql: &str) {
    match home {
        Home::Sqlite(directory) => open(directory).execute_batch(sql).unwrap(),
        Home::Postgres(database) => connect(database).await.batch_execute(sql).await.unwrap(),
    }
}

fn open(directory: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(directory.path().join("test.db")).unwrap()
}

async fn connect(database: &Database) -> tokio_postgres::Client {
    let client = database.administrator().await;
    let path = "SET search_path = tickbox";
    client.batch_execute(path).await.unwrap();
    client
}
