//! The trash: what is deleted can be seen and comes back as it was.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{TestApp, every_engine, ledger};

every_engine!(
    a_deleted_task_is_in_the_trash_and_comes_back_as_it_was,
    restoring_what_is_not_in_the_trash_changes_nothing,
    only_the_owner_restores_a_task,
    pages_lead_through_the_trash_once,
);

async fn a_deleted_task_is_in_the_trash_and_comes_back_as_it_was(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "Buy milk", "description": "Two litres", "completed": true});
    let (path, created) = alice.create(body).await;
    let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(alice.list().await["count"], 0);
    let stale = ("if-match", "\"1\"");
    let restore = format!("{path}/restore");
    let refused = alice
        .send_with(axum::http::Method::POST, &restore, stale, Value::Null)
        .await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let trash = alice.get(&format!("{}?deleted=true", alice.tasks)).await;
    let trash = trash.expect(StatusCode::OK);
    assert_eq!(trash["count"], 1);
    assert_eq!(trash["tasks"][0]["id"], created["id"]);
    assert!(trash["tasks"][0]["deleted_at"].is_string(), "{trash}");

    let restored = alice.post(&format!("{path}/restore"), Value::Null).await;
    let restored = restored.expect(StatusCode::OK);
    for field in ["id", "title", "description", "completed", "created_at"] {
        assert_eq!(restored[field], created[field], "{field}");
    }
    assert_eq!(restored["version"], 3);
    assert_eq!(restored.get("deleted_at"), None);
    assert_eq!(alice.list().await, json!({"tasks": [restored], "count": 1}));
    let trash = alice.get(&format!("{}?deleted=true", alice.tasks)).await;
    assert_eq!(trash.expect(StatusCode::OK)["count"], 0);
    assert_eq!(
        ledger(&app.home).await,
        [
            "account alice seq=3 tasks=1 completed=1",
            "task alice Buy milk version=3 seq=3"
        ]
    );
}

async fn restoring_what_is_not_in_the_trash_changes_nothing(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let answer = alice.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(answer.expect(StatusCode::OK), created);
    let before = ledger(&app.home).await;
    let unknown = format!(
        "{}/01990f3e-8a5c-7cc3-98c4-dc0c0c07398f/restore",
        alice.tasks
    );
    let refused = alice.post(&unknown, Value::Null).await;
    let not_found = ("NOT_FOUND".to_owned(), "Task not found".to_owned());
    assert_eq!(refused.error(StatusCode::NOT_FOUND), not_found);
    assert_eq!(ledger(&app.home).await, before);
}

async fn only_the_owner_restores_a_task(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    let (path, created) = alice.create(json!({"title": "Private"})).await;
    let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let id = created["id"].as_str().unwrap();
    for path in [path, format!("{}/{id}", mallory.tasks)] {
        let answer = mallory.post(&format!("{path}/restore"), Value::Null).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let trash = mallory
        .get(&format!("{}?deleted=true", mallory.tasks))
        .await;
    assert_eq!(trash.expect(StatusCode::OK)["count"], 0);
}

async fn pages_lead_through_the_trash_once(app: TestApp) {
    let alice = app.user("alice");
    for number in 0..7 {
        let (path, _) = alice
            .create(json!({"title": format!("Task {number}")}))
            .await;
        if number < 5 {
            let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
        }
    }
    let mut query = "limit=2&deleted=true".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = alice.get(&format!("{}?{query}", alice.tasks)).await;
        let page = page.expect(StatusCode::OK);
        assert_eq!(page["count"], 5);
        let tasks = page["tasks"].as_array().unwrap();
        seen.extend(tasks.iter().map(|task| task["title"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        // It fits the trash alone.
        let elsewhere = alice
            .get(&format!("{}?limit=2&cursor={cursor}", alice.tasks))
            .await;
        assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        query = format!("limit=2&deleted=true&cursor={cursor}");
    }
    assert_eq!(seen, ["Task 4", "Task 3", "Task 2", "Task 1", "Task 0"]);
}
