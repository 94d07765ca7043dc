//! Looking ahead: the occurrences that come.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{OK, complete};
use crate::support::{Client, TestApp, every_engine};

every_engine!(
    occurrences_are_those_that_completing_gives,
    times_keep_their_place_on_the_wall,
    what_does_not_repeat_has_one_or_none,
    a_preview_has_limits_and_a_tag,
);

async fn ahead(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let path = format!("{path}/occurrences?limit={limit}");
    let answer = client.get(&path).await.expect(OK);
    let found = answer["occurrences"].as_array().unwrap().iter();
    found.map(|one| one["due"].clone()).collect()
}

async fn occurrences_are_those_that_completing_gives(app: TestApp) {
    let alice = app.user("alice");
    for recurrence in [
        json!({"rule": "FREQ=MONTHLY;BYMONTHDAY=31"}),
        json!({"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=4", "exclude": ["2025-06-12"]}),
        json!({"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=4", "from": "completion"}),
        json!({"rule": "FREQ=DAILY;UNTIL=20250602", "from": "completion"}),
    ] {
        let body = json!({"title": "t", "due": "2025-05-31", "recurrence": recurrence});
        let (path, mut task) = alice.create(body).await;
        let foreseen = ahead(&alice, &path, 4).await;
        // Each on its day.
        let mut seen = Vec::new();
        while task["completed"] == false && seen.len() < 4 {
            seen.push(task["due"].clone());
            let day = task["due"]["date"].as_str().unwrap();
            task = complete(&alice, &path, json!({"completed": true, "on": day})).await;
        }
        assert_eq!(foreseen, seen, "{recurrence}");
        assert!(foreseen.len() >= 3, "{recurrence}");
    }
}

async fn times_keep_their_place_on_the_wall(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({
        "title": "t", "due": "2026-03-28T02:30[Europe/Berlin]",
        "recurrence": {"rule": "FREQ=DAILY"},
    });
    let (path, _) = alice.create(body).await;
    let local =
        |day: u8| json!({"local": format!("2026-03-{day}T02:30:00"), "zone": "Europe/Berlin"});
    assert_eq!(
        ahead(&alice, &path, 3).await,
        [local(28), local(29), local(30)]
    );
}

async fn what_does_not_repeat_has_one_or_none(app: TestApp) {
    let alice = app.user("alice");
    let (plain, _) = alice.create(json!({"title": "t"})).await;
    assert_eq!(ahead(&alice, &plain, 5).await, [] as [Value; 0]);
    let (due, _) = alice
        .create(json!({"title": "t", "due": "2026-01-05"}))
        .await;
    assert_eq!(
        ahead(&alice, &due, 5).await,
        [json!({"date": "2026-01-05"})]
    );
    complete(&alice, &due, json!({"completed": true})).await;
    assert_eq!(ahead(&alice, &due, 5).await, [] as [Value; 0]);
    let stranger = app.user("bob");
    let refused = stranger.get(&format!("{due}/occurrences")).await;
    refused.expect(StatusCode::NOT_FOUND);
}

async fn a_preview_has_limits_and_a_tag(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = super::create_weekly(&alice).await;
    let usual = format!("{path}/occurrences");
    let answer = alice.get(&usual).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let few = answer.expect(OK)["occurrences"].as_array().unwrap().len();
    assert_eq!(few, 10);
    let unchanged = alice
        .send_with(
            axum::http::Method::GET,
            &usual,
            ("if-none-match", &tag),
            Value::Null,
        )
        .await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ahead(&alice, &path, 366).await.len(), 366);
    for limit in ["0", "367", "1001"] {
        let refused = alice.get(&format!("{usual}?limit={limit}")).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused["error"]["fields"], json!(["limit"]));
    }
}
