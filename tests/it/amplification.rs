//! How much room a request takes on the disk that may be repeated: not many times its own length.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, Home, TestApp, every_engine, read_lines};

every_engine!(
    what_is_kept_of_large_batches_is_small,
    what_is_kept_of_an_answer_is_compressed,
    what_is_kept_of_small_requests_about_a_long_task_is_small,
);

/// Bytes on the disk for each byte of a request.
const MOST: u64 = 20;

/// What all tables and indexes take.
async fn size(home: &Home) -> u64 {
    let sql = match home {
        Home::Sqlite(_) => {
            "SELECT '' || (page_count * page_size) FROM pragma_page_count, pragma_page_size"
        }
        Home::Postgres(_) => {
            "SELECT '' || sum(pg_total_relation_size(oid)) FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'tickbox'::regnamespace"
        }
    };
    read_lines(home, sql).await.concat().parse().unwrap()
}

/// Sends so many batches, each with a key, and as many operations; gives how long their bodies and their answers were.
async fn send(user: &Client, id: &Value, batches: usize, operations: usize) -> (u64, u64) {
    let (mut sent, mut answered) = (0, 0);
    for number in 0..batches {
        let operation = |place| json!({"op": "complete", "id": id, "completed": place % 2 == 0});
        let operations: Vec<Value> = (0..operations).map(operation).collect();
        let body = json!({"operations": operations});
        sent += body.to_string().len();
        let (path, key) = (format!("{}/batch", user.tasks), number.to_string());
        let batch = async || {
            let key = ("idempotency-key", key.as_str());
            user.send_with(Method::POST, &path, key, body.clone()).await
        };
        let first = batch().await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        answered += first.text.len();
        let again = batch().await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        if first.text.len() <= 64 * 1024 {
            assert_eq!(again.text, first.text);
        }
    }
    (sent as u64, answered as u64)
}

async fn check(app: &TestApp, description: &str, batches: usize, operations: usize) {
    let user = app.user("alice");
    let body = json!({"title": "Large", "description": description});
    let (_, task) = user.create(body).await;
    let before = size(&app.home).await;
    let (sent, answered) = send(&user, &task["id"], batches, operations).await;
    let taken = size(&app.home).await - before;
    let told = format!("{sent} bytes were sent, {answered} answered, {taken} are on the disk");
    assert!(answered > sent * MOST, "it would show nothing: {told}");
    assert!(taken <= sent * MOST, "{told}");
}

/// One of 8 KB, which nothing makes smaller; each number gives another.
fn incompressible(number: u32) -> String {
    let sign = |place: u32| {
        let place = place.wrapping_add(number * 7919).wrapping_mul(48_271);
        char::from_u32(0x2_0000 + place % 40_000).unwrap()
    };
    (0..2000).map(sign).collect()
}

async fn what_is_kept_of_large_batches_is_small(app: TestApp) {
    check(&app, &incompressible(0), 8, 500).await;
}

/// Each answer is less than what would be kept without the tasks.
async fn what_is_kept_of_an_answer_is_compressed(app: TestApp) {
    let words = [
        "milk", "bread", "call", "the", "and", "letter", "before", "noon",
    ];
    let word = |place: usize| words[place * place % 31 % words.len()];
    let description: Vec<_> = (0..300).map(word).collect();
    check(&app, &description.join(" "), 60, 20).await;
}

/// Of single ones, of those that are refused, and of batches of a few tasks. A request has a head of 200 bytes at least.
async fn what_is_kept_of_small_requests_about_a_long_task_is_small(app: TestApp) {
    const HEAD: usize = 200;
    let user = app.user("alice");
    let mut tasks = Vec::new();
    for number in 0..6 {
        let references: Vec<_> = (0..10)
            .map(|place| {
                let url = format!("https://a.example/{}", incompressible(number * 10 + place));
                let url: String = url.chars().take(100).collect();
                json!({"source": "s", "external_id": format!("{number}-{place}"), "url": url})
            })
            .collect();
        let body = json!({"title": "Large", "description": incompressible(number), "references": references});
        tasks.push(user.create(body).await);
    }
    let complete = |(_, task): &(String, Value)| json!({"op": "complete", "id": task["id"]});
    let operations: Vec<_> = tasks.iter().map(complete).collect();
    let batch = json!({"operations": operations});
    let (first, last) = (&tasks[0].0, &tasks[5].1);
    let taken = json!({"id": last["id"], "title": "Another"});
    let refused = json!({"operations": [{"op": "create", "title": "x"}, {"op": "delete", "id": last["id"], "if_version": 9}]});
    let requests = [
        (
            Method::PATCH,
            format!("{first}/complete"),
            json!({"completed": true}),
        ),
        (Method::POST, user.tasks.clone(), taken),
        (Method::POST, format!("{}/batch", user.tasks), batch),
        (Method::POST, format!("{}/batch", user.tasks), refused),
    ];
    for (method, path, body) in requests {
        let before = size(&app.home).await;
        let (mut asked, mut answered) = (0, 0);
        for number in 0..200 {
            let key = format!("{path}-{number}-{}", body.to_string().len());
            let key = ("idempotency-key", key.as_str());
            let send = async || {
                user.send_with(method.clone(), &path, key, body.clone())
                    .await
            };
            let (first, again) = (send().await, send().await);
            assert_eq!(
                again.header("idempotency-replayed"),
                Some("true"),
                "{path}: {}",
                first.text
            );
            assert_eq!(again.text, first.text);
            asked += (body.to_string().len() + HEAD) as u64;
            answered += first.text.len() as u64;
        }
        let taken = size(&app.home).await - before;
        let told = format!(
            "{path}: {asked} bytes were sent, {answered} answered, {taken} are on the disk"
        );
        assert!(answered > asked * MOST, "it would show nothing: {told}");
        assert!(taken <= asked * MOST, "{told}");
    }
}
