//! What a body may say: every rule, and that a refused request changes nothing.

use axum::http::{Method, Request, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};
use tickbox::domain::{Description, Title};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    what_breaks_a_rule_is_refused_with_its_name,
    all_errors_are_told_at_once,
    what_is_no_json_is_a_bad_request,
    a_byte_order_mark_before_the_json_is_ignored,
    a_body_must_be_declared_as_json,
    a_body_that_is_too_large_is_refused,
    limits_count_characters_and_not_bytes,
    a_refused_request_changes_nothing,
);

async fn refusal(client: &Client, method: Method, path: &str, body: &str) -> String {
    let answer = client.send_text(method, path, body.to_owned()).await;
    let (code, message) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code, "VALIDATION_ERROR");
    message
}

async fn what_breaks_a_rule_is_refused_with_its_name(app: TestApp) {
    let alice = app.user("alice");
    let (task, _) = alice.create(json!({"title": "Buy milk"})).await;
    let long = "x".repeat(201);
    let longer = "x".repeat(2001);
    for (body, message) in [
        ("{}".to_owned(), "title is required"),
        (
            r#"{"title": ""}"#.to_owned(),
            "title must not be empty or only white space",
        ),
        (
            r#"{"title": " \t\u2003"}"#.to_owned(),
            "title must not be empty or only white space",
        ),
        (
            json!({ "title": long }).to_string(),
            "title must have at most 200 characters",
        ),
        (r#"{"title": null}"#.to_owned(), "title must be a string"),
        (r#"{"title": 7}"#.to_owned(), "title must be a string"),
        (r#"{"title": ["x"]}"#.to_owned(), "title must be a string"),
        (
            r#"{"title": "a\u0000b"}"#.to_owned(),
            "title must not contain the character U+0000",
        ),
        (
            r#"{"title": "\ud800"}"#.to_owned(),
            "title must be valid Unicode",
        ),
        (
            r#"{"title": "a", "title": "b"}"#.to_owned(),
            "body must not name a field twice",
        ),
        (
            json!({"title": "x", "description": longer}).to_string(),
            "description must have at most 2000 characters",
        ),
        (
            r#"{"title": "x", "description": 7}"#.to_owned(),
            "description must be a string or null",
        ),
        (
            r#"{"title": "x", "description": "\u0000"}"#.to_owned(),
            "description must not contain the character U+0000",
        ),
        (
            r#"{"title": "x", "completed": "true"}"#.to_owned(),
            "completed must be true or false",
        ),
        (
            r#"{"title": "x", "completed": 1}"#.to_owned(),
            "completed must be true or false",
        ),
        (
            r#"{"title": "x", "completed": null}"#.to_owned(),
            "completed must be true or false",
        ),
        ("[]".to_owned(), "body must be a JSON object"),
        ("null".to_owned(), "body must be a JSON object"),
        ("\"title\"".to_owned(), "body must be a JSON object"),
    ] {
        assert_eq!(
            refusal(&alice, Method::POST, &alice.tasks, &body).await,
            message,
            "{body}"
        );
        if message == "title is required" {
            continue;
        }
        for method in [Method::PUT, Method::PATCH] {
            assert_eq!(
                refusal(&alice, method, &task, &body).await,
                message,
                "{body}"
            );
        }
    }
    let nothing = "body must have at least one of title, description, completed, due, start, recurrence, priority, \
        tags, list_id, parent_id, references, metadata";
    for body in ["{}", r#"{"colour": "green"}"#] {
        assert_eq!(refusal(&alice, Method::PUT, &task, body).await, nothing);
        assert_eq!(refusal(&alice, Method::PATCH, &task, body).await, nothing);
    }
    let complete = format!("{task}/complete");
    assert_eq!(
        refusal(&alice, Method::PATCH, &complete, "{}").await,
        "completed is required"
    );
    for body in [
        r#"{"completed": "true"}"#,
        r#"{"completed": null}"#,
        r#"{"completed": 0}"#,
    ] {
        assert_eq!(
            refusal(&alice, Method::PATCH, &complete, body).await,
            "completed must be true or false"
        );
    }
}

async fn all_errors_are_told_at_once(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "", "description": 7, "completed": "no"});
    let answer = alice
        .post(&alice.tasks, body)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        answer["error"],
        json!({
            "code": "VALIDATION_ERROR",
            "message": "title must not be empty or only white space; description must be a string or null; \
                completed must be true or false",
            "fields": ["title", "description", "completed"],
            "details": {"fields": [
                {"field": "title", "rule": "must not be empty or only white space"},
                {"field": "description", "rule": "must be a string or null"},
                {"field": "completed", "rule": "must be true or false"},
            ]},
        })
    );
}

/// RFC 8259 §8.1 lets a receiver ignore it.
async fn a_byte_order_mark_before_the_json_is_ignored(app: TestApp) {
    let alice = app.user("alice");
    let body = "\u{feff}{\"title\": \"x\"}";
    let created = alice.send_text(Method::POST, &alice.tasks, body).await;
    assert_eq!(created.expect(StatusCode::CREATED)["title"], "x");
    let twice = format!("\u{feff}{body}");
    let refused = alice.send_text(Method::POST, &alice.tasks, twice).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

async fn what_is_no_json_is_a_bad_request(app: TestApp) {
    let alice = app.user("alice");
    let (task, _) = alice.create(json!({"title": "Buy milk"})).await;
    let deep = "[".repeat(10_000);
    let bodies: [&[u8]; 8] = [
        b"",
        b"  ",
        b"{",
        b"{'title': 'x'}",
        b"{\"title\": \"x\"} and more",
        b"{\"title\": NaN}",
        b"\xff{\"title\": \"x\"}",
        deep.as_bytes(),
    ];
    for body in bodies {
        for (method, path) in [
            (Method::POST, &alice.tasks),
            (Method::PUT, &task),
            (Method::PATCH, &task),
        ] {
            let answer = alice.send_text(method, path, body.to_vec()).await;
            let (code, message) = answer.error(StatusCode::BAD_REQUEST);
            assert_eq!(code, "BAD_REQUEST");
            assert!(message.starts_with("The body is "), "{message}");
        }
    }
}

async fn a_body_must_be_declared_as_json(app: TestApp) {
    let alice = app.user("alice");
    let (task, _) = alice.create(json!({"title": "Buy milk"})).await;
    let send = async |method: Method, path: &str, media_type: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        alice
            .send(request.body(r#"{"title": "Buy bread"}"#.into()).unwrap())
            .await
    };
    for media_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
        Some(""),
    ] {
        for (method, path) in [
            (Method::POST, &alice.tasks),
            (Method::PUT, &task),
            (Method::PATCH, &task),
        ] {
            let (code, _) = send(method, path, media_type)
                .await
                .error(StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert_eq!(code, "UNSUPPORTED_MEDIA_TYPE", "{media_type:?}");
        }
    }
    for media_type in [
        "application/json",
        "application/json;charset=utf-8",
        "Application/JSON ; charset=UTF-8",
    ] {
        assert_eq!(
            send(Method::POST, &alice.tasks, Some(media_type))
                .await
                .status,
            StatusCode::CREATED
        );
    }
    let merge_patch = Some("application/merge-patch+json");
    assert_eq!(
        send(Method::PATCH, &task, merge_patch).await.status,
        StatusCode::OK
    );
    assert_eq!(
        send(Method::PUT, &task, merge_patch).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let compressed = Request::post(&alice.tasks)
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body("{}".into())
        .unwrap();
    let _ = alice
        .send(compressed)
        .await
        .error(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

async fn a_body_that_is_too_large_is_refused(app: TestApp) {
    let alice = app.user("alice");
    let sized = |bytes: usize| {
        let frame = r#"{"title":"x","filler":""}"#.len();
        format!(
            r#"{{"title":"x","filler":"{}"}}"#,
            "f".repeat(bytes - frame)
        )
    };
    let largest = alice
        .send_text(Method::POST, &alice.tasks, sized(64 * 1024))
        .await;
    assert_eq!(largest.status, StatusCode::CREATED);
    let larger = alice
        .send_text(Method::POST, &alice.tasks, sized(64 * 1024 + 1))
        .await;
    assert_eq!(
        larger.error(StatusCode::PAYLOAD_TOO_LARGE).0,
        "PAYLOAD_TOO_LARGE"
    );
}

async fn limits_count_characters_and_not_bytes(app: TestApp) {
    let alice = app.user("alice");
    for character in ["x", "ü", "漢", "🧡"] {
        let body = json!({
            "title": format!(" {} ", character.repeat(200)),
            "description": character.repeat(2000),
        });
        let (path, created) = alice.create(body).await;
        assert_eq!(created["title"], character.repeat(200));
        let body = json!({"title": character.repeat(201)});
        let _ = alice
            .put(&path, body)
            .await
            .error(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn a_refused_request_changes_nothing(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    for body in [
        json!({"title": "Good", "completed": "bad"}),
        json!({"title": "", "description": "Good"}),
    ] {
        let _ = alice
            .put(&path, body.clone())
            .await
            .error(StatusCode::UNPROCESSABLE_ENTITY);
        let _ = alice
            .patch(&path, body.clone())
            .await
            .error(StatusCode::UNPROCESSABLE_ENTITY);
        let _ = alice
            .post(&alice.tasks, body)
            .await
            .error(StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(alice.list().await, json!({"tasks": [created], "count": 1}));
}

proptest! {
    #[test]
    fn a_title_is_trimmed_and_within_its_limits_or_refused(text in "\\PC{0,220}|[ \\t\\n\u{2003}\u{0}x]{0,210}") {
        let trimmed = text.trim();
        let fits = (1..=200).contains(&trimmed.chars().count()) && !trimmed.contains('\0');
        match Title::parse(&text) {
            Ok(title) => {
                prop_assert!(fits);
                prop_assert_eq!(title.as_str(), trimmed);
            }
            Err(_) => prop_assert!(!fits),
        }
    }

    #[test]
    fn a_description_is_kept_as_it_is_or_refused(text in "(?s).{0,64}", times in 0usize..80) {
        let text = text.repeat(times);
        let fits = text.chars().count() <= 2000 && !text.contains('\0');
        match Description::parse(text.clone()) {
            Ok(description) => {
                prop_assert!(fits);
                prop_assert_eq!(description.as_str(), text);
            }
            Err(_) => prop_assert!(!fits),
        }
    }
}

/// Whatever is sent, the answer is one of those that are documented, and what was accepted comes back.
#[test]
fn any_body_is_answered_as_the_rules_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::sqlite());
    let alice = app.user("alice");
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,210}".prop_map(Value::from),
    ];
    let body = proptest::collection::btree_map("title|description|completed|id|x", scalar, 0..5);
    proptest!(ProptestConfig::with_cases(512), |(body in body)| {
        let body = json!(body);
        let answer = runtime.block_on(alice.post(&alice.tasks, body.clone()));
        let title = body["title"].as_str().map(|title| Title::parse(title).is_ok());
        let description = body.get("description").is_none_or(|it| {
            it.is_null() || it.as_str().is_some_and(|text| Description::parse(text.to_owned()).is_ok())
        });
        let completed = body.get("completed").is_none_or(Value::is_boolean);
        let id = body.get("id").is_none_or(Value::is_null);
        if title == Some(true) && description && completed && id {
            let task = answer.expect(StatusCode::CREATED);
            prop_assert_eq!(&task["title"], body["title"].as_str().unwrap().trim());
            prop_assert_eq!(&task["description"], &body["description"]);
            prop_assert_eq!(&task["completed"], &json!(body["completed"] == true));
        } else {
            let (code, _) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
            prop_assert_eq!(code, "VALIDATION_ERROR");
        }
    });
}
