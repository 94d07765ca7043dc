//! Tokens at the door: what a caller without a good one is told. Every rule about tokens is tested in `auth`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::time::Duration;

use crate::support::{TestApp, every_engine};

every_engine!(
    without_a_token_there_is_a_challenge,
    a_bad_token_is_refused_and_named,
    the_text_of_an_empty_variable_is_told_from_a_token,
    the_scheme_may_be_written_in_any_case,
    an_expired_token_is_refused
);

async fn without_a_token_there_is_a_challenge(app: TestApp) {
    let answer = app.nobody().get("/api/alice/tasks").await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let (code, message) = answer.error(StatusCode::UNAUTHORIZED);
    assert_eq!(code, "UNAUTHORIZED");
    assert!(
        message.starts_with("Missing authentication token"),
        "{message}"
    );
}

async fn a_bad_token_is_refused_and_named(app: TestApp) {
    let alice = app.user("alice");
    let token = alice.token.clone().unwrap();
    let cut = token.rsplit_once('.').unwrap().0;
    for bad in [
        "nonsense",
        "a.b.c",
        cut,
        &format!("{cut}."),
        &format!("{token}A"),
        &format!("{token}.x"),
        "..",
        "",
    ] {
        let answer = alice.with_token(bad).get(&alice.tasks).await;
        let challenge = answer.header("www-authenticate").unwrap().to_owned();
        let (_, message) = answer.error(StatusCode::UNAUTHORIZED);
        let told = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
        assert_eq!(challenge, if bad.is_empty() { "Bearer" } else { &told });
        assert!(
            message.starts_with("Invalid token") || message.starts_with("Missing"),
            "{bad}: {message}"
        );
        assert!(bad.is_empty() || !message.contains(bad));
    }
}

/// What JavaScript and Python make of a variable without a value when they put it into a text.
async fn the_text_of_an_empty_variable_is_told_from_a_token(app: TestApp) {
    let alice = app.user("alice");
    for text in [
        "undefined",
        "null",
        "None",
        "NaN",
        "[object Object]",
        "[object",
    ] {
        let answer = alice.with_token(text).get(&alice.tasks).await;
        let error = &answer.expect(StatusCode::UNAUTHORIZED)["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("Invalid token"), "{text}: {message}");
        let explanation = error["details"]["explanation"].as_str().unwrap();
        let words = if text.contains(' ') {
            "more than one word"
        } else {
            "an empty variable"
        };
        assert!(explanation.contains(words), "{text}: {explanation}");
    }
}

async fn the_scheme_may_be_written_in_any_case(app: TestApp) {
    let alice = app.user("alice");
    let token = alice.token.as_ref().unwrap();
    for (header, status) in [
        (format!("bearer {token}"), StatusCode::OK),
        (format!("BEARER {token}"), StatusCode::OK),
        (format!("Basic {token}"), StatusCode::UNAUTHORIZED),
        (token.clone(), StatusCode::UNAUTHORIZED),
    ] {
        let request = Request::get(&alice.tasks)
            .header("authorization", header)
            .body(Body::empty())
            .unwrap();
        assert_eq!(alice.send(request).await.status, status);
    }
}

async fn an_expired_token_is_refused(app: TestApp) {
    let alice = app.user("alice");
    app.clock.advance(Duration::from_mins(59));
    assert_eq!(alice.get(&alice.tasks).await.status, StatusCode::OK);
    app.clock.advance(Duration::from_mins(1));
    let answer = alice.get(&alice.tasks).await;
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\", error_description=\"Token expired\"")
    );
    let (_, message) = answer.error(StatusCode::UNAUTHORIZED);
    assert!(message.starts_with("Token expired"), "{message}");
}
