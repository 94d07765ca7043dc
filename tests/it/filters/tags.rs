//! The list of tags: what it counts, and that it is asked for only when it has changed.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    tags_are_counted_as_tasks_come_and_go,
    a_list_of_tags_has_a_tag_of_its_own,
);

fn path(client: &Client) -> String {
    client.tasks.replace("/tasks", "/tags")
}

async fn tags(client: &Client) -> Value {
    client.get(&path(client)).await.expect(StatusCode::OK)
}

async fn tags_are_counted_as_tasks_come_and_go(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    assert_eq!(tags(&alice).await, json!({"tags": []}));
    let (first, _) = alice
        .create(json!({"title": "a", "tags": ["home", "Zoo", "é"]}))
        .await;
    let (second, _) = alice.create(json!({"title": "b", "tags": ["home"]})).await;
    alice.create(json!({"title": "c"})).await;
    bob.create(json!({"title": "d", "tags": ["home", "secret"]}))
        .await;
    let all = json!({"tags": [
        {"name": "Zoo", "count": 1}, {"name": "home", "count": 2}, {"name": "é", "count": 1},
    ]});
    assert_eq!(tags(&alice).await, all);

    let change = json!({"tags": ["work"]});
    alice.patch(&second, change).await.expect(StatusCode::OK);
    alice.delete(&first).await.expect(StatusCode::NO_CONTENT);
    let work = json!({"tags": [{"name": "work", "count": 1}]});
    assert_eq!(tags(&alice).await, work);
    alice.undo_latest(&first).await.expect(StatusCode::OK);
    alice.undo_latest(&second).await.expect(StatusCode::OK);
    assert_eq!(tags(&alice).await, all);
    alice.operate(json!([
        {"op": "tag", "id": id(&second), "tags": ["new"]}, {"op": "untag", "id": id(&second), "tags": ["new"]},
    ]))
    .await;
    assert_eq!(tags(&alice).await, all);
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn a_list_of_tags_has_a_tag_of_its_own(app: TestApp) {
    let alice = app.user("alice");
    let (task, _) = alice.create(json!({"title": "a", "tags": ["home"]})).await;
    let answer = alice.get(&path(&alice)).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let again = async |tag: &str| {
        let known = ("if-none-match", tag);
        alice
            .send_with(Method::GET, &path(&alice), known, Value::Null)
            .await
    };
    assert_eq!(again(&tag).await.status, StatusCode::NOT_MODIFIED);
    alice.delete(&task).await.expect(StatusCode::NO_CONTENT);
    let changed = again(&tag).await;
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    assert_eq!(changed.expect(StatusCode::OK), json!({"tags": []}));
    let list = alice.send_with(
        Method::GET,
        &alice.tasks,
        ("if-none-match", &tag),
        Value::Null,
    );
    assert_eq!(list.await.status, StatusCode::OK);
}
