//! Migrations: twins, applied one by one to a database that is not empty, by one program at a time.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tickbox::clock::Clock;
use tickbox::store::{Migrations, Store, StoreConfig};

use crate::support::process::{Tickbox, setting};
use crate::support::{Home, SECRET, ledger, tamper};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(name)).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn every_migration_has_a_twin_and_sample_data() {
    let postgres = files("migrations/postgres");
    assert_eq!(postgres, files("migrations/sqlite"));
    assert_eq!(postgres, files("tests/it/migrations"));
    let known = Home::sqlite().store().migration_status().await.unwrap();
    let known: BTreeSet<_> = known
        .iter()
        .map(|it| format!("{:04}_{}.sql", it.number, it.name))
        .collect();
    assert_eq!(postgres, known, "each is in the program");
}

/// Loads the sample data of each migration after it, so that the next one meets a database with rows.
#[tokio::test]
async fn each_migration_applies_to_a_database_with_rows_on_sqlite() {
    let home = Home::sqlite();
    let Home::Sqlite(directory) = &home else {
        unreachable!()
    };
    let connection = rusqlite::Connection::open(directory.path().join("fresh.db")).unwrap();
    for migration in home.store().migration_status().await.unwrap() {
        connection
            .execute_batch(migration.sql.as_deref().unwrap())
            .unwrap();
        let sample = format!(
            "tests/it/migrations/{:04}_{}.sql",
            migration.number, migration.name
        );
        connection
            .execute_batch(&fs::read_to_string(folder(&sample)).unwrap())
            .unwrap();
    }
}

#[tokio::test]
async fn each_migration_applies_to_a_database_with_rows_on_postgres() {
    let home = Home::postgres().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let client = database.administrator().await;
    client
        .batch_execute("CREATE SCHEMA tickbox; SET search_path = tickbox")
        .await
        .unwrap();
    for migration in home.store().migration_status().await.unwrap() {
        client
            .batch_execute(migration.sql.as_deref().unwrap())
            .await
            .unwrap();
        let sample = format!(
            "tests/it/migrations/{:04}_{}.sql",
            migration.number, migration.name
        );
        client
            .batch_execute(&fs::read_to_string(folder(&sample)).unwrap())
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_take_turns() {
    let home = Home::postgres().await;
    let start = || async {
        let now = Clock::system().now();
        Store::open(&home.store(), Migrations::Apply(now))
            .await
            .map(|_| ())
    };
    let started = futures_util::future::join_all((0..6).map(|_| start())).await;
    assert!(started.iter().all(Result::is_ok), "{started:?}");
    assert_eq!(ledger(&home).await, [""; 0]);
}

fn migrate(home: &Home) -> Tickbox {
    let program = Tickbox::new(["migrate"]).env("DATABASE_URL", home.url());
    program.env("BETTER_AUTH_SECRET", SECRET)
}

/// Whoever is killed in the middle of it has changed nothing, and is in nobody's way.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_killed_is_done_by_the_next_one_on_postgres() {
    let home = Home::postgres().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let (holder, watcher) = (
        database.administrator().await,
        database.administrator().await,
    );
    // One of the last things that it makes is made by somebody else already, who may still take it back.
    for sql in [
        "CREATE SCHEMA tickbox AUTHORIZATION tickbox",
        "BEGIN; CREATE TABLE tickbox.tickets ()",
    ] {
        holder.batch_execute(sql).await.unwrap();
    }
    let waits = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tickbox' \
        AND datname = current_database() AND wait_event_type = 'Lock'";
    let killed = migrate(&home).spawn();
    while watcher.query(waits, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    killed.kill();
    assert_eq!(killed.ended().await.code, None, "killed");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let ended = migrate(&home).run().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ledger(&home).await, [""; 0]);
    home.store().migrate(Clock::system().now()).await.unwrap();
}

/// Killed at one moment after the other, from its start to its end; `TICKBOX_TEST_KILLS=500` takes smaller steps.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_killed_is_done_by_the_next_one_on_sqlite() {
    let begun = Instant::now();
    let ended = migrate(&Home::sqlite()).run().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let whole = begun.elapsed();
    let kills = u32::try_from(setting("TICKBOX_TEST_KILLS", 10)).unwrap();
    let mut halves = 0;
    for number in 1..=kills {
        let home = Home::sqlite();
        let program = migrate(&home).spawn();
        // The moment is what is tried; nothing is waited for.
        tokio::time::sleep(whole * number / kills).await;
        program.kill();
        halves += usize::from(program.ended().await.code.is_none());
        let ended = migrate(&home).run().await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ledger(&home).await, [""; 0]);
        home.store().migrate(Clock::system().now()).await.unwrap();
    }
    assert!(halves > 0, "none was killed before its end");
}

async fn pending_migrations_are_refused_when_asked_for(home: Home) {
    let store = home.store();
    let refused = Store::open(&store, Migrations::Require)
        .await
        .err()
        .unwrap();
    assert!(
        tickbox::error::chain(&refused).contains("migration 1 is pending"),
        "{refused:?}"
    );
    store.migrate(Clock::system().now()).await.unwrap();
    Store::open(&store, Migrations::Require).await.unwrap();
}

#[tokio::test]
async fn pending_migrations_are_refused_on_sqlite() {
    pending_migrations_are_refused_when_asked_for(Home::sqlite()).await;
}

#[tokio::test]
async fn pending_migrations_are_refused_on_postgres() {
    pending_migrations_are_refused_when_asked_for(Home::postgres().await).await;
}

async fn what_another_version_left_is_refused(store: &StoreConfig, expected: &str) {
    let now = Clock::system().now();
    let refused = Store::open(store, Migrations::Apply(now))
        .await
        .err()
        .unwrap();
    let said = tickbox::error::chain(&refused);
    assert!(said.contains(expected), "{said}");
}

#[tokio::test]
async fn a_database_of_another_version_is_refused() {
    const NEWER: &str = "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', 'then')";
    const EDITED: &str = "UPDATE schema_migrations SET checksum = 'x'";
    for (sql, expected) in [
        (NEWER, "used by a newer one"),
        (EDITED, "made by another, unreleased build"),
    ] {
        let (sqlite, postgres) = (Home::sqlite(), Home::postgres().await);
        for home in [&sqlite, &postgres] {
            home.store().migrate(Clock::system().now()).await.unwrap();
            tamper(home, sql).await;
        }
        what_another_version_left_is_refused(&sqlite.store(), expected).await;
        what_another_version_left_is_refused(&postgres.store(), expected).await;
    }
}

/// Somebody else's tables in the same database stay as they are.
#[tokio::test]
async fn a_foreign_table_of_the_same_name_is_not_touched() {
    let home = Home::postgres().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let client = database.administrator().await;
    client
        .batch_execute("CREATE TABLE public.tasks (id serial, title text); INSERT INTO public.tasks (title) VALUES ('old')")
        .await
        .unwrap();
    let app = crate::support::TestApp::at(home).await;
    let alice = app.user("alice");
    alice.create(serde_json::json!({"title": "new"})).await;
    let rows = client
        .query("SELECT title FROM public.tasks", &[])
        .await
        .unwrap();
    assert_eq!(
        rows.iter()
            .map(|row| row.get::<_, String>(0))
            .collect::<Vec<_>>(),
        ["old"]
    );
}
