//! A clock that somebody sets back: what is written goes on, in its order, and nothing is forgotten or done twice.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine};

every_engine!(a_clock_that_is_set_back_loses_nothing);

async fn create_once(user: &Client) -> Answer {
    let (key, body) = (("idempotency-key", "once"), json!({"title": "Once"}));
    user.send_with(Method::POST, &user.tasks, key, body).await
}

async fn a_clock_that_is_set_back_loses_nothing(app: TestApp) {
    let ada = app.user("ada");
    let (path, _) = ada.create(json!({"title": "Before"})).await;
    let page = ada.tasks.replace("/tasks", "/changes");
    let page = ada.get(&page).await.expect(StatusCode::OK);
    let once = create_once(&ada).await;
    let before = ada.get(&path).await.expect(StatusCode::OK);

    app.clock.set_back(Duration::from_hours(12));
    // With a token of the time as it is now: others are from the future.
    let ada = app.user("ada");
    let after = ada.put(&path, json!({"title": "After"})).await;
    let after = after.expect(StatusCode::OK);
    assert_eq!(after["created_at"], before["created_at"]);
    // All are written alike, so texts compare as times do.
    let updated_at = |task: &Value| task["updated_at"].as_str().unwrap().to_owned();
    assert!(updated_at(&after) >= updated_at(&before), "{after}");
    let repeated = create_once(&ada).await;
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!(repeated.text, once.text);
    let _ = ada.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let restored = ada.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(restored.expect(StatusCode::OK)["title"], "After");
    ada.create(json!({"title": "New"})).await;

    // Whoever follows hears all of it, in the order in which it was written.
    let changes = ada.tasks.replace("/tasks", "/changes");
    let since = page["next_cursor"].as_str().unwrap();
    let page = ada.get(&format!("{changes}?since={since}")).await;
    let page = page.expect(StatusCode::OK);
    let changes = page["changes"].as_array().unwrap().iter();
    let titles: Vec<_> = changes.map(|it| it["task"]["title"].as_str()).collect();
    assert_eq!(titles, [Some("Once"), Some("After"), Some("New")]);
    assert_eq!(ada.list().await["count"], 3);
}
