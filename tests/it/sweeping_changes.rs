//! Old changes go, user by user: each user's oldest first, never one too early, and no batch by halves.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::clock::Timestamp;
use tickbox::domain::UserId;
use tickbox::store::meter::Meter;
use tickbox::tasks::sweeper::{Sweeper, Swept};

use crate::filters::plans::plan;
use crate::support::{Client, Home, RETENTION, TestApp, every_engine, read_lines, tamper};

/// Of a task that a client makes.
const ID: &str = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";

const DAY: Duration = Duration::from_hours(24);

every_engine!(
    a_very_long_batch_is_swept,
    no_step_ends_within_a_batch,
    a_change_is_not_swept_early_where_clocks_differ,
    few_of_very_many_users_are_found_at_once,
    all_of_many_users_have_their_turn,
    what_is_old_is_found_by_an_index,
    several_sweepers_remove_each_change_once,
    a_change_can_be_undone_until_it_is_old,
    a_batch_is_undone_whole_or_not_at_all,
);

fn sweeper(app: &TestApp) -> Sweeper {
    Sweeper::new(
        app.app.store.clone(),
        app.clock.clone(),
        RETENTION,
        app.app.tasks.leaving(),
    )
}

/// Two changes.
async fn changed_task(client: &Client) -> String {
    let (path, _) = client.create(json!({"title": "Old"})).await;
    let _ = client
        .put(&path, json!({"title": "Older"}))
        .await
        .expect(StatusCode::OK);
    path
}

/// Changes a task as often in one batch.
async fn change_at_once(client: &Client, path: &str, times: usize) {
    let id = path.rsplit('/').next().unwrap();
    let operations = vec![json!({"op": "change", "id": id, "title": "One of many"}); times];
    let path = format!("{}/batch", client.tasks);
    let done = client.post(&path, json!({"operations": operations}));
    let _ = done.await.expect(StatusCode::OK);
}

/// Of each user the numbers of the first and the last change that are kept.
async fn kept(home: &Home) -> Vec<String> {
    let sql = "SELECT space || ' ' || min(seq) || '-' || max(seq) FROM changes GROUP BY space ORDER BY space";
    read_lines(home, sql).await
}

async fn no_step_ends_within_a_batch(app: TestApp) {
    let alice = app.user("alice");
    let task = changed_task(&alice).await;
    for size in [399, 500, 500, 10] {
        change_at_once(&alice, &task, size).await;
    }
    let until = app.clock.now();
    change_at_once(&alice, &task, 2).await;
    let (sweeper, space) = (sweeper(&app), UserId::parse("alice").unwrap().space());
    for (swept, more, left) in [
        (401, true, "alice 402-1413"),
        (500, true, "alice 902-1413"),
        (510, false, "alice 1412-1413"),
        (0, false, "alice 1412-1413"),
    ] {
        let step = sweeper.sweep_some_changes(&space, until).await;
        assert_eq!(step, (swept, more));
        assert_eq!(kept(&app.home).await, [left]);
    }
}

async fn a_very_long_batch_is_swept(app: TestApp) {
    let alice = app.user("alice");
    let (path, list) = crate::list_records::create_list(&alice, json!({"name": "x"})).await;
    let create = json!({"op": "create", "title": "x", "list_id": list["id"]});
    for _ in 0..2 {
        let _ = alice.operate(json!(vec![create.clone(); 450])).await;
    }
    let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let restored = alice.post(&format!("{path}/restore"), json!(null)).await;
    let _ = restored.expect(StatusCode::OK);
    app.clock.advance(31 * DAY);
    let sweeper = sweeper(&app);
    // Of each that is there, only the latest stays.
    assert_eq!(sweeper.sweep().await.unwrap().changes, 2 * 901);
    assert_eq!(kept(&app.home).await, ["alice 1803-2703"]);
}

async fn a_change_is_not_swept_early_where_clocks_differ(app: TestApp) {
    let alice = app.user("alice");
    let task = changed_task(&alice).await;
    let rename = async |title: &str| {
        // The token of a month ago has expired.
        let alice = app.user("alice");
        let renamed = alice.put(&task, json!({"title": title})).await;
        let _ = renamed.expect(StatusCode::OK);
    };
    rename("Third").await;
    app.clock.advance(29 * DAY);
    rename("Fourth").await;
    // As if the second had been made by a server whose clock was fast.
    let fast = "UPDATE changes SET at = (SELECT max(at) FROM changes) WHERE seq = 2";
    tamper(&app.home, fast).await;
    app.clock.advance(2 * DAY);
    let sweeper = sweeper(&app);
    // The third is old, but the second is kept, and what follows it.
    assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
    assert_eq!(kept(&app.home).await, ["alice 2-4"]);
    app.clock.advance(29 * DAY);
    // Of a task that is there, the latest change is never swept: by it, a reader of the log finds the task.
    assert_eq!(sweeper.sweep().await.unwrap().changes, 2);
    assert_eq!(kept(&app.home).await, ["alice 4-4"]);
    rename("Fifth").await;
    assert_eq!(kept(&app.home).await, ["alice 5-5"]);
}

/// As many accounts, of which it is said that their oldest change was made then.
async fn crowd(app: &TestApp, count: usize, since: Timestamp) {
    let since = match app.home {
        Home::Sqlite(_) => since.as_micros().to_string(),
        Home::Postgres(_) => format!("timestamptz '{since}'"),
    };
    let crowd = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count,
            is_leaving, changes_since)
        SELECT 'one of many ' || n, 0, 0, 0, 0, 0, 0, 0, false, {since} FROM numbers"
    );
    tamper(&app.home, &crowd).await;
}

/// What a round has swept, and how often it has asked the database.
async fn sweep(app: &TestApp) -> (Swept, u32) {
    let meter = Arc::new(Meter::default());
    let swept = meter.measure(sweeper(app).sweep()).await.unwrap();
    (swept, meter.calls())
}

async fn few_of_very_many_users_are_found_at_once(app: TestApp) {
    for user in ["alice", "zoe"] {
        let _ = changed_task(&app.user(user)).await;
    }
    app.clock.advance(31 * DAY);
    crowd(&app, 20_000, app.clock.now().plus(365 * DAY)).await;
    let (_, idle) = sweep(&TestApp::sqlite().await).await;
    let (swept, calls) = sweep(&app).await;
    assert_eq!(swept.changes, 2);
    assert_eq!(kept(&app.home).await, ["alice 2-2", "zoe 2-2"]);
    // A work for each of the two, and the question whether there are more.
    assert_eq!(calls, idle + 3);
    // What is left of them is no reason to come again.
    assert_eq!(sweep(&app).await, (Swept::default(), idle));
    let _ = changed_task(&app.user("alice")).await;
    app.clock.advance(29 * DAY);
    assert_eq!(sweep(&app).await, (Swept::default(), idle));
    app.clock.advance(2 * DAY);
    // Of each that is there, only the latest stays.
    assert_eq!(sweep(&app).await.0.changes, 1);
    assert_eq!(kept(&app.home).await, ["alice 2-4", "zoe 2-2"]);
}

async fn all_of_many_users_have_their_turn(app: TestApp) {
    let _ = changed_task(&app.user("alice")).await;
    // They stand before and behind her.
    for since in [app.clock.now().minus(DAY), app.clock.now().plus(DAY)] {
        crowd(&app, 600, since).await;
        let renamed =
            format!("UPDATE accounts SET space = '{since} ' || space WHERE space LIKE 'one of%'");
        tamper(&app.home, &renamed).await;
    }
    app.clock.advance(32 * DAY);
    assert_eq!(sweep(&app).await.0.changes, 1);
    assert_eq!(kept(&app.home).await, ["alice 2-2"]);
    // Their logs have nothing, whatever was said of them.
    let due = "SELECT 'due ' || count(*) FROM accounts WHERE changes_since IS NOT NULL";
    assert_eq!(read_lines(&app.home, due).await, ["due 0"]);
}

async fn what_is_old_is_found_by_an_index(app: TestApp) {
    crowd(&app, 20_000, app.clock.now()).await;
    let indexes = [
        "tasks_by_deletion",
        "accounts_by_changes",
        "accounts_by_answers",
        "accounts_leaving",
        "tickets_by_time",
    ];
    for statistics in ["", "ANALYZE"] {
        tamper(&app.home, statistics).await;
        let statements = app.app.store.statements_of_sweeper();
        assert_eq!(statements.len(), indexes.len());
        for (statement, index) in statements.iter().zip(indexes) {
            let plan = plan(&app.home, &[], statement).await;
            let says = |words: &str| plan.iter().any(|line| line.contains(words));
            let told = format!("{statement}: {plan:#?}");
            assert!(says(index), "{told}");
            // An index of what is there can be gone through from its start.
            let is_scan = |line: &String| line.contains("Seq Scan") || line.contains("SCAN ");
            let scans: Vec<_> = plan.iter().filter(|line| is_scan(line)).collect();
            let whole = |line: &&String| {
                let tables = ["accounts", "tasks", "lists", "tickets"];
                let names = tables.iter().any(|table| line.contains(table));
                names && !line.contains("USING")
            };
            assert!(!scans.into_iter().any(|line| whole(&line)), "{told}");
        }
    }
}

async fn several_sweepers_remove_each_change_once(app: TestApp) {
    let crowd = |app: &TestApp| -> Vec<_> {
        let users = (10..40).map(|number| app.user(&format!("user {number}")));
        users.collect()
    };
    let mut tasks = Vec::new();
    for user in crowd(&app) {
        let task = changed_task(&user).await;
        change_at_once(&user, &task, 40).await;
        tasks.push(task);
    }
    app.clock.advance(31 * DAY);
    for (user, task) in crowd(&app).iter().zip(&tasks) {
        change_at_once(user, task, 3).await;
    }
    let other = match app.home {
        Home::Sqlite(_) => None,
        Home::Postgres(_) => Some(TestApp::beside(&app).await),
    };
    let (one, two) = (sweeper(&app), sweeper(other.as_ref().unwrap_or(&app)));
    let (one, two) = tokio::join!(one.sweep(), two.sweep());
    assert_eq!(one.unwrap().changes + two.unwrap().changes, 30 * 42);
    let young: Vec<_> = (10..40)
        .map(|number| format!("user {number} 43-45"))
        .collect();
    assert_eq!(kept(&app.home).await, young);
}

async fn a_change_can_be_undone_until_it_is_old(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    for user in [&alice, &bob] {
        let _ = changed_task(user).await;
    }
    app.clock.advance(29 * DAY);
    let undo = async |user: &Client, seq: i64| {
        let path = user
            .tasks
            .replace("/tasks", &format!("/changes/{seq}/undo"));
        user.post(&path, Value::Null).await.status
    };
    // The tokens of a month ago have expired.
    assert_eq!(undo(&app.user("alice"), 2).await, StatusCode::OK);
    app.clock.advance(2 * DAY);
    let bob = app.user("bob");
    // Nobody has swept it up yet.
    assert_eq!(undo(&bob, 2).await, StatusCode::NOT_FOUND);
    assert_eq!(kept(&app.home).await, ["alice 1-3", "bob 1-2"]);
}

/// Some of its tasks carry their creation, others have it in the log.
async fn a_batch_is_undone_whole_or_not_at_all(app: TestApp) {
    let alice = app.user("alice");
    let operations = json!([
        {"op": "create", "title": "Changed in the same batch", "id": ID},
        {"op": "create", "title": "Not changed"},
        {"op": "change", "id": ID, "completed": true},
    ]);
    let batch = format!("{}/batch", alice.tasks);
    let undo = alice.tasks.replace("/tasks", "/changes/2/undo");
    let done = alice.post(&batch, json!({"operations": operations}));
    let _ = done.await.expect(StatusCode::OK);
    let _ = alice.post(&undo, Value::Null).await.expect(StatusCode::OK);
    assert_eq!(alice.list().await["count"], 0);

    let bob = app.user("bob");
    let batch = format!("{}/batch", bob.tasks);
    let done = bob.post(&batch, json!({"operations": operations}));
    let _ = done.await.expect(StatusCode::OK);
    app.clock.advance(RETENTION + DAY);
    let bob = app.user("bob");
    let undo = bob.tasks.replace("/tasks", "/changes/2/undo");
    for _ in 0..2 {
        let _ = bob
            .post(&undo, Value::Null)
            .await
            .expect(StatusCode::NOT_FOUND);
        // Now what was in the log is gone, and what the other task carries is still there.
        let _ = sweeper(&app).sweep().await.unwrap();
    }
    assert_eq!(bob.list().await["count"], 2);
    let unchanged = &bob.list().await["tasks"][0];
    let history = format!(
        "{}/{}/history",
        bob.tasks,
        unchanged["id"].as_str().unwrap()
    );
    assert_eq!(
        bob.get(&history).await.expect(StatusCode::OK)["history"],
        json!([])
    );
}
