//! Conditional requests: nobody overwrites what they have not seen, and nobody fetches what they have.

use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine};

every_engine!(
    every_answer_with_a_task_has_its_version_as_tag,
    a_write_with_an_old_tag_is_refused_and_shown_the_task,
    a_write_with_the_right_tag_is_done,
    a_tag_that_a_proxy_changed_names_the_same_version,
    a_tag_of_nobodys_making_is_told_from_an_old_one,
    of_many_writers_with_one_tag_exactly_one_wins,
    a_read_of_what_is_known_is_not_modified,
    a_list_is_not_modified_until_its_user_changes_something,
    a_history_is_not_modified_until_its_task_is,
    a_tag_that_cannot_be_read_is_a_bad_request,
    a_condition_tells_nothing_about_what_is_not_there,
);

async fn send(
    client: &Client,
    method: Method,
    path: &str,
    header: (&str, &str),
    body: Value,
) -> Answer {
    client.send_with(method, path, header, body).await
}

/// The four writes to a task, each with a condition.
async fn every_write(client: &Client, path: &str, tag: &str) -> [Answer; 4] {
    let condition = ("if-match", tag);
    let body = json!({"title": "Changed", "completed": true});
    let complete = format!("{path}/complete");
    [
        send(client, Method::PUT, path, condition, body.clone()).await,
        send(client, Method::PATCH, path, condition, body.clone()).await,
        send(client, Method::PATCH, &complete, condition, body).await,
        send(client, Method::DELETE, path, condition, Value::Null).await,
    ]
}

async fn every_answer_with_a_task_has_its_version_as_tag(app: TestApp) {
    let alice = app.user("alice");
    let created = alice.post(&alice.tasks, json!({"title": "x"})).await;
    assert_eq!(created.header("etag"), Some("\"1\""));
    let path = created.header("location").unwrap().to_owned();
    let body = json!({"completed": true});
    for (answer, tag) in [
        (alice.get(&path).await, "\"1\""),
        (alice.put(&path, body.clone()).await, "\"2\""),
        (alice.patch(&path, body.clone()).await, "\"3\""),
        (
            alice.patch(&format!("{path}/complete"), body).await,
            "\"4\"",
        ),
        (alice.get(&path).await, "\"4\""),
    ] {
        assert_eq!(answer.header("etag"), Some(tag));
    }
}

async fn a_write_with_an_old_tag_is_refused_and_shown_the_task(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let current = alice
        .put(&path, json!({"title": "y"}))
        .await
        .expect(StatusCode::OK);
    // Of another version, of nobody's making, one number within another.
    for tag in [
        "\"1\"",
        "W/\"1\"",
        "\"1-gzip\"",
        "\"abc\"",
        "\"12\", \"22\"",
        "\"\"",
        "\"2.0\"",
    ] {
        for answer in every_write(&alice, &path, tag).await {
            assert_eq!(answer.header("etag"), Some("\"2\""), "{tag}");
            let body = answer.expect(StatusCode::PRECONDITION_FAILED);
            assert_eq!(body["error"]["code"], "PRECONDITION_FAILED");
            assert_eq!(body["error"]["current"], current, "{tag}");
        }
    }
    assert_eq!(alice.list().await, json!({"tasks": [current], "count": 1}));
}

async fn a_write_with_the_right_tag_is_done(app: TestApp) {
    let alice = app.user("alice");
    for tag in ["\"1\"", "*", "\"7\", \"1\"", "W/\"1\",\"1\"", " \"1\" ,"] {
        let (path, _) = alice.create(json!({"title": "x"})).await;
        let condition = ("if-match", tag);
        let body = json!({"title": "y"});
        let changed = send(&alice, Method::PUT, &path, condition, body).await;
        assert_eq!(changed.expect(StatusCode::OK)["version"], 2, "{tag}");
        let condition = ("if-match", "\"2\"");
        let deleted = send(&alice, Method::DELETE, &path, condition, Value::Null).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    }
}

/// What proxies make of a tag when they compress.
const CHANGED_ON_THE_WAY: [&str; 8] = [
    "W/\"1\"",
    "\"1-gzip\"",
    "W/\"1-gzip\"",
    "\"1;gzip\"",
    "\"1--gzip\"",
    "\"1-br\"",
    "\"1-zstd\"",
    "\"7\", W/\"1-gzip\"",
];

async fn a_tag_that_a_proxy_changed_names_the_same_version(app: TestApp) {
    let alice = app.user("alice");
    for tag in CHANGED_ON_THE_WAY {
        let (path, _) = alice.create(json!({"title": "x"})).await;
        let known = send(
            &alice,
            Method::GET,
            &path,
            ("if-none-match", tag),
            Value::Null,
        )
        .await;
        assert_eq!(known.status, StatusCode::NOT_MODIFIED, "{tag}");
        let body = json!({"title": "y"});
        let changed = send(&alice, Method::PUT, &path, ("if-match", tag), body).await;
        assert_eq!(changed.expect(StatusCode::OK)["version"], 2, "{tag}");
    }
    for query in ["", "?limit=5", "?deleted=true"] {
        let list = format!("{}{query}", alice.tasks);
        let tag = alice.get(&list).await.header("etag").unwrap().to_owned();
        let opaque = tag.trim_matches('"');
        for changed in CHANGED_ON_THE_WAY {
            let changed = changed.replace('1', opaque);
            let condition = ("if-none-match", changed.as_str());
            let answer = send(&alice, Method::GET, &list, condition, Value::Null).await;
            assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{changed}");
        }
    }
}

async fn a_tag_of_nobodys_making_is_told_from_an_old_one(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "x"})).await;
    for (tag, words) in [
        ("\"9\"", "The task has changed"),
        ("\"abc\"", "If-Match names no version of this task"),
        ("\"\"", "If-Match names no version of this task"),
        ("\"+1\"", "If-Match names no version of this task"),
        ("\"01-gzip\"", "If-Match names no version of this task"),
        ("\"0\"", "If-Match names no version of this task"),
        ("\"-1\"", "If-Match names no version of this task"),
        (
            "\"gzip\", W/\"1.0\"",
            "If-Match names no version of this task",
        ),
        ("\"abc\", \"9\"", "The task has changed"),
    ] {
        for answer in every_write(&alice, &path, tag).await {
            let body = answer.expect(StatusCode::PRECONDITION_FAILED);
            let message = body["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(words), "{tag}: {message}");
            assert_eq!(body["error"]["current"], created, "{tag}");
        }
    }
}

async fn of_many_writers_with_one_tag_exactly_one_wins(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let writers = (0..200).map(|number| {
        let (alice, path) = (&alice, &path);
        async move {
            let body = json!({"title": format!("Writer {number}")});
            send(alice, Method::PUT, path, ("if-match", "\"1\""), body).await
        }
    });
    let answers = join_all(writers).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|it| it.status == StatusCode::OK);
    assert_eq!((won.len(), lost.len()), (1, 199));
    let won = won.into_iter().next().unwrap().expect(StatusCode::OK);
    for answer in lost {
        assert_eq!(
            answer.expect(StatusCode::PRECONDITION_FAILED)["error"]["current"],
            won
        );
    }
}

async fn a_read_of_what_is_known_is_not_modified(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    for (tag, status) in [
        ("\"1\"", StatusCode::NOT_MODIFIED),
        ("W/\"1\"", StatusCode::NOT_MODIFIED),
        ("\"0\", \"1\"", StatusCode::NOT_MODIFIED),
        ("*", StatusCode::NOT_MODIFIED),
        ("\"2\"", StatusCode::OK),
    ] {
        let answer = send(
            &alice,
            Method::GET,
            &path,
            ("if-none-match", tag),
            Value::Null,
        )
        .await;
        assert_eq!(
            (answer.status, answer.header("etag")),
            (status, Some("\"1\"")),
            "{tag}"
        );
        assert_eq!(answer.text.is_empty(), status == StatusCode::NOT_MODIFIED);
    }
}

async fn a_list_is_not_modified_until_its_user_changes_something(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let queries = [
        "",
        "?limit=5",
        "?limit=6",
        "?completed=true",
        "?completed=false&limit=5",
    ];
    let mut tags = Vec::new();
    for query in queries {
        let list = format!("{}{query}", alice.tasks);
        let tag = alice.get(&list).await.header("etag").unwrap().to_owned();
        let condition = ("if-none-match", tag.as_str());
        let again = send(&alice, Method::GET, &list, condition, Value::Null).await;
        assert_eq!(
            (again.status, again.text.as_str()),
            (StatusCode::NOT_MODIFIED, ""),
            "{query}"
        );
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        tags.push(tag);
    }
    assert!(
        tags.iter()
            .all(|tag| tags.iter().filter(|it| *it == tag).count() == 1),
        "{tags:?}"
    );
    bob.create(json!({"title": "of no concern"})).await;
    let change = async |query: &str, tag: &str| {
        let list = format!("{}{query}", alice.tasks);
        send(
            &alice,
            Method::GET,
            &list,
            ("if-none-match", tag),
            Value::Null,
        )
        .await
        .status
    };
    assert_eq!(change("", &tags[0]).await, StatusCode::NOT_MODIFIED);
    assert_eq!(
        change("", &tags[1]).await,
        StatusCode::OK,
        "the tag of another query"
    );
    alice
        .put(&path, json!({"title": "y"}))
        .await
        .expect(StatusCode::OK);
    for (query, tag) in queries.iter().zip(&tags) {
        assert_eq!(change(query, tag).await, StatusCode::OK, "{query}");
    }
}

async fn a_history_is_not_modified_until_its_task_is(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let changed = alice.put(&path, json!({"title": "y"})).await;
    changed.expect(StatusCode::OK);
    let mut tags = Vec::new();
    for round in ["z", "a"] {
        for query in ["", "?limit=1"] {
            let history = format!("{path}/history{query}");
            let whole = alice.get(&history).await;
            let tag = whole.header("etag").unwrap().to_owned();
            assert!(!tags.contains(&tag), "{tag} in {tags:?}");
            let condition = ("if-none-match", tag.as_str());
            let again = send(&alice, Method::GET, &history, condition, Value::Null).await;
            assert_eq!(
                (again.status, again.text.as_str(), again.header("etag")),
                (StatusCode::NOT_MODIFIED, "", Some(tag.as_str())),
                "{query}"
            );
            // What happens to other tasks is of no concern.
            alice.create(json!({"title": "other"})).await;
            let again = send(&alice, Method::GET, &history, condition, Value::Null).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{query}");
            tags.push(tag);
        }
        let changed = alice.put(&path, json!({ "title": round })).await;
        changed.expect(StatusCode::OK);
    }
}

async fn a_tag_that_cannot_be_read_is_a_bad_request(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "x"})).await;
    for tag in [
        "1",
        "\"1",
        "'1'",
        "\"1\" \"2\"",
        "*, \"1\"",
        "",
        ",",
        "w/\"1\"",
        "\"a b\"",
    ] {
        for answer in every_write(&alice, &path, tag).await {
            let (code, message) = answer.error(StatusCode::BAD_REQUEST);
            assert_eq!(code, "BAD_REQUEST", "{tag}");
            assert!(
                message.starts_with("The header if-match must be"),
                "{message}"
            );
        }
        let answer = send(
            &alice,
            Method::GET,
            &path,
            ("if-none-match", tag),
            Value::Null,
        )
        .await;
        let _ = answer.error(StatusCode::BAD_REQUEST);
    }
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
}

async fn a_condition_tells_nothing_about_what_is_not_there(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    let (path, created) = alice.create(json!({"title": "x"})).await;
    let own = format!("{}/{}", mallory.tasks, created["id"].as_str().unwrap());
    for path in [path, own] {
        for tag in ["*", "\"1\"", "\"9\"", "nonsense"] {
            for answer in every_write(&mallory, &path, tag).await {
                let is_own = path.starts_with(&mallory.tasks);
                if is_own && tag == "nonsense" {
                    let _ = answer.error(StatusCode::BAD_REQUEST);
                } else {
                    assert_eq!(
                        answer.error(StatusCode::NOT_FOUND).1,
                        "Task not found",
                        "{path} {tag}"
                    );
                }
            }
        }
    }
}
