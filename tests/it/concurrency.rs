//! Many at once: nothing is lost, nothing is counted twice.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{TestApp, every_engine, ledger, read_lines, tamper};

every_engine!(
    concurrent_updates_of_one_task_lose_nothing,
    concurrent_writes_of_one_user_keep_the_counts_exact,
    a_task_that_two_delete_is_deleted_once,
    a_user_with_a_first_task_in_many_requests_at_once_has_one_account,
    what_others_have_noted_in_an_account_stays,
);

async fn concurrent_updates_of_one_task_lose_nothing(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice
        .create(json!({"title": "Buy milk", "description": "Two litres"}))
        .await;
    let changes = (0..60).map(|number| {
        let (alice, path) = (alice.clone(), path.clone());
        async move {
            let body = match number % 3 {
                0 => json!({"title": format!("Title {number}")}),
                1 => json!({"description": format!("Description {number}")}),
                _ => json!({"completed": number % 2 == 0}),
            };
            alice.put(&path, body).await.expect(StatusCode::OK)
        }
    });
    let answers = join_all(changes).await;
    let mut versions: Vec<_> = answers
        .iter()
        .map(|task| task["version"].as_i64().unwrap())
        .collect();
    versions.sort_unstable();
    assert_eq!(
        versions,
        (2..=61).collect::<Vec<_>>(),
        "each change made one version"
    );
    // The latest value of each field is the one that the latest change of that field answered.
    let last = alice.get(&path).await.expect(StatusCode::OK);
    let newest = answers
        .iter()
        .max_by_key(|task| task["version"].as_i64())
        .unwrap();
    assert_eq!(&last, newest);
    assert!(last["title"].as_str().unwrap().starts_with("Title "));
    assert!(
        last["description"]
            .as_str()
            .unwrap()
            .starts_with("Description ")
    );
}

async fn concurrent_writes_of_one_user_keep_the_counts_exact(app: TestApp) {
    let alice = app.user("alice");
    let work = (0..40).map(|number| {
        let alice = alice.clone();
        async move {
            let (path, _) = alice
                .create(json!({"title": format!("{number:02}"), "completed": number % 2 == 0}))
                .await;
            if number % 4 == 0 {
                alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
            } else if number % 4 == 1 {
                let body = json!({"completed": true});
                alice
                    .patch(&format!("{path}/complete"), body)
                    .await
                    .expect(StatusCode::OK);
            }
        }
    });
    join_all(work).await;
    let lines = ledger(&app.home).await;
    // 40 created, 10 deleted, 10 completed: 60 numbers; 10 of the 30 are still open.
    assert_eq!(lines[0], "account alice seq=60 tasks=30 completed=20");
    let mut numbers: Vec<_> = lines[1..]
        .iter()
        .map(|line| line.rsplit_once("seq=").unwrap().1)
        .collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 30, "no number was given twice");
    let list = alice.list().await;
    assert_eq!(
        (&list["count"], list["tasks"].as_array().unwrap().len()),
        (&json!(30), 30)
    );
}

async fn a_task_that_two_delete_is_deleted_once(app: TestApp) {
    let alice = app.user("alice");
    for _ in 0..10 {
        let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
        let answers = join_all((0..8).map(|_| alice.delete(&path))).await;
        let gone = answers
            .iter()
            .filter(|answer| answer.status == StatusCode::NO_CONTENT)
            .count();
        let absent = answers
            .iter()
            .filter(|answer| answer.status == StatusCode::NOT_FOUND)
            .count();
        assert_eq!((gone, absent), (1, 7));
    }
    assert_eq!(
        ledger(&app.home).await,
        ["account alice seq=20 tasks=0 completed=0"]
    );
}

async fn a_user_with_a_first_task_in_many_requests_at_once_has_one_account(app: TestApp) {
    let alice = app.user("alice");
    join_all((0..50).map(|_| alice.create(json!({"title": "x"})))).await;
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=50 tasks=50 completed=0"
    );
}

/// A process knows accounts as it left them. Others may have changed one without a change of its own number, as a sweep does.
async fn what_others_have_noted_in_an_account_stays(app: TestApp) {
    let alice = app.user("alice");
    alice.create(json!({"title": "First"})).await;
    tamper(&app.home, "UPDATE accounts SET swept_seq = 1").await;
    alice.create(json!({"title": "Second"})).await;
    let swept = "SELECT seq || ' ' || swept_seq || ' ' || task_count FROM accounts";
    assert_eq!(read_lines(&app.home, swept).await, ["2 1 2"]);
}
