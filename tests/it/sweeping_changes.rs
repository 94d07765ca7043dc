//! Old changes go, user by user: each user's oldest first, never one too early, and no batch by halves.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::tasks::sweeper::Sweeper;

use crate::support::{Client, Home, TestApp, every_engine, read_lines, tamper};

const DAY: Duration = Duration::from_hours(24);
const RETENTION: Duration = Duration::from_hours(30 * 24);

every_engine!(
    no_step_ends_within_a_batch,
    a_change_is_not_swept_early_where_clocks_differ,
    each_of_very_many_users_has_a_turn,
    several_sweepers_remove_each_change_once,
    a_change_can_be_undone_until_it_is_swept,
);

fn sweeper(app: &TestApp) -> Sweeper {
    Sweeper::new(app.app.store.clone(), app.clock.clone(), RETENTION)
}

async fn create_batch(client: &Client, size: usize) {
    let operations = vec![json!({"op": "create", "title": "One of many"}); size];
    let path = format!("{}/batch", client.tasks);
    let done = client.post(&path, json!({"operations": operations}));
    let _ = done.await.expect(StatusCode::OK);
}

/// Of each user the numbers of the first and the last change that are kept.
async fn kept(home: &Home) -> Vec<String> {
    let sql = "SELECT user_id || ' ' || min(seq) || '-' || max(seq) FROM changes GROUP BY user_id ORDER BY user_id";
    read_lines(home, sql).await
}

async fn no_step_ends_within_a_batch(app: TestApp) {
    let alice = app.user("alice");
    for size in [400, 500, 500, 10] {
        create_batch(&alice, size).await;
    }
    let until = app.clock.now();
    create_batch(&alice, 2).await;
    let step = async || app.app.store.system_sweep_changes("", until).await.unwrap();
    for (swept, left) in [
        (400, "alice 401-1412"),
        (500, "alice 901-1412"),
        (510, "alice 1411-1412"),
        (0, "alice 1411-1412"),
    ] {
        assert_eq!(step().await, (swept, Some("alice".to_owned())));
        assert_eq!(kept(&app.home).await, [left]);
    }
}

async fn a_change_is_not_swept_early_where_clocks_differ(app: TestApp) {
    let alice = app.user("alice");
    for title in ["First", "Second", "Third"] {
        let _ = alice.create(json!({"title": title})).await;
    }
    app.clock.advance(29 * DAY);
    let _ = app.user("alice").create(json!({"title": "Fourth"})).await;
    // As if the second had been made by a server whose clock was fast.
    let fast = "UPDATE changes SET at = (SELECT max(at) FROM changes) WHERE seq = 2";
    tamper(&app.home, fast).await;
    app.clock.advance(2 * DAY);
    let mut sweeper = sweeper(&app);
    // The third is old, but the second is kept, and what follows it.
    assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
    assert_eq!(kept(&app.home).await, ["alice 2-4"]);
    app.clock.advance(29 * DAY);
    assert_eq!(sweeper.sweep().await.unwrap().changes, 3);
    assert_eq!(kept(&app.home).await, [""; 0]);
}

async fn each_of_very_many_users_has_a_turn(app: TestApp) {
    let crowd = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
        INSERT INTO accounts (user_id, seq, task_count, completed_count)
        SELECT 'one of many ' || n, 0, 0, 0 FROM numbers";
    tamper(&app.home, crowd).await;
    for user in ["alice", "zoe"] {
        let _ = app.user(user).create(json!({"title": "Old"})).await;
    }
    app.clock.advance(31 * DAY);
    let mut sweeper = sweeper(&app);
    for left in [&["zoe 1-1"][..], &[]] {
        assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
        assert_eq!(kept(&app.home).await, left);
    }
    // Behind the last one the first one follows.
    let _ = app.user("alice").create(json!({"title": "Newer"})).await;
    app.clock.advance(31 * DAY);
    assert_eq!(sweeper.sweep().await.unwrap().changes, 1);
    assert_eq!(kept(&app.home).await, [""; 0]);
}

async fn several_sweepers_remove_each_change_once(app: TestApp) {
    let crowd = |app: &TestApp| -> Vec<_> {
        let users = (10..40).map(|number| app.user(&format!("user {number}")));
        users.collect()
    };
    for user in crowd(&app) {
        create_batch(&user, 40).await;
        create_batch(&user, 2).await;
    }
    app.clock.advance(31 * DAY);
    for user in crowd(&app) {
        create_batch(&user, 3).await;
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

async fn a_change_can_be_undone_until_it_is_swept(app: TestApp) {
    for number in 0..8 {
        let user = app.user(&format!("user {number}"));
        let _ = user.create(json!({"title": "Old"})).await;
    }
    app.clock.advance(31 * DAY);
    let undo = async |number: usize| {
        let user = app.user(&format!("user {number}"));
        let path = format!("/api/user%20{number}/changes/1/undo");
        user.post(&path, Value::Null).await.status
    };
    let mut sweeper = sweeper(&app);
    let undone = futures_util::future::join_all((0..8).map(undo));
    let (swept, undone) = tokio::join!(sweeper.sweep(), undone);
    assert_eq!(swept.unwrap().changes, 8);
    for status in undone {
        let done_or_swept = [StatusCode::OK, StatusCode::NOT_FOUND].contains(&status);
        assert!(done_or_swept, "{status}");
    }
    let wrong = app.home.store().system_count_wrong_accounts().await;
    assert_eq!(wrong.unwrap(), 0, "nothing was undone by halves");
}
