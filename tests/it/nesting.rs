//! Tasks below tasks: what goes along, and what cannot be.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::list_records::create_list;
use crate::places::move_to;
use crate::support::{TestApp, every_engine, tamper};

every_engine!(
    children_go_along,
    circles_and_too_many_levels_are_refused,
    a_ninth_level_does_not_come_back,
    a_parent_takes_what_is_below_it_along,
    a_move_is_undone_unless_that_breaks_a_rule,
    very_many_go_together_or_not_at_all,
);

const OK: StatusCode = StatusCode::OK;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn children_go_along(app: TestApp) {
    let alice = app.user("alice");
    let (_, home) = create_list(&alice, json!({"name": "Home"})).await;
    let (path, parent) = alice.create(json!({"title": "p"})).await;
    let (_, child) = alice
        .create(json!({"title": "c", "parent_id": parent["id"]}))
        .await;
    let below = json!({"title": "g", "parent_id": child["id"]});
    let (grandchild, _) = alice.create(below).await;
    let moved = move_to(&alice, &path, json!({"list_id": home["id"]})).await;
    let below = alice.get(&grandchild).await.expect(OK);
    assert_eq!(
        (&below["list_id"], &below["parent_id"]),
        (&home["id"], &child["id"])
    );
    assert_eq!(moved["list_id"], home["id"]);
    // One batch, one undo.
    let undone = alice.undo_latest(&grandchild).await.expect(OK);
    let undone = undone["changes"].as_array().unwrap();
    let seqs: Vec<_> = undone.iter().map(|change| &change["seq"]).collect();
    assert_eq!(seqs, [8, 9, 10]);
    assert_eq!(alice.get(&path).await.expect(OK).get("list_id"), None);
    // Each once, also what is below others.
    for (task, version) in [(&path, 3), (&grandchild, 3)] {
        let task_now = alice.get(task).await.expect(OK);
        assert_eq!(
            (task_now.get("list_id"), &task_now["version"]),
            (None, &json!(version))
        );
        let history = alice.get(&format!("{task}/history")).await.expect(OK);
        assert_eq!(history["history"].as_array().unwrap().len(), version);
    }
    // Completing a parent leaves its children.
    let done = json!({"completed": true});
    let _ = alice
        .patch(&format!("{path}/complete"), done)
        .await
        .expect(OK);
    assert_eq!(alice.get(&grandchild).await.expect(OK)["completed"], false);
}

async fn circles_and_too_many_levels_are_refused(app: TestApp) {
    let alice = app.user("alice");
    let mut paths = Vec::new();
    let mut parent = Value::Null;
    for level in 1..=8 {
        let body = json!({"title": format!("{level}"), "parent_id": parent});
        let (path, task) = alice.create(body).await;
        parent = task["id"].clone();
        paths.push((path, task));
    }
    let refused = alice
        .post(&alice.tasks, json!({"title": "9", "parent_id": parent}))
        .await;
    assert_eq!(
        refused.expect(UNPROCESSABLE)["error"]["fields"],
        json!(["parent_id"])
    );
    for below in [1, 7] {
        let to = json!({"parent_id": paths[below].1["id"]});
        let refused = alice
            .patch(&paths[0].0, to.clone())
            .await
            .expect(UNPROCESSABLE);
        assert_eq!(refused["error"]["fields"], json!(["parent_id"]));
        let refused = alice.post(&format!("{}/move", paths[1].0), to).await;
        assert_eq!(refused.status, UNPROCESSABLE);
    }
    // Two levels fit below the sixth one, and not below the seventh.
    let (path, top) = alice.create(json!({"title": "top"})).await;
    let _ = alice
        .create(json!({"title": "below", "parent_id": top["id"]}))
        .await;
    let refused = alice
        .patch(&path, json!({"parent_id": paths[6].1["id"]}))
        .await;
    assert_eq!(refused.status, UNPROCESSABLE);
    let _ = alice
        .patch(&path, json!({"parent_id": paths[5].1["id"]}))
        .await
        .expect(OK);
}

async fn a_ninth_level_does_not_come_back(app: TestApp) {
    let alice = app.user("alice");
    let mut deepest = Value::Null;
    for level in 1..=7 {
        let body = json!({"title": format!("{level}"), "parent_id": deepest});
        deepest = alice.create(body).await.1["id"].clone();
    }
    let (path, parent) = alice.create(json!({"title": "p"})).await;
    let (child, _) = alice
        .create(json!({"title": "c", "parent_id": parent["id"]}))
        .await;
    let _ = alice.delete(&child).await.expect(NO_CONTENT);
    let _ = move_to(&alice, &path, json!({"parent_id": deepest})).await;
    let rule = "parent_id must leave the task, with what is below it, within 8 levels";
    let (_, message) = alice.undo_latest(&child).await.error(CONFLICT);
    let undo = "This cannot be undone as the task is now";
    assert_eq!(message, format!("{undo}: {rule}"));
    let restore = format!("{child}/restore");
    let (_, message) = alice.post(&restore, Value::Null).await.error(CONFLICT);
    let told = "This cannot be restored as things are now";
    assert_eq!(message, format!("{told}: {rule}"));
    let _ = move_to(&alice, &path, json!({"parent_id": null})).await;
    let back = alice.post(&restore, Value::Null).await.expect(OK);
    assert_eq!(back["parent_id"], parent["id"]);
}

async fn a_parent_takes_what_is_below_it_along(app: TestApp) {
    let alice = app.user("alice");
    let (path, parent) = alice.create(json!({"title": "p"})).await;
    let below = |title: &str| json!({"title": title, "parent_id": parent["id"]});
    let (child, _) = alice.create(below("c")).await;
    let (before, _) = alice.create(below("gone before")).await;
    let _ = alice.delete(&before).await.expect(NO_CONTENT);
    let (other, _) = alice.create(json!({"title": "other"})).await;
    let id = |path: &str| path.rsplit_once('/').unwrap().1.to_owned();
    // In one request with another one.
    let both = json!([{"op": "delete", "id": id(&path)}, {"op": "delete", "id": id(&other)}]);
    let _ = alice.operate(both).await;
    assert_eq!(alice.get(&child).await.status, NOT_FOUND);
    let restored = alice.post(&format!("{path}/restore"), Value::Null).await;
    let _ = restored.expect(OK);
    assert_eq!(
        alice.get(&child).await.expect(OK)["parent_id"],
        parent["id"]
    );
    for gone in [&before, &other] {
        assert_eq!(alice.get(gone).await.status, NOT_FOUND, "it was not below");
    }
    let _ = alice.delete(&path).await.expect(NO_CONTENT);
    let back = alice.post(&format!("{child}/restore"), Value::Null).await;
    assert_eq!(back.expect(OK).get("parent_id"), None);
}

async fn a_move_is_undone_unless_that_breaks_a_rule(app: TestApp) {
    let alice = app.user("alice");
    let (a_path, a) = alice.create(json!({"title": "A"})).await;
    let (b_path, b) = alice
        .create(json!({"title": "B", "parent_id": a["id"]}))
        .await;
    // B leaves A, A goes under B, undo the first.
    let _ = move_to(&alice, &b_path, json!({"parent_id": null})).await;
    let history = alice.get(&format!("{b_path}/history")).await.expect(OK);
    let seq = history["history"][0]["seq"].clone();
    let _ = move_to(&alice, &a_path, json!({"parent_id": b["id"]})).await;
    let refused = alice.undo(&seq).await;
    assert_eq!(refused.error(CONFLICT).0, "CONFLICT");
    let _ = alice.undo_latest(&a_path).await.expect(OK);
    let _ = alice.undo(&seq).await.expect(OK);
    assert_eq!(alice.get(&b_path).await.expect(OK)["parent_id"], a["id"]);
    // Where the parent is gone, it comes back at the top.
    let _ = move_to(&alice, &b_path, json!({"parent_id": null})).await;
    let history = alice.get(&format!("{b_path}/history")).await.expect(OK);
    let seq = history["history"][0]["seq"].clone();
    let _ = alice.delete(&a_path).await.expect(NO_CONTENT);
    let _ = alice.undo(&seq).await.expect(OK);
    assert_eq!(alice.get(&b_path).await.expect(OK).get("parent_id"), None);
}

async fn very_many_go_together_or_not_at_all(app: TestApp) {
    let alice = app.user("alice");
    let (_, list) = create_list(&alice, json!({"name": "Home"})).await;
    let daily = json!({"rule": "FREQ=DAILY"});
    let parent = json!({"title": "p", "due": "2026-12-01", "recurrence": daily});
    let (path, parent) = alice.create(parent).await;
    let (_, other) = alice.create(json!({"title": "o"})).await;
    let create = json!({"op": "create", "title": "c", "parent_id": parent["id"]});
    for _ in 0..20 {
        let _ = alice.operate(json!(vec![create.clone(); 500])).await;
    }
    // As autovacuum does at some time: nearly all tasks are below one.
    tamper(&app.home, "ANALYZE").await;
    // 10,000 are not too many, there and back.
    let _ = alice.delete(&path).await.expect(NO_CONTENT);
    let _ = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(alice.list().await["count"], 10_002);
    let _ = alice.operate(json!([create])).await;
    let to = json!({"list_id": list["id"]});
    let below = json!({"parent_id": other["id"]});
    for answer in [
        alice.post(&format!("{path}/move"), to.clone()).await,
        alice.patch(&path, to).await,
        alice.post(&format!("{path}/move"), below).await,
        alice.post(&format!("{path}/skip"), json!({})).await,
        alice
            .patch(&format!("{path}/complete"), json!({"completed": true}))
            .await,
        alice.delete(&path).await,
    ] {
        let (code, message) = answer.error(CONFLICT);
        assert_eq!(code, "CONFLICT", "{message}");
        assert!(message.contains("10000"), "{message}");
    }
    let all = alice.list().await;
    let tasks = all["tasks"].as_array().unwrap();
    assert!(tasks.iter().all(|task| task.get("list_id").is_none()));
    // Among its siblings it moves alone.
    let moved = move_to(&alice, &path, json!({"before": null})).await;
    assert_eq!(moved["id"], parent["id"]);
}
