//! `Prefer: handling=strict`: what would be ignored is refused by its name.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine};

every_engine!(
    an_unknown_parameter_is_refused_by_its_name,
    an_unknown_field_is_refused_by_its_name,
    a_task_that_was_read_can_be_sent_back,
    without_the_preference_what_is_unknown_is_ignored,
);

async fn strictly(client: &Client, method: Method, path: &str, body: Value) -> Answer {
    let prefer = ("prefer", "handling=strict");
    client.send_with(method, path, prefer, body).await
}

fn applied(answer: &Answer) -> bool {
    answer.header("preference-applied") == Some("handling=strict")
}

async fn an_unknown_parameter_is_refused_by_its_name(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let changes = alice.events().replace("/events", "/changes");
    for (address, name) in [
        (format!("{}?limit=1&sort=title", alice.tasks), "sort"),
        (format!("{path}?completed=true"), "completed"),
        (format!("{path}/history?before=1"), "before"),
        (format!("{changes}?waits=1"), "waits"),
    ] {
        let answer = strictly(&alice, Method::GET, &address, Value::Null).await;
        assert!(applied(&answer), "{address}");
        let (code, message) = answer.error(StatusCode::BAD_REQUEST);
        assert_eq!(code, "BAD_REQUEST", "{address}");
        assert!(message.contains(&format!("{name:?}")), "{message}");
    }
    let known = format!("{}?limit=1&completed=false&cursor=", alice.tasks);
    let answer = strictly(&alice, Method::GET, &known, Value::Null).await;
    assert!(applied(&answer));
    let _ = answer.expect(StatusCode::OK);
    // Who is not let in is not told more.
    let answer = strictly(&app.nobody(), Method::GET, &known, Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

async fn an_unknown_field_is_refused_by_its_name(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "x"})).await;
    let batch = format!("{}/batch", alice.tasks);
    let create = |field: &str| json!({"op": "create", "title": "y", field: 1});
    for (method, path, body, named, field) in [
        (
            Method::POST,
            &alice.tasks,
            json!({"title": "y", "colour": 1}),
            "colour",
            "colour",
        ),
        (
            Method::PUT,
            &path,
            json!({"title": "y", "Completed": true}),
            "Completed",
            "Completed",
        ),
        (
            Method::PATCH,
            &path,
            json!({"titel": "y"}),
            "titel",
            "titel",
        ),
        (
            Method::POST,
            &batch,
            json!({"operations": [], "atomics": 1}),
            "atomics",
            "atomics",
        ),
        (
            Method::POST,
            &batch,
            json!({"operations": [create("id_"), create("colour")]}),
            "operations[0].id_, operations[1].colour",
            "operations",
        ),
    ] {
        let answer = strictly(&alice, method, path, body).await;
        assert!(applied(&answer), "{named}");
        let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{named} ")), "{message}");
        assert_eq!(body["error"]["fields"], json!([field]), "{message}");
    }
    assert_eq!(alice.list().await["tasks"], json!([created]));
}

async fn a_task_that_was_read_can_be_sent_back(app: TestApp) {
    let alice = app.user("alice");
    let (path, mut task) = alice.create(json!({"title": "x"})).await;
    task["title"] = json!("edited");
    let answer = strictly(&alice, Method::PUT, &path, task).await;
    assert!(applied(&answer));
    assert_eq!(answer.expect(StatusCode::OK)["title"], "edited");
}

async fn without_the_preference_what_is_unknown_is_ignored(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "x", "colour": "green"});
    let created = alice.post(&alice.tasks, body.clone()).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert!(!applied(&created));
    let lenient = ("prefer", "handling=lenient");
    let created = alice
        .send_with(Method::POST, &alice.tasks, lenient, body)
        .await;
    assert_eq!(created.status, StatusCode::CREATED);
    let answer = alice.get(&format!("{}?sort=title", alice.tasks)).await;
    assert!(!applied(&answer));
    assert_eq!(answer.expect(StatusCode::OK)["count"], 2);
}
