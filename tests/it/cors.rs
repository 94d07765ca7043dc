//! Which web pages may call, as a browser sees it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use tickbox::config::{Environment, Origins};

use crate::support::{Answer, Home, TestApp};

const ALLOWED: &str = "https://app.example.com";
const EXPOSED: &str = "access-control-expose-headers: ETag, Idempotency-Replayed, Link, Location, Preference-Applied, \
    RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

async fn app() -> TestApp {
    let home = Home::sqlite();
    let store = home.store();
    let origins = Origins::new(
        vec![
            ALLOWED.parse().unwrap(),
            "http://localhost:3000".parse().unwrap(),
        ],
        false,
    );
    TestApp::with(home, &store, Environment::Production, origins).await
}

fn cors_headers(answer: &Answer) -> Vec<String> {
    let headers = answer.headers.iter();
    let mut lines: Vec<_> = headers
        .filter(|(name, _)| name.as_str().starts_with("access-control-"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn a_listed_origin_may_read_answers_and_errors() {
    let app = app().await;
    let alice = app.user("alice");
    for (client, path, status) in [
        (&alice, alice.tasks.as_str(), StatusCode::OK),
        (&app.nobody(), "/api/nobody/tasks", StatusCode::UNAUTHORIZED),
        (&alice, "/nowhere", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path)
            .header("origin", ALLOWED)
            .body(Body::empty())
            .unwrap();
        let answer = client.send(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(
            cors_headers(&answer),
            [
                "access-control-allow-credentials: true",
                "access-control-allow-origin: https://app.example.com",
                EXPOSED,
            ]
        );
    }
}

#[tokio::test]
async fn any_other_origin_gets_no_cors_header() {
    let app = app().await;
    let alice = app.user("alice");
    for origin in [
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "https://app.example.com:443",
        "HTTPS://APP.EXAMPLE.COM",
        "null",
        "*",
    ] {
        let request = Request::get(&alice.tasks)
            .header("origin", origin)
            .body(Body::empty())
            .unwrap();
        let answer = alice.send(request).await;
        assert_eq!(
            answer.status,
            StatusCode::OK,
            "the token counts, not the origin"
        );
        assert_eq!(cors_headers(&answer), [""; 0], "{origin}");
        let answer = app.nobody().send(preflight(&alice.tasks, origin)).await;
        assert_eq!(cors_headers(&answer), [""; 0], "{origin}");
    }
}

fn preflight(path: &str, origin: &str) -> Request<Body> {
    Request::builder()
        .method(Method::OPTIONS)
        .uri(path)
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        )
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_preflight_needs_no_token() {
    let app = app().await;
    let answer = app
        .nobody()
        .send(preflight("/api/alice/tasks/x", "http://localhost:3000"))
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(
        cors_headers(&answer),
        [
            "access-control-allow-credentials: true",
            "access-control-allow-headers: Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, \
             Last-Event-ID, Prefer, X-Request-Id, traceparent, tracestate, baggage, sentry-trace",
            "access-control-allow-methods: GET, POST, PUT, PATCH, DELETE",
            "access-control-allow-origin: http://localhost:3000",
            EXPOSED,
            "access-control-max-age: 7200",
        ]
    );
}

#[tokio::test]
async fn pages_of_apps_and_of_previews_may_be_listed() {
    let home = Home::sqlite();
    let store = home.store();
    let list = "tauri://localhost, capacitor://localhost, chrome-extension://abcdefghijklmnop, https://*.vercel.app";
    let origins = Origins::parse(list).unwrap();
    let app = TestApp::with(home, &store, Environment::Production, origins).await;
    for origin in [
        "tauri://localhost",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop",
        "https://my-app-git-main.vercel.app",
    ] {
        let answer = app.nobody().send(preflight("/api/a/tasks", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
    }
    let answer = app
        .nobody()
        .send(preflight("/api/a/tasks", "https://vercel.app"))
        .await;
    assert_eq!(cors_headers(&answer), [""; 0]);
}

#[tokio::test]
async fn without_a_list_nothing_speaks_of_origins() {
    let app = TestApp::sqlite().await;
    let alice = app.user("alice");
    let request = Request::get(&alice.tasks)
        .header("origin", ALLOWED)
        .body(Body::empty())
        .unwrap();
    let answer = alice.send(request).await;
    assert_eq!(
        (cors_headers(&answer), answer.header("vary")),
        (vec![], None)
    );
}
