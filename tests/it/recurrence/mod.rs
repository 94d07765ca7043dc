//! Tasks that come back: completing, skipping, moving, changing the rule and excluding are five things.

mod ahead;
mod refusals;
mod together;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    completing_goes_on_to_the_next_time,
    a_completion_that_is_sent_again_completes_nothing_more,
    behind_the_last_time_the_task_is_completed,
    skipping_does_not_count,
    a_moved_due_leaves_the_rule_where_it_is,
    the_same_rule_changes_nothing_and_another_starts_anew,
    every_way_to_complete_completes_one_occurrence,
    a_rule_can_count_from_completion,
    start_goes_along,
);

pub(super) const OK: StatusCode = StatusCode::OK;

/// What a task says of when it comes back.
pub(super) fn standing(task: &Value) -> Value {
    json!([
        task.get("due"),
        task.get("occurrence"),
        task.get("done"),
        task["completed"]
    ])
}

pub(super) async fn complete(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.patch(&format!("{path}/complete"), body).await;
    answer.expect(OK)
}

pub(super) async fn skip(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.post(&format!("{path}/skip"), body).await;
    answer.expect(OK)
}

/// Every Monday, from 2026-01-05 on.
pub(super) async fn create_weekly(client: &Client) -> (String, Value) {
    let body = json!({
        "title": "Water the plants",
        "due": "2026-01-05",
        "recurrence": {"rule": "RRULE:BYDAY=MO;FREQ=WEEKLY"},
    });
    client.create(body).await
}

async fn completing_goes_on_to_the_next_time(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = create_weekly(&alice).await;
    assert_eq!(
        task["recurrence"],
        json!({"rule": "FREQ=WEEKLY;BYDAY=MO", "from": "due"})
    );
    assert_eq!(task["anchor"], json!({"date": "2026-01-05"}));
    let first = json!([{"date": "2026-01-05"}, "2026-01-05", 0, false]);
    assert_eq!(standing(&task), first);

    let done = complete(&alice, &path, json!({"completed": true})).await;
    let second = json!([{"date": "2026-01-12"}, "2026-01-12", 1, false]);
    assert_eq!(standing(&done), second);
    assert_eq!(done["anchor"], task["anchor"]);
    assert_eq!(done.get("completed_at"), None);
    // The history says which was completed, and when.
    let history = alice.get(&format!("{path}/history")).await.expect(OK);
    let change = &history["history"][0];
    assert_eq!(
        change["before"],
        json!({"due": {"date": "2026-01-05"}, "occurrence": "2026-01-05", "done": 0})
    );
    assert_eq!(change["at"], done["updated_at"]);
    // What is due now is found by a filter.
    let due = format!("{}?filter=due%3D2026-01-12", alice.tasks);
    assert_eq!(alice.get(&due).await.expect(OK)["count"], 1);

    let undone = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(standing(&undone["changes"][0]["task"]), first);
    let redone = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(standing(&redone["changes"][0]["task"]), second);
}

async fn a_completion_that_is_sent_again_completes_nothing_more(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = create_weekly(&alice).await;
    let this = json!({"completed": true, "occurrence": "2026-01-05"});
    let done = complete(&alice, &path, this.clone()).await;
    assert_eq!(done["occurrence"], "2026-01-12");
    assert_eq!(complete(&alice, &path, this).await, done);
    assert_eq!(
        skip(&alice, &path, json!({"occurrence": "2026-01-05"})).await,
        done
    );
    // Who names an occurrence need not say that it is completed.
    let done = complete(&alice, &path, json!({"occurrence": "2026-01-12"})).await;
    assert_eq!(done["occurrence"], "2026-01-19");

    let key = ("idempotency-key", "once");
    let complete = format!("{path}/complete");
    for _ in 0..2 {
        let body = json!({"completed": true});
        let answer = alice
            .send_with(axum::http::Method::PATCH, &complete, key, body)
            .await;
        assert_eq!(answer.expect(OK)["occurrence"], "2026-01-26");
    }
    assert_eq!(alice.get(&path).await.expect(OK)["done"], 3);
}

async fn behind_the_last_time_the_task_is_completed(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({
        "title": "t", "due": "2026-01-05T09:00", "recurrence": {"rule": "FREQ=DAILY;COUNT=2"},
    });
    let (path, _) = alice.create(body).await;
    let second = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(second["due"], json!({"local": "2026-01-06T09:00:00"}));
    let last = complete(&alice, &path, json!({"completed": true})).await;
    let over = json!([{"local": "2026-01-06T09:00:00"}, "2026-01-06", 2, true]);
    assert_eq!(standing(&last), over);
    assert_eq!(last["completed_at"], last["updated_at"]);
    // Also if it is said again.
    let again = json!({"completed": true, "occurrence": "2026-01-06"});
    assert_eq!(complete(&alice, &path, again).await, last);
    // Without a body it is a completion as before.
    assert_eq!(standing(&complete(&alice, &path, json!({})).await), over);
    // Reopened, it is as it was; so it is after an undo.
    let open = json!([{"local": "2026-01-06T09:00:00"}, "2026-01-06", 1, false]);
    let reopened = complete(&alice, &path, json!({"completed": false})).await;
    assert_eq!(standing(&reopened), open);
    let last = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(standing(&last), over);
    let undone = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(standing(&undone["changes"][0]["task"]), open);
}

async fn skipping_does_not_count(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = create_weekly(&alice).await;
    let skipped = skip(&alice, &path, json!({"occurrence": "2026-01-05"})).await;
    let second = json!([{"date": "2026-01-12"}, "2026-01-12", 0, false]);
    assert_eq!(standing(&skipped), second);
    // No body says nothing.
    let request = axum::http::Request::post(format!("{path}/skip"))
        .body(axum::body::Body::empty())
        .unwrap();
    let skipped = alice.send(request).await.expect(OK);
    assert_eq!(skipped["occurrence"], "2026-01-19");
    alice.undo_latest(&path).await.expect(OK);
    assert_eq!(standing(&alice.get(&path).await.expect(OK)), second);
    // Nor does it need to be said that such a task is completed.
    let request = axum::http::Request::patch(format!("{path}/complete"))
        .body(axum::body::Body::empty())
        .unwrap();
    let completed = alice.send(request).await.expect(OK);
    assert_eq!(
        (&completed["occurrence"], &completed["done"]),
        (&json!("2026-01-19"), &json!(1))
    );
    alice.undo_latest(&path).await.expect(OK);
    // Of the last one nothing is left to be done.
    let rule = json!({"recurrence": {"rule": "FREQ=DAILY;COUNT=1"}});
    alice.patch(&path, rule).await.expect(OK);
    let over = skip(&alice, &path, json!({})).await;
    assert_eq!(
        standing(&over),
        json!([{"date": "2026-01-12"}, "2026-01-12", 0, true])
    );
    let refused = alice.post(&format!("{path}/skip"), json!({})).await;
    refused.expect(StatusCode::CONFLICT);
    let nothing = skip(&alice, &path, json!({"occurrence": "2026-01-12"})).await;
    assert_eq!(nothing, over);
    assert_eq!(nothing["id"], task["id"]);
}

async fn a_moved_due_leaves_the_rule_where_it_is(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = create_weekly(&alice).await;
    let moved = json!({"due": "2026-01-07T18:00[Europe/Berlin]"});
    let moved = alice.patch(&path, moved).await.expect(OK);
    for member in ["recurrence", "anchor", "occurrence", "done"] {
        assert_eq!(moved[member], task[member], "{member}");
    }
    let preview = format!("{path}/occurrences?limit=2");
    let preview = alice.get(&preview).await.expect(OK);
    assert_eq!(
        preview,
        json!({"occurrences": [
            {"due": {"local": "2026-01-07T18:00:00", "zone": "Europe/Berlin"}},
            {"due": {"date": "2026-01-12"}},
        ]})
    );
    let next = complete(&alice, &path, json!({"occurrence": "2026-01-05"})).await;
    assert_eq!(
        standing(&next),
        json!([{"date": "2026-01-12"}, "2026-01-12", 1, false])
    );
    let back = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(back["changes"][0]["task"]["due"], moved["due"]);
}

async fn the_same_rule_changes_nothing_and_another_starts_anew(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = create_weekly(&alice).await;
    let done = complete(&alice, &path, json!({"completed": true})).await;
    let moved = alice.patch(&path, json!({"due": "2026-01-14"})).await;
    let moved = moved.expect(OK);
    // Gotten, and put back as a whole.
    let put = alice.put(&path, moved.clone()).await.expect(OK);
    for same in [
        json!({"rule": "freq=weekly;byday=MO"}),
        json!({"rule": "FREQ=WEEKLY;BYDAY=MO;INTERVAL=1", "from": "due", "exclude": []}),
    ] {
        let same = alice.patch(&path, json!({"recurrence": same})).await;
        assert_eq!(standing(&same.expect(OK)), standing(&put));
    }
    assert_eq!(standing(&put), standing(&moved));
    assert_eq!(put["anchor"], done["anchor"]);
    for other in [
        json!({"rule": "FREQ=WEEKLY;BYDAY=MO", "exclude": ["2026-01-19"]}),
        json!({"rule": "FREQ=WEEKLY;BYDAY=MO", "from": "completion"}),
        json!({"rule": "FREQ=WEEKLY;BYDAY=WE"}),
    ] {
        let changed = alice.patch(&path, json!({"recurrence": other})).await;
        let changed = changed.expect(OK);
        let anew = json!([{"date": "2026-01-14"}, "2026-01-14", 0, false]);
        assert_eq!(standing(&changed), anew);
        assert_eq!(changed["anchor"], json!({"date": "2026-01-14"}));
        let undone = alice.undo_latest(&path).await.expect(OK);
        let undone = &undone["changes"][0]["task"];
        assert_eq!(standing(undone), standing(&moved));
        assert_eq!(
            (&undone["recurrence"], &undone["anchor"]),
            (&moved["recurrence"], &moved["anchor"])
        );
    }
    // What is excluded is left out.
    let excluding = json!({"recurrence": {
        "rule": "FREQ=WEEKLY;BYDAY=MO", "exclude": ["2026-01-26", "2026-01-19", "2026-01-26"],
    }});
    let excluding = alice.patch(&path, excluding).await.expect(OK);
    assert_eq!(
        excluding["recurrence"]["exclude"],
        json!(["2026-01-19", "2026-01-26"])
    );
    let next = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(next["occurrence"], "2026-02-02");
    let plain = alice.patch(&path, json!({"recurrence": null})).await;
    let plain = plain.expect(OK);
    for member in ["recurrence", "anchor", "occurrence", "done"] {
        assert_eq!(plain.get(member), None, "{member}");
    }
    assert_eq!(plain["due"], json!({"date": "2026-02-02"}));
}

async fn every_way_to_complete_completes_one_occurrence(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = create_weekly(&alice).await;
    let id = &task["id"];
    let done = json!({"completed": true});
    let days = ["2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"];
    let put = alice.put(&path, done.clone()).await.expect(OK);
    let patched = alice.patch(&path, done).await.expect(OK);
    let operation = json!({"op": "complete", "id": id, "occurrence": "2026-01-19"});
    let again = json!([operation, operation]);
    let batch = alice.operate(again).await;
    assert_eq!(batch[1]["task"], batch[0]["task"]);
    let filter = json!([{"op": "complete", "filter": "completed=false", "max": 5}]);
    let each = alice.operate(filter).await;
    assert_eq!(each[0]["ids"], json!([id]));
    let each = alice.get(&path).await.expect(OK);
    for (task, day) in [put, patched, batch[1]["task"].clone(), each]
        .iter()
        .zip(days)
    {
        assert_eq!(task["occurrence"], day);
        assert_eq!(task["completed"], false);
    }
    let skipped = alice.operate(json!([{"op": "skip", "id": id}])).await;
    assert_eq!(skipped[0]["task"]["occurrence"], "2026-02-09");
    assert_eq!(skipped[0]["task"]["done"], 4);
    // A change of another member in the same write comes first.
    let body = json!({"completed": true, "due": "2026-02-11", "title": "New"});
    let both = alice.patch(&path, body).await.expect(OK);
    assert_eq!(both["title"], "New");
    assert_eq!(both["due"], json!({"date": "2026-02-16"}));
    // Without the rule, it is the task that is completed.
    let body = json!({"completed": true, "recurrence": null});
    let over = alice.patch(&path, body).await.expect(OK);
    assert_eq!(over["completed"], true);
    assert_eq!(over["due"], both["due"]);
}

async fn a_rule_can_count_from_completion(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({
        "title": "t", "due": "2025-12-20",
        "recurrence": {"rule": "FREQ=DAILY;INTERVAL=3;COUNT=5", "from": "completion"},
    });
    let (path, _) = alice.create(body).await;
    // On the clock of these tests it is New Year; in Tokyo too, but at 9 in the morning.
    let on = json!({"completed": true, "on": "2025-12-30"});
    assert_eq!(
        complete(&alice, &path, on).await["due"],
        json!({"date": "2026-01-02"})
    );
    let today = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(today["due"], json!({"date": "2026-01-04"}), "after the 2nd");
    alice.undo_latest(&path).await.expect(OK);
    let away = json!({"completed": true, "zone": "America/New_York"});
    let away = complete(&alice, &path, away).await;
    assert_eq!(
        away["due"],
        json!({"date": "2026-01-03"}),
        "it is still December"
    );
    let tomorrow = json!({"completed": true, "on": "2026-01-02"});
    let tomorrow = complete(&alice, &path, tomorrow).await;
    assert_eq!(tomorrow["due"], json!({"date": "2026-01-05"}));
    // What is skipped is no fifth time.
    let skipped = skip(&alice, &path, json!({})).await;
    assert_eq!(skipped["due"], json!({"date": "2026-01-08"}));
    complete(&alice, &path, json!({"completed": true})).await;
    let over = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(over["completed"], true);
    assert_eq!(over["done"], 5);
}

async fn start_goes_along(app: TestApp) {
    let alice = app.user("alice");
    let weekly = json!({"rule": "FREQ=WEEKLY"});
    for (start, due, moved, next) in [
        // As many days as the rule.
        ("2026-01-03", "2026-01-05", json!({}), "2026-01-10"),
        (
            "2026-01-03",
            "2026-01-05",
            json!({"due": "2026-01-07"}),
            "2026-01-10",
        ),
        // Not behind the next time: as far before it as it was.
        (
            "2026-01-03",
            "2026-01-05",
            json!({"start": "2026-01-07", "due": "2026-01-08"}),
            "2026-01-11",
        ),
        (
            "2026-01-05T08:00[Europe/Berlin]",
            "2026-01-05T09:00[Europe/Berlin]",
            json!({}),
            "2026-01-12T08:00:00[Europe/Berlin]",
        ),
        // Another form than that of the rule is of this time alone.
        (
            "2026-01-03",
            "2026-01-05",
            json!({"start": "2026-01-04T08:00", "due": "2026-01-06T09:00"}),
            "2026-01-10",
        ),
    ] {
        let body = json!({"title": "t", "start": start, "due": due, "recurrence": weekly});
        let (path, _) = alice.create(body).await;
        if moved != json!({}) {
            alice.patch(&path, moved).await.expect(OK);
        }
        let done = complete(&alice, &path, json!({"completed": true})).await;
        let expected = alice.create(json!({"title": "t", "start": next})).await;
        assert_eq!(done["start"], expected.1["start"], "{due} {done}");
    }
}
