//! How much and how often: requests, streams and tasks of one user.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::config::Limits;
use tickbox::quota::Rate;

use crate::support::{Home, LIMITS, TestApp, every_engine};

every_engine!(streams_of_one_user_are_bounded);

const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;

#[tokio::test(flavor = "multi_thread")]
async fn a_user_asks_so_often_and_no_more() {
    let limits = Limits {
        rate: Some(Rate {
            requests: 5,
            window: Duration::from_mins(1),
        }),
        ..LIMITS
    };
    let app = TestApp::limited(Home::sqlite(), &limits).await;
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    for left in (0..5).rev() {
        // Also what is refused for another reason.
        let path = if left == 3 {
            "/api/bob/tasks"
        } else {
            &*ada.tasks
        };
        let answer = ada.get(path).await;
        assert_eq!(answer.header("ratelimit-policy"), Some("\"user\";q=5;w=60"));
        let limit = answer.header("ratelimit").unwrap();
        assert!(
            limit.starts_with(&format!("\"user\";r={left};t=")),
            "{limit}"
        );
    }
    let refused = ada.post(&ada.tasks, json!({"title": "One too many"})).await;
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert!(
        refused
            .header("ratelimit")
            .unwrap()
            .starts_with("\"user\";r=0;")
    );
    assert_eq!(refused.error(TOO_MANY).0, "RATE_LIMITED");
    let other = bob.get(&bob.tasks).await;
    assert_eq!(other.status, StatusCode::OK, "others are others");
    assert_eq!(app.nobody().get("/health").await.header("ratelimit"), None);
    app.clock.advance(Duration::from_mins(1));
    let again = ada.get(&ada.tasks).await;
    assert_eq!(
        again.expect(StatusCode::OK)["count"],
        0,
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_so_many_tasks_and_no_more() {
    let limits = Limits {
        most_tasks: 2,
        ..LIMITS
    };
    let app = TestApp::limited(Home::sqlite(), &limits).await;
    let ada = app.user("ada");
    let (path, _) = ada.create(json!({"title": "1"})).await;
    let operations = json!([{"op": "create", "title": "2"}, {"op": "create", "title": "3"}]);
    let both = ada.batch(json!({"operations": operations})).await;
    assert_eq!(both.error(StatusCode::CONFLICT).0, "CONFLICT");
    let (_, _) = ada.create(json!({"title": "2"})).await;
    let third = json!({"title": "3"});
    let refused = ada.post(&ada.tasks, third.clone()).await;
    let (_, message) = refused.error(StatusCode::CONFLICT);
    assert!(message.contains("may be 2 tasks"), "{message}");
    let _ = ada.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let _ = ada.create(third).await;
    let restored = ada.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(restored.status, StatusCode::CONFLICT);
    assert_eq!(ada.undo_latest(&path).await.status, StatusCode::CONFLICT);
    let changed = ada.list().await["tasks"][0]["id"].clone();
    let changed = format!("{}/{}", ada.tasks, changed.as_str().unwrap());
    let changed = ada.patch(&changed, json!({"title": "Still"})).await;
    assert_eq!(changed.status, StatusCode::OK);
}

async fn streams_of_one_user_are_bounded(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let open = async |user: &crate::support::Client| {
        let path = user.tasks.replace("/tasks", "/events");
        let request = axum::http::Request::get(path);
        user.receive(request.body(axum::body::Body::empty()).unwrap())
            .await
    };
    let mut streams = Vec::new();
    for _ in 0..32 {
        let stream = open(&ada).await;
        assert_eq!(stream.status(), StatusCode::OK);
        streams.push(stream);
    }
    let refused = open(&ada).await;
    assert_eq!(refused.status(), TOO_MANY);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(open(&bob).await.status(), StatusCode::OK);
    let changes = ada.tasks.replace("/tasks", "/changes");
    assert_eq!(
        ada.get(&changes).await.status,
        StatusCode::OK,
        "it is no stream"
    );
    streams.pop();
    assert_eq!(open(&ada).await.status(), StatusCode::OK);
}
