//! Lists: order, pages, filters, counts, and whole lists as a stream.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    a_list_is_newest_first,
    pages_lead_through_the_whole_list_once,
    pages_are_stable_while_tasks_come_and_go,
    a_filter_holds_on_every_page,
    a_cursor_fits_only_its_own_list,
    a_cursor_without_a_limit_leads_through_the_rest,
    a_long_list_is_streamed_whole,
    a_query_that_cannot_be_read_is_refused,
);

async fn create(client: &Client, count: usize) {
    for number in 0..count {
        let completed = number % 3 == 0;
        client
            .create(json!({"title": format!("Task {number}"), "completed": completed}))
            .await;
    }
}

fn titles(list: &Value) -> Vec<String> {
    let tasks = list["tasks"].as_array().unwrap();
    tasks
        .iter()
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn page(client: &Client, query: &str) -> Value {
    client
        .get(&format!("{}?{query}", client.tasks))
        .await
        .expect(StatusCode::OK)
}

async fn a_list_is_newest_first(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 3).await;
    let list = alice.list().await;
    assert_eq!(titles(&list), ["Task 2", "Task 1", "Task 0"]);
    assert_eq!(list["count"], 3);
    assert_eq!(list.get("next_cursor"), None, "only a page has a next one");
}

async fn pages_lead_through_the_whole_list_once(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 7).await;
    let mut path = format!("{}?limit=3", alice.tasks);
    let mut seen = Vec::new();
    loop {
        let answer = alice.get(&path).await;
        let link = answer.header("link").map(str::to_owned);
        let page = answer.expect(StatusCode::OK);
        seen.extend(titles(&page));
        assert_eq!(page["count"], 7);
        let Some(link) = link else {
            assert_eq!(page["next_cursor"], Value::Null);
            break;
        };
        let target = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(">; rel=\"next\""))
            .unwrap();
        let cursor = page["next_cursor"].as_str().unwrap();
        assert_eq!(target, format!("{}?limit=3&cursor={cursor}", alice.tasks));
        target.clone_into(&mut path);
    }
    assert_eq!(seen, titles(&alice.list().await));
    // A last page that is full has no next one.
    assert_eq!(page(&alice, "limit=7").await["next_cursor"], Value::Null);
}

async fn pages_are_stable_while_tasks_come_and_go(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 6).await;
    let first = page(&alice, "limit=2").await;
    create(&alice, 2).await;
    for task in first["tasks"].as_array().unwrap() {
        let path = format!("{}/{}", alice.tasks, task["id"].as_str().unwrap());
        alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    }
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = page(&alice, &format!("limit=4&cursor={cursor}")).await;
    assert_eq!(titles(&first), ["Task 5", "Task 4"]);
    assert_eq!(titles(&second), ["Task 3", "Task 2", "Task 1", "Task 0"]);
    assert_eq!(second["count"], 6, "the count is of now");
}

async fn a_filter_holds_on_every_page(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 9).await;
    for completed in [true, false] {
        let mut query = format!("limit=2&completed={completed}");
        let mut seen = Vec::new();
        loop {
            let page = page(&alice, &query).await;
            assert_eq!(page["count"], if completed { 3 } else { 6 });
            assert!(
                page["tasks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|task| task["completed"] == completed)
            );
            seen.extend(titles(&page));
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            query = format!("limit=2&completed={completed}&cursor={cursor}");
        }
        let whole = page(&alice, &format!("completed={completed}")).await;
        assert_eq!(seen, titles(&whole));
        assert_eq!(whole["count"], seen.len());
    }
}

async fn a_cursor_fits_only_its_own_list(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    create(&alice, 3).await;
    create(&bob, 3).await;
    let cursor = page(&alice, "limit=1").await["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    for (client, query) in [
        (&bob, format!("limit=1&cursor={cursor}")),
        (&alice, format!("limit=1&completed=true&cursor={cursor}")),
        (&alice, format!("limit=1&cursor={cursor}A")),
        (&alice, "cursor=nonsense".to_owned()),
    ] {
        let answer = client.get(&format!("{}?{query}", client.tasks)).await;
        let (code, message) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code, "VALIDATION_ERROR");
        assert!(message.starts_with("cursor must be"), "{message}");
    }
    // What a form left empty was not meant.
    assert_eq!(
        page(&alice, "limit=1&cursor=").await,
        page(&alice, "limit=1").await
    );
    // Another limit makes no other list.
    assert_eq!(
        titles(&page(&alice, &format!("limit=9&cursor={cursor}")).await),
        ["Task 1", "Task 0"]
    );
}

async fn a_cursor_without_a_limit_leads_through_the_rest(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 4).await;
    let cursor = page(&alice, "limit=1").await["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = page(&alice, &format!("cursor={cursor}")).await;
    assert_eq!(titles(&rest), ["Task 2", "Task 1", "Task 0"]);
    assert_eq!(rest["count"], 4);
    // Past the end there is nothing to show, and still as much to count.
    for task in rest["tasks"].as_array().unwrap() {
        let path = format!("{}/{}", alice.tasks, task["id"].as_str().unwrap());
        alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    }
    let rest = page(&alice, &format!("limit=5&cursor={cursor}")).await;
    assert_eq!(rest, json!({"tasks": [], "count": 1, "next_cursor": null}));
}

async fn a_long_list_is_streamed_whole(app: TestApp) {
    let alice = app.user("alice");
    // More than two parts of the stream, and not a multiple of one.
    create(&alice, 613).await;
    let answer = alice.get(&alice.tasks).await;
    assert_eq!(
        answer.header("content-length"),
        None,
        "it is written while it is read"
    );
    let list = answer.expect(StatusCode::OK);
    assert_eq!(list["count"], 613);
    let ids: BTreeSet<_> = list["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].as_str())
        .collect();
    assert_eq!(ids.len(), 613);
    assert_eq!(titles(&list)[0], "Task 612");
    assert_eq!(titles(&list)[612], "Task 0");
    assert_eq!(page(&alice, "completed=true").await["count"], 205);
}

async fn a_query_that_cannot_be_read_is_refused(app: TestApp) {
    let alice = app.user("alice");
    create(&alice, 1).await;
    for query in [
        "limit=ten",
        "limit=",
        "limit=1.5",
        "limit=1&limit=2",
        "completed=yes",
        "completed=1",
        "completed=TRUE",
        "completed=",
    ] {
        let answer = alice.get(&format!("{}?{query}", alice.tasks)).await;
        assert_eq!(
            answer.error(StatusCode::BAD_REQUEST).0,
            "BAD_REQUEST",
            "{query}"
        );
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=99999999999999999999",
    ] {
        let answer = alice.get(&format!("{}?{query}", alice.tasks)).await;
        let (code, message) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            (code.as_str(), message.as_str()),
            ("VALIDATION_ERROR", "limit must be from 1 to 1000"),
            "{query}"
        );
    }
    for query in ["limit=1000", "limit=1", "limit=001", "colour=green"] {
        assert_eq!(page(&alice, query).await["count"], 1);
    }
}
