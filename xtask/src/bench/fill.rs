//! Puts a data set into a database whose tables are made, past the program that made them, and exactly as
//! that would have: our numbers of `accounts` fit.

use std::path::Path;

use rusqlite::Connection;
use tickbox::clock::Clock;

use super::cluster::Cluster;
use super::dataset::{
    CREATION_STEP, Dataset, FIRST_CREATION, FIRST_ID, FIRST_USER, ID_STEP, ID_TAIL, USER_STEP,
    user_id,
};
use super::sql::SCHEMA;
use crate::step::Outcome;

const TITLE: &str = " of the list, with a title of usual length";
const DESCRIPTION: &str = "A few words more: when, where, with whom, and what to bring";

/// The columns of a task, in words that both engines know; `{…}` where they differ. Every second task
/// has a description, every third is done.
const COLUMNS: &str = "
    {user}, {id},
    'Task ' || t || '{title}',
    CASE WHEN t % 2 = 0 THEN '{description}' END,
    {completed}, {created}, {created}, 1, t + 1";

/// From so many tasks on, filling in small steps takes too long.
const MANY: u64 = 1_000_000;

pub(super) fn fill_postgres(cluster: &Cluster, database: &str, dataset: Dataset) -> Outcome {
    let Dataset { users, tasks_each } = dataset;
    let user = format!("({FIRST_USER} + u * {USER_STEP})::text");
    let ordinal = format!("(t * {users} + u)");
    let columns = COLUMNS
        .replace("{title}", TITLE)
        .replace("{description}", DESCRIPTION)
        .replace("{user}", &user)
        .replace(
            "{id}",
            &format!("('0' || ({FIRST_ID} + {ordinal} * {ID_STEP}) || '{ID_TAIL}')::uuid"),
        )
        .replace("{completed}", "t % 3 = 0")
        .replace(
            "{created}",
            &format!(
                "timestamptz 'epoch' + ({FIRST_CREATION} + {ordinal} * {CREATION_STEP}) * interval '1 microsecond'"
            ),
        );
    // In the order in which a real app fills up: everybody's first task, then everybody's second.
    let tasks = format!(
        "INSERT INTO tickbox.tasks
            (user_id, id, title, description, completed, created_at, updated_at, version, seq)
         SELECT {columns} FROM
            (SELECT o / {users} AS t, o % {users} AS u FROM generate_series(0::bigint, {last}) AS o) AS numbers",
        last = dataset.tasks() - 1,
    );
    let accounts = format!(
        "INSERT INTO tickbox.accounts (user_id, seq, task_count, completed_count)
         SELECT {user}, {tasks_each}, {tasks_each}, {completed} FROM generate_series(0, {last_user}) AS u",
        completed = dataset.completed_each(),
        last_user = users - 1,
    );
    cluster.sql(database, &[&accounts])?;
    if dataset.tasks() < MANY {
        cluster.sql(database, &[&tasks])?;
    } else {
        fill_without_indexes(cluster, database, &tasks)?;
    }
    settle(cluster, database)
}

/// Builds the indexes afterwards, which is many times faster.
fn fill_without_indexes(cluster: &Cluster, database: &str, insert: &str) -> Outcome {
    let indexes = format!(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = '{SCHEMA}' AND tablename = 'tasks'"
    );
    let indexes = cluster.sql(database, &[&indexes])?;
    let drop = format!(
        "DO $$ DECLARE index text; BEGIN
            ALTER TABLE {SCHEMA}.tasks DROP CONSTRAINT tasks_pkey;
            FOR index IN SELECT indexname FROM pg_indexes
                WHERE schemaname = '{SCHEMA}' AND tablename = 'tasks'
            LOOP EXECUTE format('DROP INDEX {SCHEMA}.%I', index); END LOOP;
         END $$"
    );
    let key = format!(
        "ALTER TABLE {SCHEMA}.tasks ADD CONSTRAINT tasks_pkey PRIMARY KEY USING INDEX tasks_pkey"
    );
    let mut statements = vec!["SET maintenance_work_mem = '1GB'", &drop, insert];
    statements.extend(indexes.lines());
    statements.push(&key);
    cluster.sql(database, &statements).map(std::mem::drop)
}

fn settle(cluster: &Cluster, database: &str) -> Outcome {
    cluster.sql_as_superuser(database, "VACUUM ANALYZE")?;
    cluster.sql_as_superuser(database, "CHECKPOINT")
}

pub(super) fn fill_sqlite(path: &Path, dataset: Dataset) -> Outcome {
    let Dataset { users, tasks_each } = dataset;
    let user = format!("CAST({FIRST_USER} + u * {USER_STEP} AS TEXT)");
    let ordinal = format!("(t * {users} + u)");
    let columns = COLUMNS
        .replace("{title}", TITLE)
        .replace("{description}", DESCRIPTION)
        .replace("{user}", &user)
        .replace(
            "{id}",
            &format!("unhex('0' || ({FIRST_ID} + {ordinal} * {ID_STEP}) || '{ID_TAIL}')"),
        )
        .replace("{completed}", "t % 3 = 0")
        .replace(
            "{created}",
            &format!("{FIRST_CREATION} + {ordinal} * {CREATION_STEP}"),
        );
    // In the order of the key, in which rows lie anyway. The program sets the journal that it wants.
    let script = format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;
         WITH RECURSIVE {people}
         INSERT INTO accounts (user_id, seq, task_count, completed_count)
         SELECT {user}, {tasks_each}, {tasks_each}, {completed} FROM people;
         WITH RECURSIVE {people}, {turns}
         INSERT INTO tasks
            (user_id, id, title, description, completed, created_at, updated_at, version, seq)
         SELECT {columns} FROM people CROSS JOIN turns;
         COMMIT; ANALYZE;",
        people = numbers("people", 'u', users),
        turns = numbers("turns", 't', tasks_each),
        completed = dataset.completed_each(),
    );
    run_script(path, &script)
}

/// Ids from 1 on, in the order of creation, as its sequence would have given them.
pub(super) fn fill_fast_api(cluster: &Cluster, database: &str, dataset: Dataset) -> Outcome {
    let Dataset { users, tasks_each } = dataset;
    let statement = format!(
        "INSERT INTO tasks (user_id, title, description, completed, created_at, updated_at)
         SELECT ({FIRST_USER} + u * {USER_STEP})::text, 'Task ' || t || '{TITLE}',
            CASE WHEN t % 2 = 0 THEN '{DESCRIPTION}' END, t % 3 = 0, made, made
         FROM generate_series(0, {last_task}) AS t, generate_series(0, {last_user}) AS u,
            LATERAL (SELECT timestamp '2025-06-15' + (t * {users} + u) * interval '1 millisecond' AS made) AS moment
         ORDER BY t, u",
        last_task = tasks_each - 1,
        last_user = users - 1,
    );
    cluster.sql(database, &[&statement])?;
    settle(cluster, database)
}

pub(super) fn fill_pocket_base(path: &Path, dataset: Dataset) -> Outcome {
    let Dataset { users, tasks_each } = dataset;
    let made = |ordinal: &str| {
        format!("strftime('%Y-%m-%d %H:%M:%fZ', 1750000000 + ({ordinal}) * 0.001, 'unixepoch')")
    };
    let script = format!(
        "PRAGMA synchronous = OFF; BEGIN;
         WITH RECURSIVE {people}
         INSERT INTO users (id, email, tokenKey, verified, created, updated)
         SELECT format('u%014d', u), 'user-' || u || '@example.com', hex(randomblob(25)), 1, {now}, {now}
         FROM people;
         WITH RECURSIVE {people}, {turns}
         INSERT INTO tasks (id, owner, title, description, completed, created, updated)
         SELECT format('t%014d', t * {users} + u), format('u%014d', u), 'Task ' || t || '{TITLE}',
            CASE WHEN t % 2 = 0 THEN '{DESCRIPTION}' ELSE '' END, t % 3 = 0, {made}, {made}
         FROM turns CROSS JOIN people;
         COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);",
        people = numbers("people", 'u', users),
        turns = numbers("turns", 't', tasks_each),
        now = made("0"),
        made = made(&format!("t * {users} + u")),
    );
    run_script(path, &script)
}

/// So many changes of a user, made over and over to all of the user's tasks, the latest a moment ago: what is older
/// than the time for which changes are kept would be swept while it is measured.
struct History {
    dataset: Dataset,
    user: u64,
    count: u64,
}

impl History {
    /// `id` makes an id of digits, `at` a time of microseconds, `series` the numbers from 1 on; `schema` stands
    /// before the names of tables.
    fn sql(&self, schema: &str, id: [&str; 2], at: [&str; 2], series: &str) -> String {
        let Dataset { users, tasks_each } = self.dataset;
        let count = self.count;
        let user = user_id(self.user);
        let ordinal = format!("((s - 1) % {tasks_each} * {users} + {})", self.user);
        let now = Clock::system().now().as_micros();
        let ([id, id_end], [at, at_end]) = (id, at);
        format!(
            "INSERT INTO {schema}changes
                (user_id, seq, task_id, kind, at, actor, request_id, former_seq, title, completed)
             SELECT '{user}', s, {id}'0' || ({FIRST_ID} + {ordinal} * {ID_STEP}) || '{ID_TAIL}'{id_end},
                CASE WHEN s > {tasks_each} THEN 'changed' ELSE 'created' END,
                {at}({now} - ({count} - s)){at_end}, '{user}', '01990f3e-8a5c-7cc3-98c4-dc0c0c07398f',
                CASE WHEN s > {tasks_each} THEN s - {tasks_each} END,
                CASE WHEN s > {tasks_each} THEN 'Task{TITLE}' END,
                CASE WHEN s > {tasks_each} THEN s % 2 = 0 END
             FROM {series};
             UPDATE {schema}tasks SET seq = seq + {gained}, version = {count} / {tasks_each}
             WHERE user_id = '{user}';
             UPDATE {schema}accounts SET seq = {count} WHERE user_id = '{user}';",
            gained = count - tasks_each,
        )
    }
}

/// Gives a user of a data set so many changes; at least as many as tasks.
pub(super) fn lengthen_postgres(
    cluster: &Cluster,
    database: &str,
    (dataset, user, count): (Dataset, u64, u64),
) -> Outcome {
    let history = History {
        dataset,
        user,
        count,
    };
    let script = history.sql(
        &format!("{SCHEMA}."),
        ["(", ")::uuid"],
        ["timestamptz 'epoch' + ", " * interval '1 microsecond'"],
        &format!("generate_series(1::bigint, {count}) AS s"),
    );
    cluster.sql(database, &[&script])?;
    settle(cluster, database)
}

/// The same on SQLite.
pub(super) fn lengthen_sqlite(path: &Path, (dataset, user, count): (Dataset, u64, u64)) -> Outcome {
    let history = History {
        dataset,
        user,
        count,
    };
    let numbers = numbers("series", 'n', count);
    let series = format!("(WITH RECURSIVE {numbers} SELECT n + 1 AS s FROM series) AS numbers");
    let script = history.sql("", ["unhex(", ")"], ["", ""], &series);
    let script = format!("BEGIN; {script} COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);");
    run_script(path, &script)
}

/// A table of whole numbers from 0 on.
fn numbers(name: &str, letter: char, count: u64) -> String {
    format!(
        "{name}({letter}) AS (SELECT 0 UNION ALL SELECT {letter} + 1 FROM {name} WHERE {letter} + 1 < {count})"
    )
}

fn run_script(path: &Path, script: &str) -> Outcome {
    let connection = Connection::open(path).map_err(|error| error.to_string())?;
    connection
        .execute_batch(script)
        .map_err(|error| error.to_string())?;
    connection.close().map_err(|(_, error)| error.to_string())
}
