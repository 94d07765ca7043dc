//! Tasks that come back, with what is below them; and what stands in the way of an undo.

use axum::http::StatusCode;
use serde_json::json;

use super::{OK, complete, create_weekly, skip, standing};
use crate::support::{TestApp, every_engine};

every_engine!(
    what_is_below_is_to_be_done_again,
    an_undo_keeps_to_the_rules,
    two_devices_complete_one_occurrence,
);

async fn what_is_below_is_to_be_done_again(app: TestApp) {
    let alice = app.user("alice");
    let (path, parent) = create_weekly(&alice).await;
    let mut below = Vec::new();
    for (title, parent_id) in [
        ("done", parent["id"].clone()),
        ("open", parent["id"].clone()),
    ] {
        let body = json!({"title": title, "parent_id": parent_id, "completed": title == "done"});
        below.push(alice.create(body).await);
    }
    // Further down, also below one that is open.
    let body = json!({"title": "deep", "parent_id": below[1].1["id"], "completed": true});
    below.push(alice.create(body).await);
    for turn in 0..2 {
        let gone_on = if turn == 0 {
            complete(&alice, &path, json!({"completed": true})).await
        } else {
            skip(&alice, &path, json!({})).await
        };
        assert_eq!(gone_on["occurrence"], "2026-01-12");
        for (path, before) in &below {
            let task = alice.get(path).await.expect(OK);
            assert_eq!(task["completed"], false, "{task}");
            assert_eq!(task.get("completed_at"), None);
            let untouched = before["completed"] == false;
            assert_eq!(*before == task, untouched, "{task}");
        }
        // One batch, one undo, whichever of its changes is named.
        alice.undo_latest(&below[2].0).await.expect(OK);
        assert_eq!(
            standing(&alice.get(&path).await.expect(OK)),
            standing(&parent)
        );
        for (path, before) in &mut below {
            let task = alice.get(path).await.expect(OK);
            assert_eq!(task["completed"], before["completed"]);
            assert_eq!(task.get("completed_at"), before.get("completed_at"));
            *before = task;
        }
    }
    // Behind the last time nothing comes, and what is below stays.
    let once = json!({"recurrence": {"rule": "FREQ=DAILY;COUNT=1"}});
    alice.patch(&path, once).await.expect(OK);
    let over = complete(&alice, &path, json!({"completed": true})).await;
    assert_eq!(over["completed"], true);
    let deep = alice.get(&below[2].0).await.expect(OK);
    assert_eq!(deep, below[2].1);
}

async fn an_undo_keeps_to_the_rules(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = create_weekly(&alice).await;
    alice
        .patch(&path, json!({"recurrence": null}))
        .await
        .expect(OK);
    let history = alice.get(&format!("{path}/history")).await.expect(OK);
    let without_rule = history["history"][0]["seq"].clone();
    alice.patch(&path, json!({"due": null})).await.expect(OK);
    let refused = alice.undo(&without_rule).await;
    let refused = refused.expect(StatusCode::CONFLICT);
    assert_eq!(
        refused["error"]["message"],
        "This cannot be undone as the task is now: recurrence needs due, which is the first time"
    );
    // A later move of the same day stands in the way.
    let (path, _) = create_weekly(&alice).await;
    let done = complete(&alice, &path, json!({"completed": true})).await;
    let history = alice.get(&format!("{path}/history")).await.expect(OK);
    let completion = history["history"][0]["seq"].clone();
    alice
        .patch(&path, json!({"due": "2026-01-13"}))
        .await
        .expect(OK);
    let refused = alice.undo(&completion).await.expect(StatusCode::CONFLICT);
    assert!(refused["error"]["conflicting_seq"].is_i64());
    assert_eq!(done["done"], 1);
    // One of the title does not.
    alice.undo_latest(&path).await.expect(OK);
    alice.patch(&path, json!({"title": "x"})).await.expect(OK);
    let undone = alice.undo(&completion).await.expect(OK);
    let task = &undone["changes"][0]["task"];
    assert_eq!((&task["title"], &task["done"]), (&json!("x"), &json!(0)));
}

async fn two_devices_complete_one_occurrence(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = create_weekly(&alice).await;
    let this = json!({"completed": true, "occurrence": "2026-01-05"});
    let (one, other) = tokio::join!(
        complete(&alice, &path, this.clone()),
        complete(&alice, &path, this.clone()),
    );
    assert_eq!(one, other);
    assert_eq!(one["done"], 1);
    // One that is in the trash meanwhile stays there; one that does not repeat any more stays open.
    alice
        .patch(&path, json!({"recurrence": null}))
        .await
        .expect(OK);
    let plain = complete(&alice, &path, this.clone()).await;
    assert_eq!(
        (&plain["completed"], &plain["version"]),
        (&json!(false), &json!(3))
    );
    alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let gone = alice.patch(&format!("{path}/complete"), this).await;
    gone.expect(StatusCode::NOT_FOUND);
}
