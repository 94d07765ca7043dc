//! `Cache-Control`: no cache that several people share keeps an answer that is about one of them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, every_engine};

every_engine!(
    what_has_a_tag_may_be_kept_by_its_caller_alone,
    errors_and_writes_are_kept_by_nobody,
);

const OWN: Option<&str> = Some("private, no-cache");
const NOBODY: Option<&str> = Some("no-store");

async fn what_has_a_tag_may_be_kept_by_its_caller_alone(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    for address in [
        alice.tasks.clone(),
        format!("{}/", alice.tasks),
        format!("{}?limit=1", alice.tasks),
        format!("{}?deleted=true", alice.tasks),
        format!("{path}/history"),
        path.clone(),
    ] {
        let answer = alice.get(&address).await;
        assert_eq!(answer.header("cache-control"), OWN, "{address}");
        let head = alice.send_with(Method::HEAD, &address, ("x-none", ""), Value::Null);
        assert_eq!(head.await.header("cache-control"), OWN, "{address}");
        let known = ("if-none-match", "*");
        let again = alice
            .send_with(Method::GET, &address, known, Value::Null)
            .await;
        assert_eq!(again.header("cache-control"), OWN, "{address}");
    }
    for address in ["/health", "/docs"] {
        assert_eq!(
            app.nobody().get(address).await.header("cache-control"),
            None
        );
    }
}

async fn errors_and_writes_are_kept_by_nobody(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let of = |answer: Answer| {
        (
            answer.status,
            answer.header("cache-control").map(str::to_owned),
        )
    };
    let ticket = alice.events() + "/ticket";
    let changes = alice.events().replace("/events", "/changes");
    for (answer, status) in [
        (app.nobody().get(&path).await, StatusCode::UNAUTHORIZED),
        (app.user("bob").get(&path).await, StatusCode::NOT_FOUND),
        (alice.get("/api/alice/nowhere").await, StatusCode::NOT_FOUND),
        (alice.get("/api").await, StatusCode::NOT_FOUND),
        (
            alice.post(&path, json!({})).await,
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (
            alice.get(&format!("{}?limit=x", alice.tasks)).await,
            StatusCode::BAD_REQUEST,
        ),
        (
            alice.post(&alice.tasks, json!({})).await,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            alice.post(&alice.tasks, json!({"title": "y"})).await,
            StatusCode::CREATED,
        ),
        (
            alice.put(&path, json!({"title": "y"})).await,
            StatusCode::OK,
        ),
        (alice.post(&ticket, json!({})).await, StatusCode::CREATED),
        (alice.get(&changes).await, StatusCode::OK),
        (alice.delete(&path).await, StatusCode::NO_CONTENT),
    ] {
        assert_eq!(of(answer), (status, NOBODY.map(str::to_owned)));
    }
}
