//! Old changes go, user by user: each user's oldest first, never one too early, and no batch by halves.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::tasks::sweeper::Sweeper;

use crate::support::{Client, Home, RETENTION, TestApp, every_engine, read_lines, tamper};

/// Of a task that a client makes.
const ID: &str = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";

const DAY: Duration = Duration::from_hours(24);

every_engine!(
    no_step_ends_within_a_batch,
    a_change_is_not_swept_early_where_clocks_differ,
    each_of_very_many_users_has_a_turn,
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
    let sweeper = sweeper(&app);
    let step = async || sweeper.sweep_some_spaces(until).await.unwrap();
    for (swept, left) in [
        (401, "alice 402-1413"),
        (500, "alice 902-1413"),
        (510, "alice 1412-1413"),
        (0, "alice 1412-1413"),
    ] {
        let step = step().await;
        assert_eq!((step.changes, step.last.as_deref()), (swept, Some("alice")));
        assert_eq!(kept(&app.home).await, [left]);
    }
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
    let mut sweeper = sweeper(&app);
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

async fn each_of_very_many_users_has_a_turn(app: TestApp) {
    let crowd = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
        INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count,
            is_leaving)
        SELECT 'one of many ' || n, 0, 0, 0, 0, 0, 0, 0, false FROM numbers";
    tamper(&app.home, crowd).await;
    for user in ["alice", "zoe"] {
        let _ = changed_task(&app.user(user)).await;
    }
    app.clock.advance(31 * DAY);
    let mut sweeper = sweeper(&app);
    for left in [["alice 2-2", "zoe 1-2"], ["alice 2-2", "zoe 2-2"]] {
        assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
        assert_eq!(kept(&app.home).await, left);
    }
    // Behind the last one the first one follows.
    let _ = changed_task(&app.user("alice")).await;
    app.clock.advance(31 * DAY);
    assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
    assert_eq!(kept(&app.home).await, ["alice 2-4", "zoe 2-2"]);
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
    let (mut one, mut two) = (sweeper(&app), sweeper(other.as_ref().unwrap_or(&app)));
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
