//! Operations of a batch that name a filter and no task.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{get, strings};
use crate::support::{Client, TestApp, every_engine};

every_engine!(
    all_that_match_are_changed_in_one_transaction,
    more_than_allowed_are_left_alone,
    what_the_same_batch_has_done_counts,
    tasks_are_found_among_many,
    what_cannot_be_meant_is_refused,
);

async fn fill(client: &Client) -> Vec<String> {
    let tasks = ["a", "b", "c", "d"].map(|title| {
        let tags = if title == "d" {
            json!([])
        } else {
            json!(["home"])
        };
        json!({"op": "create", "title": title, "due": "2026-01-01", "tags": tags})
    });
    client.operate(json!(tasks)).await;
    strings(&get(client, &[("order_by", "title")]).await, "id")
}

async fn all_that_match_are_changed_in_one_transaction(app: TestApp) {
    let alice = app.user("alice");
    let ids = fill(&alice).await;
    let bob = app.user("bob");
    fill(&bob).await;
    let newest_first = {
        let mut ids = ids[..3].to_vec();
        ids.sort();
        ids.reverse();
        ids
    };
    let today = json!({"op": "complete", "filter": "due = today() AND tags:home", "zone": "Europe/Berlin", "max": 3});
    let results = alice.operate(json!([today])).await;
    assert_eq!(
        results,
        json!([{"status": 200, "count": 3, "ids": newest_first}])
    );
    let done = get(
        &alice,
        &[("filter", "completed = true"), ("order_by", "title")],
    )
    .await;
    assert_eq!(strings(&done, "title"), ["a", "b", "c"]);
    let others = get(&bob, &[("completed", "true")]).await;
    assert_eq!(others["count"], 0);

    // One undo takes all of it back.
    alice
        .undo_latest(&format!("{}/{}", alice.tasks, ids[1]))
        .await
        .expect(StatusCode::OK);
    assert_eq!(get(&alice, &[("completed", "true")]).await["count"], 0);

    let results = alice
        .operate(json!([
            {"op": "tag", "tags": ["new"], "filter": "NOT tags:home", "max": 10},
            {"op": "change", "priority": 1, "filter": "tags:new OR title = a", "max": 10},
            {"op": "untag", "tags": ["home"], "filter": "title = b", "max": 1},
            {"op": "delete", "filter": "title = c", "max": 1},
            {"op": "move", "before": null, "filter": "title = a", "max": 1},
            {"op": "complete", "filter": "nothing", "max": 1},
        ]))
        .await;
    let counts: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["count"])
        .collect();
    assert_eq!(counts, [1, 2, 1, 1, 1, 0]);
    let list = get(&alice, &[("order_by", "title")]).await;
    assert_eq!(strings(&list, "title"), ["a", "b", "d"]);
    let tasks = list["tasks"].as_array().unwrap();
    assert_eq!(
        (&tasks[0]["priority"], &tasks[2]["priority"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(tasks[1].get("tags"), None);
    assert_eq!(tasks[2]["tags"], json!(["new"]));
    assert!(tasks[0]["order"].is_string());
}

async fn more_than_allowed_are_left_alone(app: TestApp) {
    let alice = app.user("alice");
    fill(&alice).await;
    let before = alice.list().await;
    let operation = json!({"op": "delete", "filter": "due:*", "max": 3});
    for (atomic, status) in [(true, StatusCode::CONFLICT), (false, StatusCode::OK)] {
        let batch = json!({"operations": [operation], "atomic": atomic});
        let answer = alice.batch(batch).await.expect(status);
        let error = if atomic {
            &answer["error"]
        } else {
            &answer["results"][0]["error"]
        };
        assert_eq!(error["code"], "CONFLICT");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("more than 3 tasks")
        );
    }
    let dry =
        json!({"operations": [{"op": "delete", "filter": "due:*", "max": 4}], "dry_run": true});
    let dry = alice.batch(dry).await.expect(StatusCode::OK);
    assert_eq!(dry["results"][0]["count"], 4);
    assert_eq!(alice.list().await, before);
}

async fn what_the_same_batch_has_done_counts(app: TestApp) {
    let alice = app.user("alice");
    let ids = fill(&alice).await;
    let results = alice
        .operate(json!([
            {"op": "create", "title": "e", "tags": ["home"]},
            {"op": "complete", "id": ids[0]},
            {"op": "delete", "id": ids[1]},
            {"op": "complete", "filter": "tags:home AND completed = false", "max": 2},
            {"op": "delete", "filter": "completed = true", "max": 3},
        ]))
        .await;
    assert_eq!(results[3]["count"], 2);
    assert_eq!(results[4]["count"], 3);
    assert_eq!(strings(&alice.list().await, "title"), ["d"]);
}

async fn tasks_are_found_among_many(app: TestApp) {
    let alice = app.user("alice");
    for part in 0..5 {
        let tasks: Vec<Value> = (0..500)
            .map(|number| {
                let title = if (part, number) == (0, 7) {
                    "nadel"
                } else {
                    "Ähre"
                };
                json!({"op": "create", "title": title})
            })
            .collect();
        alice.operate(json!(tasks)).await;
    }
    for filter in ["nadel", "title = NADEL", "completed = false AND NOT ähre"] {
        let operation = json!({"op": "change", "description": filter, "filter": filter, "max": 1});
        let results = alice.operate(json!([operation])).await;
        assert_eq!(results[0]["count"], 1, "{filter}");
    }
    let too_many = json!({"operations": [{"op": "complete", "filter": "ähre", "max": 500}]});
    let _ = alice.batch(too_many).await.expect(StatusCode::CONFLICT);
}

async fn what_cannot_be_meant_is_refused(app: TestApp) {
    let alice = app.user("alice");
    let ids = fill(&alice).await;
    for (operation, field, message) in [
        (
            json!({"op": "complete", "filter": "due = ", "max": 1}),
            "filter",
            "column 7: expected",
        ),
        (
            json!({"op": "complete", "filter": "a"}),
            "max",
            "from 1 to 500",
        ),
        (
            json!({"op": "complete", "filter": "a", "max": 501}),
            "max",
            "from 1 to 500",
        ),
        (
            json!({"op": "complete", "filter": "a", "max": 1, "zone": "Mars"}),
            "zone",
            "IANA",
        ),
        (
            json!({"op": "complete", "filter": "a", "max": 1, "id": ids[0]}),
            "filter",
            "with id",
        ),
        (
            json!({"op": "create", "title": "x", "filter": "a", "max": 1}),
            "filter",
            "with create",
        ),
        (
            json!({"op": "restore", "filter": "a", "max": 1}),
            "filter",
            "with create, skip or restore",
        ),
        (
            json!({"op": "complete", "filter": 1, "max": 1}),
            "filter",
            "must be a string",
        ),
    ] {
        let answer = alice.batch(json!({"operations": [operation]})).await;
        let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["error"]["fields"], json!([field]), "{operation}");
        assert_eq!(body["error"]["index"], 0);
        let told = body["error"]["message"].as_str().unwrap();
        assert!(told.contains(message), "{operation}: {told}");
    }
}
