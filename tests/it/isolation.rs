//! Each user's tasks are apart from everybody else's, whichever way somebody tries.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    a_task_of_another_user_is_not_found,
    another_users_path_is_not_found_whatever_is_sent,
    lists_and_counts_are_of_one_user_alone,
    every_documented_operation_refuses_whoever_it_should,
);

async fn a_task_of_another_user_is_not_found(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    let (path, created) = alice.create(json!({"title": "Private"})).await;
    let id = created["id"].as_str().unwrap();
    // On the owner's path, and on mallory's own path with the owner's id.
    for path in [path.clone(), format!("{}/{id}", mallory.tasks)] {
        let body = json!({"title": "Taken", "completed": true});
        for answer in [
            mallory.get(&path).await,
            mallory.put(&path, body.clone()).await,
            mallory.patch(&path, body.clone()).await,
            mallory
                .patch(&format!("{path}/complete"), body.clone())
                .await,
            mallory.delete(&path).await,
        ] {
            let not_found = ("NOT_FOUND".to_owned(), "Task not found".to_owned());
            assert_eq!(answer.error(StatusCode::NOT_FOUND), not_found);
        }
    }
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
}

async fn another_users_path_is_not_found_whatever_is_sent(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    for path in [
        "/api/alice/tasks",
        "/api/ALICE/tasks",
        "/api/alice%00/tasks",
        "/api/%61lice%20/tasks",
        "/api/%FF/tasks",
    ] {
        for answer in [
            mallory.get(path).await,
            mallory.get(&format!("{path}?limit=nonsense")).await,
            mallory.post(path, json!({"title": "Planted"})).await,
            mallory.send_text(Method::POST, path, "not even JSON").await,
        ] {
            let not_found = ("NOT_FOUND".to_owned(), "Task not found".to_owned());
            assert_eq!(answer.error(StatusCode::NOT_FOUND), not_found, "{path}");
        }
    }
    assert_eq!(alice.list().await["count"], 0);
    // The same name, written otherwise, is the same name.
    assert_eq!(alice.get("/api/%61lice/tasks").await.status, StatusCode::OK);
}

async fn lists_and_counts_are_of_one_user_alone(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    for number in 0..3 {
        alice
            .create(json!({"title": format!("a{number}"), "completed": number == 0}))
            .await;
        bob.create(json!({"title": format!("b{number}")})).await;
    }
    for (query, count) in [
        ("", 3),
        ("?limit=2", 3),
        ("?completed=true", 1),
        ("?completed=false&limit=1", 2),
    ] {
        let list = alice
            .get(&format!("{}{query}", alice.tasks))
            .await
            .expect(StatusCode::OK);
        assert_eq!(list["count"], count, "{query}");
        let tasks = list["tasks"].as_array().unwrap();
        assert!(
            tasks.iter().all(|task| task["user_id"] == "alice"),
            "{list}"
        );
    }
}

/// Reads the document, so that no operation can be forgotten.
async fn every_documented_operation_refuses_whoever_it_should(app: TestApp) {
    let alice = app.user("alice");
    let (_, created) = alice.create(json!({"title": "Private"})).await;
    let document: Value = serde_json::from_str(&tickbox::http::document_text()).unwrap();
    let mut protected = 0;
    for (template, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = template
                .replace("{user_id}", "alice")
                .replace("{task_id}", created["id"].as_str().unwrap())
                .replace("{seq}", "1");
            if !template.contains("{user_id}") {
                assert_eq!(
                    probe(&app.nobody(), method, &path).await,
                    StatusCode::OK,
                    "{method} {path}"
                );
                continue;
            }
            protected += 1;
            assert_eq!(
                item[method]["security"],
                json!([{"bearer": []}]),
                "{method} {template} says that it is protected"
            );
            let nobody = app.nobody();
            assert_eq!(
                probe(&nobody, method, &path).await,
                StatusCode::UNAUTHORIZED,
                "{method} {path}"
            );
            let liar = nobody.with_token(format!("{}x", alice.token.as_ref().unwrap()));
            assert_eq!(
                probe(&liar, method, &path).await,
                StatusCode::UNAUTHORIZED,
                "{method} {path}"
            );
            let stranger = app.user("mallory");
            assert_eq!(
                probe(&stranger, method, &path).await,
                StatusCode::NOT_FOUND,
                "{method} {path}"
            );
        }
    }
    assert!(protected >= 7, "the document names the routes of tasks");
    assert_eq!(alice.list().await, json!({"tasks": [created], "count": 1}));
}

async fn probe(client: &Client, method: &str, path: &str) -> StatusCode {
    let request = Request::builder()
        .method(method.to_uppercase().as_str())
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(r#"{"title": "Probe", "completed": true}"#))
        .unwrap();
    client.send(request).await.status
}
