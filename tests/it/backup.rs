//! Backups of a file while it is served, and the way back.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::future::join_all;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Barrier;

use crate::support::process::{Ended, Tickbox, http, setting};
use crate::support::{Home, SECRET, TestApp};

const WRITERS: usize = 64;

fn program(directory: &Path, arguments: &[&str]) -> Tickbox {
    Tickbox::new(arguments)
        .inside(directory)
        .env("BETTER_AUTH_SECRET", SECRET)
}

pub(crate) async fn run(directory: &Path, arguments: &[&str]) -> Ended {
    program(directory, arguments).run().await
}

#[track_caller]
pub(crate) fn refused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.trim_end().lines().count(),
        1,
        "{}",
        ended.stderr
    );
}

pub(crate) fn fresh() -> TempDir {
    TempDir::with_prefix("tickbox-test-").unwrap()
}

pub(crate) fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A number that a query gives.
pub(crate) fn count(path: &Path, sql: &str) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Makes the database larger.
fn fill(directory: &Path, mebibytes: usize) {
    let rows = format!(
        "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < {mebibytes})
         INSERT INTO answers SELECT 'filler', n, '', 0, randomblob(1048576) FROM n"
    );
    let file = Connection::open(directory.join("tickbox.db")).unwrap();
    file.execute_batch(&rows).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_64_writers_write_is_of_one_moment() {
    let directory = fresh();
    run(directory.path(), &["migrate"]).await;
    fill(directory.path(), setting("TICKBOX_TEST_MEBIBYTES", 8));
    let server = program(directory.path(), &["serve"]).serve().await;
    let client = http();
    // Half of them before the backup begins.
    let writes = setting("TICKBOX_TEST_WRITES", 640) / WRITERS;
    let (is_over, answered, barrier) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        Barrier::new(WRITERS + 1),
    );
    let write = async |number: usize| {
        let user = format!("user-{number}");
        let token = run(directory.path(), &["token", "--user", &user]).await;
        let token = token.stdout.trim().to_owned();
        let url = format!("{}/api/{user}/tasks", server.url);
        let mut times = Vec::new();
        let mut written = 0;
        loop {
            // The backup begins when each has written half of it.
            if written == writes / 2 {
                barrier.wait().await;
            }
            if written >= writes && is_over.load(Ordering::Acquire) {
                return times;
            }
            let (started, title) = (Instant::now(), format!("task {written}"));
            let sent = client.post(&url).bearer_auth(&token);
            let sent = sent.header("content-type", "application/json");
            let answer = sent.body(json!({"title": title}).to_string()).send().await;
            assert_eq!(answer.unwrap().status(), 201);
            let during = written >= writes / 2 && !is_over.load(Ordering::Acquire);
            times.push((during, started.elapsed()));
            written += 1;
            answered.fetch_add(1, Ordering::AcqRel);
        }
    };
    let back_up = async {
        barrier.wait().await;
        let before = answered.load(Ordering::Acquire);
        let ended = run(directory.path(), &["backup", "copy.db"]).await;
        is_over.store(true, Ordering::Release);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ended.stdout, "backed up to copy.db\n");
        before
    };
    let (before, times) = tokio::join!(back_up, join_all((0..WRITERS).map(write)));
    let times: Vec<_> = times.into_iter().flatten().collect();
    for (when, name) in [(false, "alone"), (true, "while it was backed up")] {
        let times = times.iter().filter(|(during, _)| *during == when);
        let mut times: Vec<Duration> = times.map(|(_, time)| *time).collect();
        times.sort();
        if let Some(p99) = times.get(times.len() * 99 / 100) {
            eprintln!("{} writes {name}: p99 {p99:?}", times.len());
        }
    }

    let copy = directory.path().join("copy.db");
    let meta = fs::metadata(&copy).unwrap();
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    assert_eq!(meta.nlink(), 1);
    let tasks = count(&copy, "SELECT count(*) FROM tasks");
    assert!(
        tasks >= i64::try_from(before).unwrap(),
        "{tasks} of {before}"
    );
    for wrong in [
        // Whatever belongs together was committed together.
        "SELECT count(*) FROM accounts WHERE task_count <> (SELECT count(*) FROM tasks WHERE tasks.space = accounts.space)",
        "SELECT count(*) FROM accounts WHERE seq <> (SELECT max(seq) FROM changes WHERE changes.space = accounts.space)",
        "SELECT count(*) FROM tasks WHERE NOT EXISTS (SELECT 1 FROM changes WHERE changes.space = tasks.space AND item_id = id)",
    ] {
        assert_eq!(count(&copy, wrong), 0, "{wrong}");
    }
    server.terminate();
    assert_eq!(server.ended().await.code, Some(0));
    let partial = names(directory.path());
    assert!(
        partial.iter().all(|name| !name.contains("partial")),
        "{partial:?}"
    );
}

#[tokio::test]
async fn a_backup_overwrites_nothing_unless_it_is_told_to() {
    let directory = fresh();
    let at = directory.path();
    refused(
        &run(at, &["backup", "copy.db"]).await,
        "there is no database tickbox.db",
    );
    assert_eq!(names(at), [""; 0], "nothing was made");
    run(at, &["migrate"]).await;
    fs::write(at.join("precious"), "words").unwrap();
    refused(&run(at, &["backup", "precious"]).await, "--force");
    let ended = run(at, &["backup", "-"]).await;
    assert_eq!(
        (ended.code, ended.stderr.contains("made as a file")),
        (Some(2), true)
    );
    assert_eq!(fs::read(at.join("precious")).unwrap(), b"words");
    assert_eq!(
        run(at, &["backup", "--force", "precious"]).await.code,
        Some(0)
    );
    assert_eq!(
        count(
            &at.join("precious"),
            "SELECT count(*) FROM schema_migrations"
        ),
        1
    );
    refused(
        &run(at, &["backup", "nowhere/copy.db"]).await,
        "nowhere/copy.db cannot be made",
    );
    fs::write(at.join("tickbox.db.secret"), "a secret").unwrap();
    for own in [
        "tickbox.db",
        "./tickbox.db",
        "tickbox.db.lock",
        "tickbox.db.secret",
    ] {
        for command in [&["backup"][..], &["export", "--all"]] {
            let ended = run(at, &[command, &["--force", own]].concat()).await;
            refused(&ended, "belongs to the database itself");
        }
    }
    fs::write(at.join("used.db-wal"), "").unwrap();
    refused(&run(at, &["backup", "used.db"]).await, "a database in use");
}

#[tokio::test]
async fn a_damaged_file_is_not_backed_up_as_if_it_were_whole() {
    let directory = fresh();
    let at = directory.path();
    run(at, &["migrate"]).await;
    fill(at, 1);
    let path = at.join("tickbox.db");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len() - 65_536;
    bytes[end..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    refused(
        &run(at, &["backup", "copy.db"]).await,
        "tickbox.db is damaged",
    );
    assert!(!at.join("copy.db").exists());
}

#[tokio::test]
async fn a_restore_brings_the_tasks_back_and_lets_every_copy_begin_again() {
    let app = TestApp::sqlite().await;
    let ada = app.user("ada");
    ada.create(json!({"title": "Before"})).await;
    let changes = ada.tasks.replace("/tasks", "/changes");
    let cursor_of = async |app: &TestApp| {
        let page = app.user("ada").get(&changes).await.expect(StatusCode::OK);
        page["next_cursor"].as_str().unwrap().to_owned()
    };
    let early = cursor_of(&app).await;
    let directory = fresh();
    let copy = directory.path().join("copy.db");
    app.home.store().system_backup(&copy, false).unwrap();
    ada.create(json!({"title": "After"})).await;
    let late = cursor_of(&app).await;
    let restore = async |home: &Home| {
        let program = program(directory.path(), &["restore", "copy.db"]);
        program.env("DATABASE_URL", home.url()).run().await
    };
    refused(&restore(&app.home).await, "the database file is in use");

    // As it was when the server stopped.
    let home = Home::sqlite();
    let Home::Sqlite(place) = &home else {
        unreachable!()
    };
    let path = place.path().join("test.db");
    app.home.store().system_backup(&path, false).unwrap();
    let ended = restore(&home).await;
    let kept = ended
        .stdout
        .lines()
        .find_map(|line| line.split(" is kept: ").nth(1));
    let kept = Path::new(kept.expect("it says where"));
    assert_eq!(count(kept, "SELECT count(*) FROM tasks"), 2);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let app = TestApp::at(home).await;
    let ada = app.user("ada");
    let list = ada.list().await;
    assert_eq!(
        (&list["count"], &list["tasks"][0]["title"]),
        (&json!(1), &json!("Before"))
    );
    for cursor in [early, late] {
        let gone = ada.get(&format!("{changes}?since={cursor}")).await;
        assert_eq!(gone.error(StatusCode::GONE).0, "CURSOR_EXPIRED");
    }
    let anew = cursor_of(&app).await;
    ada.create(json!({"title": "Later"})).await;
    let page = ada
        .get(&format!("{changes}?since={anew}"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(page["changes"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn only_a_backup_of_this_program_is_restored() {
    let directory = fresh();
    let at = directory.path();
    run(at, &["migrate"]).await;
    assert_eq!(run(at, &["backup", "good.db"]).await.code, Some(0));
    let before = fs::read(at.join("tickbox.db")).unwrap();

    fs::write(at.join("text"), "no database at all").unwrap();
    fs::write(at.join("empty"), "").unwrap();
    let other = Connection::open(at.join("other.db")).unwrap();
    other
        .execute_batch("CREATE TABLE notes (id INTEGER)")
        .unwrap();
    for (name, change) in [
        (
            "newer.db",
            "INSERT INTO schema_migrations VALUES (99, 'later', 'x', '2026-01-01T00:00:00Z')",
        ),
        ("edited.db", "UPDATE schema_migrations SET checksum = 'x'"),
    ] {
        fs::copy(at.join("good.db"), at.join(name)).unwrap();
        Connection::open(at.join(name))
            .unwrap()
            .execute_batch(change)
            .unwrap();
    }
    let mut cut = fs::read(at.join("good.db")).unwrap();
    cut.truncate(cut.len() / 2);
    fs::write(at.join("cut.db"), cut).unwrap();
    for (name, words) in [
        ("text", "text is no database of tickbox"),
        ("empty", "empty is no database of tickbox"),
        ("other.db", "other.db is no database of tickbox"),
        ("newer.db", "used by a newer one"),
        ("edited.db", "is not the one in this program"),
        ("cut.db", "cut.db is damaged"),
        ("none.db", "none.db cannot be read"),
        (".", ". cannot be read: it is no file"),
        ("tickbox.db", "is the database itself"),
    ] {
        refused(&run(at, &["restore", name]).await, words);
    }
    assert_eq!(
        fs::read(at.join("tickbox.db")).unwrap(),
        before,
        "nothing was touched"
    );
    let ended = run(at, &["restore", "good.db"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("is kept: "), "{}", ended.stdout);
    // And where there is nothing yet.
    let ended = program(at, &["restore", "good.db"]).env("DATABASE_URL", "sqlite://new.db");
    let ended = ended.run().await;
    assert_eq!(
        (ended.code, &*ended.stdout),
        (Some(0), "restored from good.db\n")
    );
}

#[tokio::test]
async fn a_database_that_is_damaged_can_be_replaced() {
    let directory = fresh();
    let at = directory.path();
    run(at, &["migrate"]).await;
    run(at, &["backup", "good.db"]).await;
    let size = fs::metadata(at.join("tickbox.db")).unwrap().len();
    let mut damaged = fs::read(at.join("good.db")).unwrap();
    damaged[200..].fill(0x5a);
    fs::write(at.join("tickbox.db"), damaged).unwrap();
    let ended = run(at, &["restore", "good.db"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(
        count(&at.join("tickbox.db"), "SELECT count(*) FROM tasks"),
        0
    );
    let kept = names(at)
        .into_iter()
        .find(|name| name.contains(".before-restore-"))
        .unwrap();
    assert_eq!(fs::metadata(at.join(kept)).unwrap().len(), size);
}

#[tokio::test]
async fn on_postgres_both_say_what_to_use() {
    let home = Home::postgres().await;
    for (command, words) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let program = Tickbox::new([command, "copy.db"]).env("DATABASE_URL", home.url());
        refused(&program.run().await, words);
    }
}
