//! The envelope of errors, request ids, and what each environment tells.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use tickbox::config::{Environment, Origins};

use crate::support::{TestApp, every_engine};

every_engine!(
    an_unknown_route_is_not_found,
    a_wrong_method_names_the_right_ones,
    every_answer_has_a_request_id,
    outside_development_there_are_no_details,
    a_head_request_is_answered_like_a_get_without_its_body,
);

async fn an_unknown_route_is_not_found(app: TestApp) {
    let alice = app.user("alice");
    for path in [
        "/",
        "/api",
        "/api/alice/x",
        "/api/alice/tasks/x/y",
        "/api//tasks",
        "/tasks",
        "/docs/../Cargo.toml",
        "/docs/x",
    ] {
        let (code, message) = alice.get(path).await.error(StatusCode::NOT_FOUND);
        assert_eq!(code, "NOT_FOUND", "{path}");
        assert!(
            message.starts_with("No such route") || message == "Task not found",
            "{path}: {message}"
        );
    }
}

async fn a_wrong_method_names_the_right_ones(app: TestApp) {
    let alice = app.user("alice");
    let task = format!("{}/01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", alice.tasks);
    for (method, path, allow) in [
        (Method::DELETE, alice.tasks.clone(), "GET,HEAD,POST"),
        (Method::POST, task.clone(), "GET,HEAD,PUT,PATCH,DELETE"),
        (Method::GET, format!("{task}/complete"), "PATCH"),
        (Method::POST, "/health".to_owned(), "GET,HEAD"),
        (Method::TRACE, "/docs".to_owned(), "GET,HEAD"),
    ] {
        let request = Request::builder()
            .method(&method)
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        let answer = alice.send(request).await;
        let mut allowed: Vec<_> = answer
            .header("allow")
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect();
        let mut expected: Vec<_> = allow.split(',').map(str::to_owned).collect();
        allowed.sort();
        expected.sort();
        assert_eq!(allowed, expected, "{method} {path}");
        assert_eq!(
            answer.error(StatusCode::METHOD_NOT_ALLOWED).0,
            "METHOD_NOT_ALLOWED"
        );
    }
}

async fn every_answer_has_a_request_id(app: TestApp) {
    let alice = app.user("alice");
    let ask = async |path: &str, id: Option<&[u8]>| {
        let mut request = Request::get(path);
        if let Some(id) = id {
            request = request.header("x-request-id", id);
        }
        let answer = alice.send(request.body(Body::empty()).unwrap()).await;
        answer.header("x-request-id").unwrap().to_owned()
    };
    for path in ["/health", "/nowhere", alice.tasks.as_str()] {
        assert_eq!(ask(path, Some(b"caller-7/x.y")).await, "caller-7/x.y");
        let (one, other) = (ask(path, None).await, ask(path, None).await);
        assert_ne!(one, other);
        let long = [b'x'; 129];
        let odd: [&[u8]; 4] = [b"", b"with blank", b"caf\xc3\xa9", &long];
        for id in odd {
            let given = ask(path, Some(id)).await;
            assert_ne!(given.as_bytes(), id);
            assert!(uuid::Uuid::parse_str(&given).is_ok(), "{given}");
        }
    }
}

async fn outside_development_there_are_no_details(app: TestApp) {
    let body = json!({"title": ""});
    let alice = app.user("alice");
    let details = &alice
        .post(&alice.tasks, body.clone())
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)["error"]["details"];
    assert!(details.is_object());
    for environment in [Environment::Staging, Environment::Production] {
        let home = app.home.another().await;
        let store = home.store();
        let app = TestApp::with(home, &store, environment, Origins::default()).await;
        let alice = app.user("alice");
        let refused = alice
            .post(&alice.tasks, body.clone())
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            refused,
            json!({"error": {
                "code": "VALIDATION_ERROR",
                "message": "title must not be empty or only white space",
                "fields": ["title"],
            }})
        );
        let refused = alice
            .with_token("nonsense")
            .get(&alice.tasks)
            .await
            .expect(StatusCode::UNAUTHORIZED);
        assert_eq!(refused["error"].get("details"), None);
        assert_eq!(refused["error"]["code"], "UNAUTHORIZED");
    }
}

async fn a_head_request_is_answered_like_a_get_without_its_body(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let length = alice.get(&path).await.text.len().to_string();
    let answer = alice
        .send(Request::head(&path).body(Body::empty()).unwrap())
        .await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.header("content-length"), Some(length.as_str()));
}
