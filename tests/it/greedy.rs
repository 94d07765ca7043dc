//! One user who sends very much at once, and others who go on as ever.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::process::setting;
use crate::support::{TestApp, every_engine};

every_engine!(who_floods_is_hardly_felt_by_others);

/// Operations of a batch, which make some 30 KiB.
const OPERATIONS: usize = 500;

/// Far above what is promised of an optimized build on a machine of its own: there it is 500 ms for 99 of 100.
const LONGEST: Duration = Duration::from_secs(4);

/// `TICKBOX_TEST_BATCHES=150` makes a long run of it. What is refused has changed nothing.
async fn who_floods_is_hardly_felt_by_others(app: TestApp) {
    let (greedy, bob) = (app.user("greedy"), app.user("bob"));
    let (path, task) = greedy.create(json!({"title": "Large"})).await;
    let operations: Vec<Value> = (0..OPERATIONS)
        .map(|number| json!({"op": "complete", "id": task["id"], "completed": number % 2 == 0}))
        .collect();
    let body = json!({ "operations": operations });
    let is_over = watch::Sender::new(false);
    let flooding = async {
        let batches = (0..setting("TICKBOX_TEST_BATCHES", 20)).map(|_| greedy.batch(body.clone()));
        let statuses = join_all(batches).await;
        is_over.send_replace(true);
        let done = statuses.iter().filter(|it| it.status == StatusCode::OK);
        for answer in &statuses {
            let may_be = [
                StatusCode::OK,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::SERVICE_UNAVAILABLE,
            ];
            assert!(may_be.contains(&answer.status), "{}", answer.text);
        }
        (done.count(), statuses.len())
    };
    let writing = async {
        let mut times = Vec::new();
        while !*is_over.borrow() {
            let begun = Instant::now();
            bob.create(json!({"title": "Beside it"})).await;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        times
    };
    let ((done, sent), times) = join(flooding, writing).await;
    let longest = times.last().expect("a write");
    eprintln!(
        "{done} of {sent} batches; {} writes of others, median {:.1?}, longest {longest:.1?}",
        times.len(),
        times[times.len() / 2],
    );
    assert!(*longest < LONGEST, "{longest:?}");
    let task = greedy.get(&path).await.expect(StatusCode::OK);
    assert_eq!(task["version"], 1 + OPERATIONS * done);
}
