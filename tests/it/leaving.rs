//! Removing a user with all traces.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::list_records::create_list;
use crate::references::reference;
use crate::support::{Client, TestApp, every_engine, ledger, read_lines};

every_engine!(
    a_user_is_removed_with_all_traces,
    a_removal_must_be_meant,
    what_was_cut_off_goes_on,
);

const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;
const OK: StatusCode = StatusCode::OK;

fn user_path(user: &Client) -> String {
    user.tasks.replace("/tasks", "")
}

async fn remove(user: &Client) -> StatusCode {
    let path = user_path(user);
    let id = path.rsplit_once('/').unwrap().1.to_owned();
    user.delete(&format!("{path}?confirm={id}")).await.status
}

/// How many rows there are of a space.
async fn rows(app: &TestApp, space: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "accounts",
        "tasks",
        "lists",
        "task_references",
        "changes",
        "answers",
        "tickets",
    ] {
        let count =
            format!("SELECT '{table} ' || count(*) FROM {{schema}}{table} WHERE space = '{space}'");
        rows.extend(read_lines(&app.home, &count.replace("{schema}", "")).await);
    }
    rows
}

async fn live(user: &Client) {
    let (_, list) = create_list(user, json!({"name": "Home"})).await;
    let task = json!({"title": "x", "list_id": list["id"], "references": reference("1")});
    let (path, _) = user.create(task).await;
    let _ = user.patch(&path, json!({"title": "y"})).await.expect(OK);
    let (gone, _) = user.create(json!({"title": "gone"})).await;
    let _ = user.delete(&gone).await.expect(NO_CONTENT);
    let key = ("idempotency-key", "a-key");
    let body = json!({"title": "kept"});
    let kept = user
        .send_with(axum::http::Method::POST, &user.tasks, key, body)
        .await;
    assert_eq!(kept.status, StatusCode::CREATED);
    let ticket = format!("{}/events/ticket", user_path(user));
    assert_eq!(
        user.post(&ticket, Value::Null).await.status,
        StatusCode::CREATED
    );
}

async fn a_user_is_removed_with_all_traces(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    live(&bob).await;
    let before = rows(&app, "bob").await;
    let changes = ada.tasks.replace("/tasks", "/changes");
    let cursor = ada.get(&changes).await.expect(OK)["next_cursor"].take();
    let mut pages = Vec::new();
    for question in ["limit=1", "limit=1&order_by=title", "deleted=true&limit=1"] {
        let page = ada
            .get(&format!("{}?{question}", ada.tasks))
            .await
            .expect(OK);
        if let Some(cursor) = page["next_cursor"].as_str() {
            pages.push(format!("{}?{question}&cursor={cursor}", ada.tasks));
        }
    }
    assert!(pages.len() >= 2, "{pages:?}");
    let are_gone = async || {
        for page in &pages {
            let all = page.replace("limit=1&", "");
            for path in [page, &all] {
                let answer = ada.get(path).await;
                assert_eq!(answer.error(StatusCode::GONE).0, "CURSOR_EXPIRED", "{path}");
            }
        }
    };
    let list = ada.get(&format!("{}?limit=5", ada.tasks)).await;
    let tag = list.header("etag").unwrap().to_owned();
    let request = Request::get(ada.tasks.replace("/tasks", "/events"));
    let stream = ada.receive(request.body(Body::empty()).unwrap()).await;

    assert_eq!(remove(&ada).await, NO_CONTENT);
    for row in rows(&app, "ada").await {
        assert!(row.ends_with(" 0"), "{row}");
    }
    assert_eq!(rows(&app, "bob").await, before, "others are others");
    assert_eq!(ada.list().await["count"], 0);
    // Who listens is not left without a word.
    let heard = http_body_util::BodyExt::collect(stream.into_body()).await;
    assert!(heard.is_err(), "the stream broke off");
    let since = format!("{changes}?since={}", cursor.as_str().unwrap());
    assert_eq!(ada.get(&since).await.status, StatusCode::GONE);
    are_gone().await;
    assert_eq!(remove(&ada).await, NO_CONTENT, "it can be asked for again");

    // Who comes back begins anew.
    let (_, task) = ada.create(json!({"title": "Again"})).await;
    assert_eq!(task["version"], 1);
    assert_eq!(ada.get(&since).await.status, StatusCode::GONE);
    are_gone().await;
    let known = ("if-none-match", tag.as_str());
    let path = format!("{}?limit=5", ada.tasks);
    let list = ada
        .send_with(axum::http::Method::GET, &path, known, Value::Null)
        .await;
    assert_eq!(list.status, OK);
}

async fn a_removal_must_be_meant(app: TestApp) {
    let (ada, mallory) = (app.user("ada"), app.user("mallory"));
    ada.create(json!({"title": "Private"})).await;
    let path = user_path(&ada);
    for query in ["", "?confirm=", "?confirm=Ada", "?confirm=mallory"] {
        let refused = ada.delete(&format!("{path}{query}")).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused["error"]["fields"], json!(["confirm"]), "{query}");
    }
    for query in ["?confirm=ada", "?confirm=mallory"] {
        let refused = mallory.delete(&format!("{path}{query}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(ada.list().await["count"], 1);
}

async fn what_was_cut_off_goes_on(app: TestApp) {
    let ada = app.user("ada");
    live(&ada).await;
    crate::support::tamper(
        &app.home,
        "UPDATE accounts SET is_leaving = true WHERE space = 'ada'",
    )
    .await;
    let refused = ada.post(&ada.tasks, json!({"title": "x"})).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        refused.error(StatusCode::SERVICE_UNAVAILABLE).0,
        "SERVICE_UNAVAILABLE"
    );
    let store = app.app.store.clone();
    let leaving = app.app.tasks.leaving();
    let sweeper = tickbox::tasks::sweeper::Sweeper::new(
        store,
        app.clock.clone(),
        crate::support::RETENTION,
        leaving,
    );
    assert_eq!(sweeper.sweep().await.unwrap().users, 1);
    assert_eq!(ledger(&app.home).await, [""; 0]);
    ada.create(json!({"title": "x"})).await;
}
