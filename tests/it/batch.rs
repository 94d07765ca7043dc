//! Many operations in one request: in order, all or nothing, or each for itself.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{TestApp, every_engine, ledger};

every_engine!(
    operations_are_done_in_order_and_a_later_one_may_name_an_earlier_task,
    a_refused_operation_takes_all_back_and_is_named,
    without_atomic_each_operation_has_its_own_result,
    a_dry_run_answers_what_would_happen_and_changes_nothing,
    five_hundred_tasks_are_created_in_their_order,
    what_breaks_a_rule_is_named_by_its_place,
    the_limits_are_kept,
);

const ID: &str = "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10";
const ABSENT: &str = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";

fn statuses(body: &Value) -> Vec<u64> {
    let results = body["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["status"].as_u64().unwrap())
        .collect()
}

async fn operations_are_done_in_order_and_a_later_one_may_name_an_earlier_task(app: TestApp) {
    let alice = app.user("alice");
    let (_, old) = alice.create(json!({"title": "Old"})).await;
    let done = alice.batch(json!({"operations": [
        {"op": "create", "id": ID, "title": "Buy milk"},
        {"op": "change", "id": ID, "if_version": 1, "description": "Two litres"},
        {"op": "complete", "id": ID, "if_version": 2},
        {"op": "create", "title": "Buy bread", "completed": true},
        {"op": "create", "title": "Buy butter"},
        {"op": "complete", "id": ID, "completed": false},
        {"op": "delete", "id": old["id"], "if_version": 1},
        {"op": "create", "id": ID, "title": "Buy milk", "description": "Two litres"},
    ]}));
    let done = done.await.expect(StatusCode::OK);
    assert_eq!(statuses(&done), [201, 200, 200, 201, 201, 200, 204, 200]);
    assert_eq!(done["results"][2]["task"]["completed"], true);
    assert_eq!(done["results"][6], json!({"status": 204, "id": old["id"]}));
    assert_eq!(done["results"][7]["task"], done["results"][5]["task"]);
    assert_eq!(
        ledger(&app.home).await,
        [
            "account alice seq=8 tasks=3 completed=1",
            "task alice Buy bread version=1 seq=5",
            "task alice Buy butter version=1 seq=6",
            "task alice Buy milk version=4 seq=7",
        ]
    );
}

async fn a_refused_operation_takes_all_back_and_is_named(app: TestApp) {
    let alice = app.user("alice");
    let (_, task) = alice.create(json!({"title": "Old"})).await;
    let before = ledger(&app.home).await;
    for (operation, status, code) in [
        (json!({"op": "delete", "id": ABSENT}), 404, "NOT_FOUND"),
        (
            json!({"op": "complete", "id": task["id"], "if_version": 7}),
            412,
            "PRECONDITION_FAILED",
        ),
        (
            json!({"op": "create", "id": task["id"], "title": "New"}),
            409,
            "CONFLICT",
        ),
    ] {
        let operations = json!([{"op": "create", "title": "New"}, operation]);
        let refused = alice.batch(json!({"operations": operations})).await;
        assert_eq!(refused.status.as_u16(), status, "{}", refused.text);
        let error = &serde_json::from_str::<Value>(&refused.text).unwrap()["error"];
        assert_eq!((&error["code"], &error["index"]), (&json!(code), &json!(1)));
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .starts_with("operations[1]: ")
        );
        if status != 404 {
            assert_eq!(error["current"], task);
        }
        assert_eq!(ledger(&app.home).await, before);
    }
}

async fn without_atomic_each_operation_has_its_own_result(app: TestApp) {
    let alice = app.user("alice");
    let (_, task) = alice.create(json!({"title": "Old"})).await;
    let operations = json!([
        {"op": "create", "title": "New"},
        {"op": "delete", "id": ABSENT},
        {"op": "create", "title": ""},
        {"op": "change", "id": task["id"], "if_version": 7, "title": "Mine"},
        {"op": "complete", "id": task["id"], "if_version": 1},
        {"op": "frobnicate"},
    ]);
    let body = json!({"operations": operations, "atomic": false});
    let done = alice.batch(body).await.expect(StatusCode::OK);
    assert_eq!(statuses(&done), [201, 404, 422, 412, 200, 422]);
    assert_eq!(done["results"][3]["error"]["current"], task);
    let nothing = json!({"operations": [{"op": "frobnicate"}], "atomic": false});
    let done = alice.batch(nothing).await.expect(StatusCode::OK);
    assert_eq!(statuses(&done), [422]);
    let expected = "account alice seq=3 tasks=2 completed=1";
    assert_eq!(ledger(&app.home).await[0], expected);
}

async fn a_dry_run_answers_what_would_happen_and_changes_nothing(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = alice.create(json!({"title": "Old"})).await;
    let before = ledger(&app.home).await;
    let operations = json!([
        {"op": "create", "title": "New"},
        {"op": "complete", "id": task["id"]},
        {"op": "delete", "id": task["id"]},
    ]);
    let body = json!({"operations": operations, "dry_run": true});
    let would = alice.batch(body).await.expect(StatusCode::OK);
    assert_eq!(would["dry_run"], true);
    assert_eq!(statuses(&would), [201, 200, 204]);
    let operations = json!([{"op": "create", "title": "New"}, {"op": "delete", "id": ABSENT}]);
    let body = json!({"operations": operations, "dry_run": true});
    let _ = alice.batch(body).await.error(StatusCode::NOT_FOUND);
    assert_eq!(ledger(&app.home).await, before);
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), task);
}

async fn five_hundred_tasks_are_created_in_their_order(app: TestApp) {
    let alice = app.user("alice");
    let operations: Vec<_> = (0..500)
        .map(|number| json!({"op": "create", "title": format!("{number}"), "completed": number % 5 == 0}))
        .collect();
    let done = alice
        .batch(json!({"operations": operations}))
        .await
        .expect(StatusCode::OK);
    let results = done["results"].as_array().unwrap();
    for (number, result) in results.iter().enumerate() {
        assert_eq!(result["task"]["title"], number.to_string());
        assert_eq!(result["task"]["completed"], number % 5 == 0);
    }
    let list = alice.list().await;
    let newest_first: Vec<_> = results.iter().rev().map(|result| &result["task"]).collect();
    assert_eq!(
        list["tasks"].as_array().unwrap().iter().collect::<Vec<_>>(),
        newest_first
    );
    let lines = ledger(&app.home).await;
    assert_eq!(lines[0], "account alice seq=500 tasks=500 completed=100");
    assert_eq!(lines[500], "task alice 499 version=1 seq=500");
}

async fn what_breaks_a_rule_is_named_by_its_place(app: TestApp) {
    let alice = app.user("alice");
    for (operation, rule) in [
        (json!({"op": "create"}), "title is required"),
        (
            json!({"title": "x"}),
            "op must be create, change, complete, skip, delete, tag, untag, move or restore",
        ),
        (
            json!({"op": "change", "title": "x"}),
            "id must be the id of a task",
        ),
        (
            json!({"op": "change", "id": ABSENT}),
            "body must have at least one of",
        ),
        (
            json!({"op": "delete", "id": ABSENT, "if_version": 0}),
            "if_version must be",
        ),
        (
            json!({"op": "complete", "id": ABSENT, "completed": 1}),
            "completed must be true or false",
        ),
        (json!("create"), "body must be a JSON object"),
    ] {
        let operations = json!([{"op": "create", "title": "Good"}, operation]);
        let refused = alice.batch(json!({"operations": operations})).await;
        let (code, message) = refused.error(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code, "VALIDATION_ERROR");
        assert!(
            message.starts_with(&format!("operations[1]: {rule}")),
            "{message}"
        );
    }
    assert_eq!(alice.list().await["count"], 0);
}

async fn the_limits_are_kept(app: TestApp) {
    let alice = app.user("alice");
    let many: Vec<_> = (0..501)
        .map(|_| json!({"op": "create", "title": "x"}))
        .collect();
    for body in [
        json!({"operations": []}),
        json!({"operations": many}),
        json!({"operations": {}}),
        json!({}),
        json!({"operations": [{"op": "create", "title": "x"}], "atomic": "yes"}),
        json!({"operations": [{"op": "create", "title": "x"}], "dry_run": 1}),
    ] {
        let _ = alice
            .batch(body)
            .await
            .error(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let long = "x".repeat(2 * 1024 * 1024);
    let _ = alice
        .batch(json!({"operations": [], "x": long}))
        .await
        .error(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(alice.list().await["count"], 0);
}
