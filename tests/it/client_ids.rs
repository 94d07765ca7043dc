//! Ids made by the client: a task that is sent twice is there once, and nobody sees the ids of others.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine, ledger};

every_engine!(
    a_task_gets_the_id_that_its_maker_gave_it,
    the_same_task_sent_again_is_answered_and_not_created,
    another_task_of_the_same_id_is_a_conflict,
    the_id_of_another_user_is_no_conflict,
    a_task_in_the_trash_keeps_its_id,
    a_put_creates_a_task_that_is_not_there,
    of_many_who_create_one_id_exactly_one_does,
    what_is_no_uuid_is_refused,
);

const ID: &str = "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10";

fn milk() -> Value {
    json!({"id": ID, "title": "Buy milk", "description": "Two litres"})
}

async fn create_by_put(client: &Client, body: Value) -> Answer {
    let path = format!("{}/{ID}", client.tasks);
    client
        .send_with(Method::PUT, &path, ("if-none-match", "*"), body)
        .await
}

async fn a_task_gets_the_id_that_its_maker_gave_it(app: TestApp) {
    let alice = app.user("alice");
    let created = alice.post(&alice.tasks, milk()).await;
    assert_eq!(
        created.header("location"),
        Some(&*format!("{}/{ID}", alice.tasks))
    );
    let created = created.expect(StatusCode::CREATED);
    assert_eq!(created["id"], ID);
    assert_eq!(alice.list().await, json!({"tasks": [created], "count": 1}));
}

async fn the_same_task_sent_again_is_answered_and_not_created(app: TestApp) {
    let alice = app.user("alice");
    let created = alice
        .post(&alice.tasks, milk())
        .await
        .expect(StatusCode::CREATED);
    let before = ledger(&app.home).await;
    let again = alice.post(&alice.tasks, milk()).await;
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(again.expect(StatusCode::OK), created);
    assert_eq!(ledger(&app.home).await, before);
}

async fn another_task_of_the_same_id_is_a_conflict(app: TestApp) {
    let alice = app.user("alice");
    let created = alice
        .post(&alice.tasks, milk())
        .await
        .expect(StatusCode::CREATED);
    let before = ledger(&app.home).await;
    for other in [
        json!({"id": ID, "title": "Buy bread", "description": "Two litres"}),
        json!({"id": ID, "title": "Buy milk"}),
        json!({"id": ID, "title": "Buy milk", "description": "Two litres", "completed": true}),
    ] {
        let refused = alice
            .post(&alice.tasks, other)
            .await
            .expect(StatusCode::CONFLICT);
        assert_eq!(refused["error"]["code"], "CONFLICT");
        assert_eq!(refused["error"]["current"], created);
    }
    assert_eq!(ledger(&app.home).await, before);
}

async fn the_id_of_another_user_is_no_conflict(app: TestApp) {
    for name in ["alice", "bob"] {
        let user = app.user(name);
        let created = user
            .post(&user.tasks, milk())
            .await
            .expect(StatusCode::CREATED);
        assert_eq!(created["user_id"], name);
    }
}

async fn a_task_in_the_trash_keeps_its_id(app: TestApp) {
    let alice = app.user("alice");
    alice
        .post(&alice.tasks, milk())
        .await
        .expect(StatusCode::CREATED);
    let path = format!("{}/{ID}", alice.tasks);
    alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    let answers = [
        alice.post(&alice.tasks, milk()).await,
        create_by_put(&alice, json!({"title": "Buy milk"})).await,
    ];
    for answer in answers {
        let (code, message) = answer.error(StatusCode::CONFLICT);
        assert_eq!(code, "CONFLICT");
        assert!(message.contains("trash"), "{message}");
    }
    assert_eq!(alice.list().await["count"], 0);
}

async fn a_put_creates_a_task_that_is_not_there(app: TestApp) {
    let alice = app.user("alice");
    let _ = create_by_put(&alice, json!({"completed": true}))
        .await
        .error(StatusCode::UNPROCESSABLE_ENTITY);
    let created = create_by_put(&alice, json!({"title": "Buy milk"})).await;
    assert_eq!(
        created.header("location"),
        Some(&*format!("{}/{ID}", alice.tasks))
    );
    let created = created.expect(StatusCode::CREATED);
    let again = create_by_put(&alice, json!({"title": "Buy milk"})).await;
    assert_eq!(again.header("etag"), Some("\"1\""));
    let again = again.expect(StatusCode::PRECONDITION_FAILED);
    assert_eq!(again["error"]["current"], created);

    let path = format!("{}/{ID}", alice.tasks);
    let odd = ("if-none-match", "\"1\"");
    let body = json!({"title": "Buy milk"});
    let _ = alice
        .send_with(Method::PUT, &path, odd, body)
        .await
        .error(StatusCode::BAD_REQUEST);
}

async fn of_many_who_create_one_id_exactly_one_does(app: TestApp) {
    let alice = app.user("alice");
    let work = (0..50).map(|number| {
        let alice = alice.clone();
        async move {
            let body = json!({"title": format!("{number}")});
            create_by_put(&alice, body).await.status
        }
    });
    let statuses = futures_util::future::join_all(work).await;
    let created = statuses
        .iter()
        .filter(|status| **status == StatusCode::CREATED);
    assert_eq!(created.count(), 1);
    let expected = "account alice seq=1 tasks=1 completed=0";
    assert_eq!(ledger(&app.home).await[0], expected);
}

async fn what_is_no_uuid_is_refused(app: TestApp) {
    let alice = app.user("alice");
    for id in [
        json!("7"),
        json!(7),
        json!("7b0c3d1e6f0a4b579f0e2f1f3c1d5a10"),
        json!({}),
    ] {
        let answer = alice
            .post(&alice.tasks, json!({"id": id, "title": "x"}))
            .await;
        let _ = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Some clients send what they do not have as null.
    let answer = alice
        .post(&alice.tasks, json!({"id": null, "title": "x"}))
        .await;
    answer.expect(StatusCode::CREATED);
}
