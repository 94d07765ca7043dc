//! What a request means, whatever its bytes are: titles that can be seen, and repeats that say the same.

use axum::http::{Method, StatusCode};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine};

every_engine!(
    a_title_has_a_visible_character,
    the_same_body_in_other_words_is_the_same_request,
    another_condition_is_another_request,
);

async fn a_title_has_a_visible_character(app: TestApp) {
    let alice = app.user("alice");
    for title in [
        "\u{feff}",
        "\u{85}",
        "\u{200b}",
        "\u{2060}",
        "\u{3164}",
        "\u{ad}",
        "\u{200b} \u{2060}\u{1}",
        "\u{e0100}",
        "\u{2028}",
    ] {
        let refused = alice.post(&alice.tasks, json!({"title": title})).await;
        let body = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["error"]["fields"], json!(["title"]), "{title:?}");
    }
    for title in [
        "\u{200b}x",
        "👨\u{200d}👩\u{200d}👧",
        "\u{645}\u{200c}\u{6cc}",
        "\u{301}",
    ] {
        let created = alice.post(&alice.tasks, json!({"title": title})).await;
        assert_eq!(created.expect(StatusCode::CREATED)["title"], title);
    }
}

async fn keyed(client: &Client, method: Method, path: &str, tag: &str, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !tag.is_empty() {
        request = request.header("if-match", tag);
    }
    let request = request
        .header("content-type", "application/json")
        .header("idempotency-key", "one");
    client
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn the_same_body_in_other_words_is_the_same_request(app: TestApp) {
    let alice = app.user("alice");
    let first = r#"{"title": "x", "completed": false, "description": "é"}"#;
    let first = keyed(&alice, Method::POST, &alice.tasks, "", first).await;
    let task = first.expect(StatusCode::CREATED);
    for body in [
        r#"{"completed":false,"description":"é","title":"x"}"#,
        "\u{feff}{\n\"title\" : \"\\u0078\", \"description\": \"\\u00e9\", \"completed\":false }",
    ] {
        let again = keyed(&alice, Method::POST, &alice.tasks, "", body).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{body}");
        assert_eq!(again.expect(StatusCode::CREATED), task);
    }
    let other = keyed(&alice, Method::POST, &alice.tasks, "", r#"{"title": "y"}"#).await;
    let body = other.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["error"]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(body["error"]["fields"], json!(["Idempotency-Key"]));
}

async fn another_condition_is_another_request(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let body = r#"{"title": "y"}"#;
    let refused = keyed(&alice, Method::PUT, &path, "\"7\"", body).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    // The message has advised the present tag; with the old key that is said to be another request.
    let other = keyed(&alice, Method::PUT, &path, "\"1\"", body).await;
    let error: Value = other.expect(StatusCode::UNPROCESSABLE_ENTITY)["error"].clone();
    assert_eq!(error["code"], "IDEMPOTENCY_KEY_REUSED");
    assert!(
        error["message"].as_str().unwrap().contains("new"),
        "{error}"
    );
}
