//! History and undo: what a change replaced, who made it, and how it comes back.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine, ledger};

every_engine!(
    a_history_tells_who_did_what_and_what_was_before,
    pages_lead_through_a_history_once,
    each_kind_of_change_is_undone_and_the_undo_too,
    a_later_change_stands_in_the_way,
    a_batch_is_undone_as_one,
    the_largest_batch_is_undone_as_one,
    what_a_batch_did_of_what_was_asked_is_undone_as_one,
    what_a_batch_made_and_threw_away_stays_there_unless_it_came_back,
    what_is_no_change_of_the_callers_is_not_found,
    an_undo_with_a_key_is_done_once,
);

async fn history(client: &Client, path: &str) -> Value {
    let answer = client.get(&format!("{path}/history")).await;
    answer.expect(StatusCode::OK)
}

async fn a_history_tells_who_did_what_and_what_was_before(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let request = Request::patch(&path)
        .header("content-type", "application/json")
        .header("x-request-id", "the-change")
        .body(Body::from(
            r#"{"title": "Buy oat milk", "completed": true}"#,
        ))
        .unwrap();
    let changed = alice.send(request).await.expect(StatusCode::OK);
    let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let told = history(&alice, &path).await;
    assert_eq!(told["next_cursor"], Value::Null);
    let told = told["history"].as_array().unwrap();
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["kind"], "deleted");
    assert_eq!(told[0]["before"], json!({}));
    assert_eq!(
        told[1],
        json!({
            "seq": 2, "kind": "changed", "at": changed["updated_at"], "actor": "alice",
            "request_id": "the-change",
            "before": {"title": "Buy milk", "completed": false, "completed_at": null},
        })
    );
    assert_eq!(told[2]["kind"], "created");
    assert_eq!(told[2]["at"], created["created_at"]);
    assert_eq!(told[2]["before"], Value::Null);
}

async fn pages_lead_through_a_history_once(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Task 0"})).await;
    let (other, _) = alice.create(json!({"title": "Other"})).await;
    for number in 1..5 {
        let body = json!({"title": format!("Task {number}")});
        let _ = alice.put(&path, body).await.expect(StatusCode::OK);
    }
    let mut query = "limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = alice.get(&format!("{path}/history?{query}")).await;
        let page = page.expect(StatusCode::OK);
        let changes = page["history"].as_array().unwrap();
        seen.extend(changes.iter().map(|change| change["seq"].as_i64().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        let elsewhere = alice.get(&format!("{other}/history?cursor={cursor}")).await;
        assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, [6, 5, 4, 3, 1]);
}

async fn each_kind_of_change_is_undone_and_the_undo_too(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let id = &created["id"];
    let ok = StatusCode::OK;
    // Created (1): into the trash (2), and back (3).
    let undone = alice.undo(1).await.expect(ok);
    assert_eq!(undone, json!({"changes": [{"seq": 2, "deleted": id}]}));
    let undone = alice.undo(2).await.expect(ok);
    assert_eq!(undone["changes"][0]["seq"], 3);
    assert_eq!(undone["changes"][0]["task"]["title"], "Buy milk");
    // Changed and completed (4): taken back (5), and done again (6).
    let body = json!({"title": "Buy oat milk", "description": "x", "completed": true});
    let _ = alice.put(&path, body).await.expect(ok);
    let task = alice.undo(4).await.expect(ok)["changes"][0]["task"].clone();
    assert_eq!(
        (&task["title"], &task["description"], &task["completed"]),
        (&json!("Buy milk"), &Value::Null, &json!(false))
    );
    let task = alice.undo(5).await.expect(ok)["changes"][0]["task"].clone();
    assert_eq!(
        (&task["title"], &task["description"], &task["completed"]),
        (&json!("Buy oat milk"), &json!("x"), &json!(true))
    );
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=6 tasks=1 completed=1"
    );
    // Deleted (7): back (8), and gone again (9).
    let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let undone = alice.undo(7).await.expect(ok);
    assert_eq!(undone["changes"][0]["task"]["id"], *id);
    let undone = alice.undo(8).await.expect(ok);
    assert_eq!(undone, json!({"changes": [{"seq": 9, "deleted": id}]}));
    // Restored (10): gone again (11).
    let restored = alice.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(restored.expect(ok)["completed"], true);
    let undone = alice.undo(10).await.expect(ok);
    assert_eq!(undone, json!({"changes": [{"seq": 11, "deleted": id}]}));
    assert_eq!(
        ledger(&app.home).await,
        ["account alice seq=11 tasks=0 completed=0"]
    );
    let told = history(&alice, &path).await;
    let told = told["history"].as_array().unwrap();
    let undoes: Vec<_> = told
        .iter()
        .map(|change| change["undoes"].as_i64())
        .collect();
    let expected = [
        Some(10),
        None,
        Some(8),
        Some(7),
        None,
        Some(5),
        Some(4),
        None,
        Some(2),
        Some(1),
        None,
    ];
    assert_eq!(undoes, expected);
}

async fn a_later_change_stands_in_the_way(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let body = json!({"title": "Buy oat milk"});
    let _ = alice.put(&path, body).await.expect(StatusCode::OK);
    let before = ledger(&app.home).await;
    let refused = alice.undo(1).await.expect(StatusCode::CONFLICT);
    assert_eq!(
        refused,
        json!({"error": {
            "code": "CONFLICT",
            "message": "Change 2 stands in the way: undo it first",
            "conflicting_seq": 2,
        }})
    );
    assert_eq!(ledger(&app.home).await, before);
}

async fn a_batch_is_undone_as_one(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Old"})).await;
    let (gone, gone_task) = alice
        .create(json!({"title": "Gone", "completed": true}))
        .await;
    let change = |title: &str| json!({"op": "change", "id": created["id"], "title": title});
    let operations = json!([
        change("Newer"),
        {"op": "create", "title": "New", "completed": true},
        {"op": "delete", "id": gone_task["id"]},
        change("Newest"),
    ]);
    let _ = alice
        .batch(json!({"operations": operations}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=6 tasks=2 completed=1"
    );

    // By any of its numbers.
    let undone = alice.undo(4).await.expect(StatusCode::OK);
    let seqs: Vec<_> = undone["changes"].as_array().unwrap().iter().collect();
    assert_eq!(seqs.len(), 3, "{undone}");
    assert_eq!(
        alice.get(&path).await.expect(StatusCode::OK)["title"],
        "Old"
    );
    assert_eq!(
        alice.get(&gone).await.expect(StatusCode::OK)["completed"],
        true
    );
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=9 tasks=2 completed=1"
    );
    // And all of it comes again.
    let _ = alice.undo(8).await.expect(StatusCode::OK);
    assert_eq!(
        alice.get(&path).await.expect(StatusCode::OK)["title"],
        "Newest"
    );
    assert_eq!(alice.get(&gone).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=12 tasks=2 completed=1"
    );
    // One that stands in the way keeps all of it.
    let _ = alice
        .put(&path, json!({"title": "Later"}))
        .await
        .expect(StatusCode::OK);
    let before = ledger(&app.home).await;
    let refused = alice.undo(12).await.expect(StatusCode::CONFLICT);
    assert_eq!(refused["error"]["conflicting_seq"], 13);
    assert_eq!(ledger(&app.home).await, before);
}

async fn the_largest_batch_is_undone_as_one(app: TestApp) {
    let alice = app.user("alice");
    let operations = vec![json!({"op": "create", "title": "One of many"}); 500];
    let _ = alice
        .batch(json!({"operations": operations}))
        .await
        .expect(StatusCode::OK);
    // By its first number, and the undo by its last one.
    for (seq, count) in [(1, 0), (1000, 500)] {
        let undone = alice.undo(seq).await.expect(StatusCode::OK);
        assert_eq!(undone["changes"].as_array().unwrap().len(), 500);
        assert_eq!(alice.list().await["count"], count);
    }
    assert_eq!(
        ledger(&app.home).await[0],
        "account alice seq=1500 tasks=500 completed=0"
    );
}

async fn what_a_batch_did_of_what_was_asked_is_undone_as_one(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = alice.create(json!({"title": "Old"})).await;
    let operations = json!([
        {"op": "create", "title": "New"},
        {"op": "delete", "id": "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10"},
        {"op": "change", "id": task["id"], "title": "Refused", "if_version": 7},
        {"op": "complete", "id": task["id"]},
    ]);
    let _ = alice
        .batch(json!({"operations": operations, "atomic": false}))
        .await
        .expect(StatusCode::OK);
    let undone = alice.undo(3).await.expect(StatusCode::OK);
    let changes = undone["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[1]["seq"]), (2, &json!(5)));
    let list = alice.list().await;
    assert_eq!(
        (&list["count"], &list["tasks"][0]["title"]),
        (&json!(1), &json!("Old"))
    );
    assert_eq!(
        alice.get(&path).await.expect(StatusCode::OK)["completed"],
        false
    );
}

async fn what_a_batch_made_and_threw_away_stays_there_unless_it_came_back(app: TestApp) {
    let alice = app.user("alice");
    let id = "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10";
    let operations = json!({"operations": [
        {"op": "create", "id": id, "title": "For a moment"},
        {"op": "delete", "id": id},
    ]});
    let _ = alice.batch(operations).await.expect(StatusCode::OK);
    let undone = alice.undo(1).await.expect(StatusCode::OK);
    assert_eq!(undone, json!({"changes": []}));
    let restore = format!("{}/{id}/restore", alice.tasks);
    let _ = alice
        .post(&restore, Value::Null)
        .await
        .expect(StatusCode::OK);
    let before = ledger(&app.home).await;
    assert_eq!(before[0], "account alice seq=3 tasks=1 completed=0");
    let refused = alice.undo(2).await.expect(StatusCode::CONFLICT);
    assert_eq!(refused["error"]["conflicting_seq"], 3);
    assert_eq!(ledger(&app.home).await, before);
}

async fn what_is_no_change_of_the_callers_is_not_found(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    let (path, _) = alice.create(json!({"title": "Private"})).await;
    let not_found = |what: &str| ("NOT_FOUND".to_owned(), format!("{what} not found"));
    for seq in [0, 1, -1, i64::MAX] {
        let refused = mallory.undo(seq).await.error(StatusCode::NOT_FOUND);
        assert_eq!(refused, not_found("Change"), "{seq}");
    }
    let odd = mallory
        .post("/api/mallory/changes/x/undo", Value::Null)
        .await;
    assert_eq!(odd.error(StatusCode::NOT_FOUND), not_found("Change"));
    let path = path.replace("alice", "mallory");
    let refused = mallory.get(&format!("{path}/history")).await;
    assert_eq!(refused.error(StatusCode::NOT_FOUND), not_found("Task"));
    assert_eq!(alice.list().await["count"], 1);
}

async fn an_undo_with_a_key_is_done_once(app: TestApp) {
    let alice = app.user("alice");
    alice.create(json!({"title": "Buy milk"})).await;
    let send = async |seq: i64, key: &str| {
        let request = Request::post(format!("/api/alice/changes/{seq}/undo"))
            .header("idempotency-key", key)
            .body(Body::empty())
            .unwrap();
        alice.send(request).await
    };
    for (seq, key, status) in [
        (1, "found", StatusCode::OK),
        (1000, "unknown", StatusCode::NOT_FOUND),
    ] {
        let (first, again) = (send(seq, key).await, send(seq, key).await);
        assert_eq!(
            (first.status, first.header("idempotency-replayed")),
            (status, None)
        );
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!((again.status, again.text), (first.status, first.text));
    }
    assert_eq!(
        ledger(&app.home).await,
        ["account alice seq=2 tasks=0 completed=0"]
    );
}
