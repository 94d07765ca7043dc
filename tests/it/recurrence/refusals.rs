//! What a task that comes back cannot be, and in which words that is said.

use std::fmt::Write as _;

use axum::http::StatusCode;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use super::create_weekly;
use crate::support::{TestApp, every_engine};

every_engine!(
    every_bad_recurrence_has_its_message,
    a_task_that_repeats_keeps_due,
    every_bad_occasion_has_its_message,
);

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn every_bad_recurrence_has_its_message(app: TestApp) {
    let alice = app.user("alice");
    let rule = |rule: &str| json!({"rule": rule});
    let mut told = String::new();
    for recurrence in [
        json!("FREQ=DAILY"),
        json!({}),
        json!({"rule": 1}),
        rule(""),
        rule("FREQ=HOURLY"),
        rule("FREQ=DAILY;BYHOUR=9"),
        rule("FREQ=MONTHLY;BYMONTHDAY=32"),
        rule("FREQ=DAILY;COUNT=3;UNTIL=20270101"),
        rule("FREQ=DAILY;X-A=1"),
        rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        rule("FREQ=DAILY;UNTIL=20251231"),
        rule("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=9999"),
        json!({"rule": "FREQ=DAILY", "from": "start"}),
        json!({"rule": "FREQ=DAILY", "exclude": "2026-01-05"}),
        json!({"rule": "FREQ=DAILY", "exclude": ["2026-02-30"]}),
        json!({"rule": "FREQ=DAILY", "exclude": vec!["2026-01-05"; 367]}),
    ] {
        let body = json!({"title": "t", "due": "2026-01-05", "recurrence": recurrence});
        let refused = alice.post(&alice.tasks, body).await.expect(UNPROCESSABLE);
        let (path, _) = alice
            .create(json!({"title": "t", "due": "2026-01-05"}))
            .await;
        let changed = alice.patch(&path, json!({"recurrence": recurrence})).await;
        assert_eq!(changed.expect(UNPROCESSABLE)["error"], refused["error"]);
        assert_eq!(refused["error"]["fields"], json!(["recurrence"]));
        let shown = recurrence.to_string();
        let shown = if shown.len() > 80 { "…" } else { &shown };
        writeln!(told, "{shown}\n  {}", refused["error"]["message"]).unwrap();
    }
    allow_duplicates!(assert_snapshot!(told));
}

async fn a_task_that_repeats_keeps_due(app: TestApp) {
    let alice = app.user("alice");
    let recurrence = json!({"rule": "FREQ=DAILY"});
    let alone = json!({"title": "t", "recurrence": recurrence});
    let refused = alice.post(&alice.tasks, alone).await.expect(UNPROCESSABLE);
    assert_eq!(refused["error"]["fields"], json!(["recurrence", "due"]));
    let (path, _) = create_weekly(&alice).await;
    let refused = alice.patch(&path, json!({"due": null})).await;
    let refused = refused.expect(UNPROCESSABLE);
    assert_eq!(
        refused["error"]["message"],
        "recurrence needs due, which is the first time"
    );
    let both = json!({"due": null, "recurrence": null});
    let both = alice.patch(&path, both).await.expect(StatusCode::OK);
    assert_eq!(both.get("occurrence"), None);
    // What is read only is ignored, as ever.
    let body = json!({"title": "t", "occurrence": "2026-01-05", "done": 7, "anchor": 1});
    let (_, task) = alice.create(body).await;
    assert_eq!((task.get("done"), task.get("anchor")), (None, None));
}

async fn every_bad_occasion_has_its_message(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = create_weekly(&alice).await;
    let mut told = String::new();
    for body in [
        json!({"occurrence": "next"}),
        json!({"occurrence": 1, "on": "2026-01-32"}),
        json!({"on": "2026-01-03"}),
        json!({"zone": "Mars/Olympus"}),
    ] {
        let refused = alice.post(&format!("{path}/skip"), body.clone()).await;
        let refused = refused.expect(UNPROCESSABLE);
        let mut completion = body.clone();
        completion["completed"] = true.into();
        let complete = alice.patch(&format!("{path}/complete"), completion).await;
        assert_eq!(complete.expect(UNPROCESSABLE)["error"], refused["error"]);
        let mut operation = body.clone();
        operation["op"] = "skip".into();
        operation["id"] = task["id"].clone();
        if body.get("zone").is_none() {
            let batch = alice.batch(json!({"operations": [operation]})).await;
            let batch = batch.expect(UNPROCESSABLE);
            assert_eq!(batch["error"]["fields"], refused["error"]["fields"]);
        }
        writeln!(told, "{body}\n  {}", refused["error"]["message"]).unwrap();
    }
    let (plain, _) = alice.create(json!({"title": "t"})).await;
    for (path, body) in [(&plain, json!({})), (&plain, Value::Null)] {
        let refused = alice.post(&format!("{path}/skip"), body.clone()).await;
        let status = refused.status;
        let message = refused.expect(status)["error"]["message"].take();
        writeln!(
            told,
            "{body} {status}
  {message}"
        )
        .unwrap();
    }
    let missing = alice.patch(&format!("{plain}/complete"), json!({})).await;
    let message = missing.expect(UNPROCESSABLE)["error"]["message"].take();
    writeln!(told, "{message}").unwrap();
    allow_duplicates!(assert_snapshot!(told));
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), task);
}
