//! Changes: in order, each once, nothing left out; full copies, cursors, and waiting for what comes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::support::{Client, Home, TestApp, every_engine, tamper};

every_engine!(
    changes_come_once_each_in_the_order_of_the_last_change,
    a_full_copy_has_no_tombstones,
    a_copy_that_is_read_while_tasks_change_ends_like_the_list,
    what_was_answered_is_read_although_it_changes_again_meanwhile,
    a_limit_leads_through_all_changes,
    a_cursor_that_was_not_given_out_is_refused,
    a_cursor_from_before_the_sweep_or_from_the_future_has_expired,
    after_a_restore_every_copy_begins_again,
    a_copy_survives_a_sweep_of_what_it_never_showed,
    whoever_waits_is_woken_by_a_change,
    whoever_waits_is_woken_by_a_change_whose_caller_has_gone,
    whoever_waits_in_vain_gets_an_empty_answer,
    whoever_waits_is_let_go_when_the_server_stops,
    a_query_that_cannot_be_read_is_refused,
);

fn path(client: &Client) -> String {
    client.tasks.replace("/tasks", "/changes")
}

async fn changes(client: &Client, query: &str) -> Value {
    let answer = client.get(&format!("{}?{query}", path(client))).await;
    answer.expect(StatusCode::OK)
}

async fn since(client: &Client, answer: &Value) -> Value {
    changes(client, &format!("since={}", cursor(answer))).await
}

fn cursor(answer: &Value) -> &str {
    answer["next_cursor"].as_str().unwrap()
}

/// Numbers, with the title of what is there and `-` for what was deleted.
fn told(answer: &Value) -> Vec<(i64, String)> {
    let changes = answer["changes"].as_array().unwrap();
    let name = |change: &Value| match change["task"]["title"].as_str() {
        Some(title) => title.to_owned(),
        None => "-".to_owned(),
    };
    let seq = |change: &Value| change["seq"].as_i64().unwrap();
    changes
        .iter()
        .map(|change| (seq(change), name(change)))
        .collect()
}

fn pairs(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    let pair = |(seq, name): &(i64, &str)| (*seq, (*name).to_owned());
    expected.iter().map(pair).collect()
}

/// What a client holds that has taken over an answer.
fn take_over(copy: &mut BTreeMap<String, Value>, answer: &Value) {
    for change in answer["changes"].as_array().unwrap() {
        if let Some(id) = change["deleted"].as_str() {
            copy.remove(id);
        } else {
            let task = &change["task"];
            copy.insert(task["id"].as_str().unwrap().to_owned(), task.clone());
        }
    }
}

async fn changes_come_once_each_in_the_order_of_the_last_change(app: TestApp) {
    let alice = app.user("alice");
    let start = changes(&alice, "").await;
    assert_eq!(start["changes"], json!([]));
    assert_eq!(start["has_more"], false);
    let (a, _) = alice.create(json!({"title": "A"})).await;
    let (b, b_task) = alice.create(json!({"title": "B"})).await;
    alice.create(json!({"title": "C"})).await;
    alice
        .patch(&a, json!({"title": "A again"}))
        .await
        .expect(StatusCode::OK);
    alice.delete(&b).await.expect(StatusCode::NO_CONTENT);
    let next = since(&alice, &start).await;
    assert_eq!(told(&next), pairs(&[(3, "C"), (4, "A again"), (5, "-")]));
    assert_eq!(
        next["changes"][2],
        json!({"seq": 5, "deleted": b_task["id"]})
    );
    assert_eq!(
        next["changes"][1]["task"],
        alice.get(&a).await.expect(StatusCode::OK)
    );
    // Nothing is told twice, and the place holds where nothing has happened.
    let empty = since(&alice, &next).await;
    assert_eq!(empty["changes"], json!([]));
    alice.create(json!({"title": "D"})).await;
    assert_eq!(told(&since(&alice, &empty).await), pairs(&[(6, "D")]));
    let bob = app.user("bob");
    assert_eq!(changes(&bob, "").await["changes"], json!([]));
}

async fn a_full_copy_has_no_tombstones(app: TestApp) {
    let alice = app.user("alice");
    let (a, _) = alice.create(json!({"title": "A"})).await;
    alice.create(json!({"title": "B"})).await;
    alice.delete(&a).await.expect(StatusCode::NO_CONTENT);
    let copy = changes(&alice, "").await;
    assert_eq!(told(&copy), pairs(&[(2, "B")]));
    assert_eq!(since(&alice, &copy).await["changes"], json!([]));
}

async fn a_copy_that_is_read_while_tasks_change_ends_like_the_list(app: TestApp) {
    let alice = app.user("alice");
    let mut paths = Vec::new();
    for number in 0..24 {
        paths.push(alice.create(json!({"title": format!("{number}")})).await.0);
    }
    // Some are gone before the copy begins, others go before, at and after the place where it is read.
    alice.delete(&paths[3]).await.expect(StatusCode::NO_CONTENT);
    let mut copy = BTreeMap::new();
    let mut page = changes(&alice, "limit=4").await;
    let mut places = [0, 23, 6, 7, 12, 1, 20, 9].into_iter();
    loop {
        take_over(&mut copy, &page);
        let place = places.next();
        if let Some(place) = place {
            let (gone, changed): (&String, &String) = (&paths[place], &paths[(place + 13) % 24]);
            alice.delete(gone).await.expect(StatusCode::NO_CONTENT);
            let _ = alice.patch(changed, json!({"completed": true})).await;
            alice.create(json!({"title": "New"})).await;
        }
        if page["has_more"] == false && place.is_none() {
            break;
        }
        page = changes(&alice, &format!("limit=4&since={}", cursor(&page))).await;
    }
    let list = alice.list().await;
    let ids = |tasks: &mut dyn Iterator<Item = &Value>| {
        tasks.map(Value::to_string).collect::<BTreeSet<_>>()
    };
    let there = ids(&mut list["tasks"].as_array().unwrap().iter());
    assert_eq!(ids(&mut copy.values()), there);
}

/// A copy, and somebody who follows, have read each write that was answered before they asked, or a later one.
async fn what_was_answered_is_read_although_it_changes_again_meanwhile(app: TestApp) {
    let alice = app.user("alice");
    let (path, task) = alice.create(json!({"title": "A"})).await;
    let answered = AtomicI64::new(1);
    let writing = async {
        for number in 0.. {
            let change = alice.patch(&path, json!({"title": format!("{number}")}));
            let task = change.await.expect(StatusCode::OK);
            answered.store(task["version"].as_i64().unwrap(), Ordering::Relaxed);
        }
    };
    let reading = async {
        let mut copy = BTreeMap::new();
        let mut query = String::new();
        for round in 0..300 {
            if round % 10 == 0 {
                (copy, query) = Default::default();
            }
            let before = answered.load(Ordering::Relaxed);
            loop {
                let page = changes(&alice, &query).await;
                take_over(&mut copy, &page);
                query = format!("since={}", cursor(&page));
                if page["has_more"] == false {
                    break;
                }
            }
            let read = copy.get(task["id"].as_str().unwrap());
            let version = read.map(|task| task["version"].as_i64().unwrap());
            assert!(version >= Some(before), "{version:?} after {before}");
        }
    };
    tokio::select! {
        () = writing => unreachable!("it goes on until all was read"),
        () = reading => {}
    }
}

async fn a_limit_leads_through_all_changes(app: TestApp) {
    let alice = app.user("alice");
    for number in 0..5 {
        alice.create(json!({"title": format!("{number}")})).await;
    }
    let (mut query, mut seen, mut pages) = ("limit=2".to_owned(), Vec::new(), 0);
    loop {
        let page = changes(&alice, &query).await;
        seen.extend(told(&page).into_iter().map(|(seq, _)| seq));
        pages += 1;
        if page["has_more"] == false {
            break;
        }
        query = format!("limit=2&since={}", cursor(&page));
    }
    assert_eq!((seen, pages), (vec![1, 2, 3, 4, 5], 3));
    let exact = changes(&alice, "limit=5").await;
    assert_eq!(
        exact["has_more"], false,
        "a full page with nothing after it"
    );
}

async fn a_cursor_that_was_not_given_out_is_refused(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let of_alice = changes(&alice, "").await;
    for (client, cursor) in [
        (&bob, cursor(&of_alice)),
        (&alice, "nonsense"),
        (&alice, &format!("{}A", cursor(&of_alice))),
    ] {
        let answer = client
            .get(&format!("{}?since={cursor}", path(client)))
            .await;
        let (code, message) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code, "VALIDATION_ERROR");
        assert!(message.starts_with("since must be"), "{message}");
    }
    // What a client has not got yet was not meant.
    assert_eq!(changes(&alice, "since=").await, of_alice);
}

async fn a_cursor_from_before_the_sweep_or_from_the_future_has_expired(app: TestApp) {
    let alice = app.user("alice");
    let first = changes(&alice, "").await;
    let (a, _) = alice.create(json!({"title": "A"})).await;
    let old = since(&alice, &first).await;
    alice.create(json!({"title": "B"})).await;
    alice.delete(&a).await.expect(StatusCode::NO_CONTENT);
    let new = since(&alice, &old).await;
    tamper(
        &app.home,
        "DELETE FROM tasks WHERE deleted_at IS NOT NULL; UPDATE accounts SET swept_seq = 3",
    )
    .await;
    let refused = |answer: &Value| format!("{}?since={}", path(&alice), cursor(answer));
    for events in ["", "events"] {
        let mut path = refused(&old);
        if !events.is_empty() {
            path = path.replace("changes?since", "events?last_event_id");
        }
        let (code, _) = alice.get(&path).await.error(StatusCode::GONE);
        assert_eq!(code, "CURSOR_EXPIRED");
    }
    assert_eq!(since(&alice, &new).await["changes"], json!([]));
    assert_eq!(told(&changes(&alice, "").await), pairs(&[(2, "B")]));
    // Whoever was there before the account has nothing that was swept.
    assert_eq!(told(&since(&alice, &first).await), pairs(&[(2, "B")]));
    // A backup that was put back knows nothing of the latest change.
    tamper(&app.home, "UPDATE accounts SET seq = 2, swept_seq = 0").await;
    let (code, _) = alice.get(&refused(&new)).await.error(StatusCode::GONE);
    assert_eq!(code, "CURSOR_EXPIRED");
}

/// Even if its number was given again since.
async fn after_a_restore_every_copy_begins_again(app: TestApp) {
    let alice = app.user("alice");
    alice.create(json!({"title": "A"})).await;
    alice.create(json!({"title": "Not in the backup"})).await;
    let copy = changes(&alice, "").await;
    tamper(
        &app.home,
        "DELETE FROM tasks WHERE seq = 2; DELETE FROM changes WHERE seq = 2; \
        UPDATE accounts SET seq = 1, task_count = 1",
    )
    .await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let manual = std::fs::read_to_string(file).unwrap();
    let (_, after) = manual.split_once("**After a restore**").unwrap();
    let (_, statement) = after.split_once("```sql\n").unwrap();
    let (statements, _) = statement.split_once("```").unwrap();
    let engine = match app.home {
        Home::Sqlite(_) => "-- SQLite",
        Home::Postgres(_) => "-- PostgreSQL",
    };
    let statement = statements.lines().find(|line| line.ends_with(engine));
    tamper(&app.home, statement.unwrap()).await;

    for title in ["B", "C"] {
        alice.create(json!({"title": title})).await;
    }
    let refused = format!("{}?since={}", path(&alice), cursor(&copy));
    let (code, _) = alice.get(&refused).await.error(StatusCode::GONE);
    assert_eq!(code, "CURSOR_EXPIRED");
    let again = changes(&alice, "").await;
    let expected = [(1, "A"), (2, "B"), (3, "C")];
    assert_eq!(told(&again), pairs(&expected));
    alice.create(json!({"title": "D"})).await;
    assert_eq!(told(&since(&alice, &again).await), pairs(&[(4, "D")]));
}

async fn a_copy_survives_a_sweep_of_what_it_never_showed(app: TestApp) {
    let alice = app.user("alice");
    for title in ["A", "B", "C"] {
        alice.create(json!({"title": title})).await;
    }
    let (d, _) = alice.create(json!({"title": "D"})).await;
    alice.delete(&d).await.expect(StatusCode::NO_CONTENT);
    let first = changes(&alice, "limit=1").await;
    tamper(
        &app.home,
        "DELETE FROM tasks WHERE deleted_at IS NOT NULL; UPDATE accounts SET swept_seq = 5",
    )
    .await;
    let rest = since(&alice, &first).await;
    assert_eq!(told(&rest), pairs(&[(2, "B"), (3, "C")]));
}

async fn whoever_waits_is_woken_by_a_change(app: TestApp) {
    let alice = app.user("alice");
    let start = changes(&alice, "").await;
    let query = format!("wait=60&since={}", cursor(&start));
    let woken = changes(&alice, &query);
    let writing = async {
        app.watched().await;
        alice.create(json!({"title": "A"})).await;
    };
    let (woken, ()) = tokio::join!(woken, writing);
    assert_eq!(told(&woken), pairs(&[(1, "A")]));
}

async fn whoever_waits_is_woken_by_a_change_whose_caller_has_gone(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "A"})).await;
    let start = changes(&alice, "").await;
    let query = format!("wait=60&since={}", cursor(&start));
    let waiting = tokio::time::timeout(Duration::from_secs(20), changes(&alice, &query));
    let leaving = async {
        app.watched().await;
        // Polled once, which sends it, and left when it is done: nobody is there who could say so. Where this thread was
        // interrupted it may be answered by then, and is left just so.
        let mut change = Box::pin(alice.put(&path, json!({"title": "B"})));
        drop((&mut change).now_or_never());
        while alice.get(&path).await.expect(StatusCode::OK)["version"] == 1 {
            tokio::task::yield_now().await;
        }
        drop(change);
    };
    let (woken, ()) = tokio::join!(waiting, leaving);
    assert_eq!(told(&woken.expect("somebody says so")), pairs(&[(2, "B")]));
}

async fn whoever_waits_in_vain_gets_an_empty_answer(app: TestApp) {
    let alice = app.user("alice");
    let start = changes(&alice, "wait=1").await;
    let again = changes(&alice, &format!("wait=1&since={}", cursor(&start))).await;
    assert_eq!(again["changes"], json!([]));
    assert_eq!(again["next_cursor"], start["next_cursor"]);
}

async fn whoever_waits_is_let_go_when_the_server_stops(app: TestApp) {
    let alice = app.user("alice");
    let waiting = changes(&alice, "wait=60");
    let stopping = async {
        app.watched().await;
        app.app.closing.cancel();
    };
    let (answer, ()) = tokio::join!(waiting, stopping);
    assert_eq!(answer["changes"], json!([]));
}

async fn a_query_that_cannot_be_read_is_refused(app: TestApp) {
    let alice = app.user("alice");
    for (query, status) in [
        ("limit=0", StatusCode::UNPROCESSABLE_ENTITY),
        ("limit=1001", StatusCode::UNPROCESSABLE_ENTITY),
        ("wait=61", StatusCode::UNPROCESSABLE_ENTITY),
        ("wait=-1", StatusCode::UNPROCESSABLE_ENTITY),
        ("wait=soon", StatusCode::BAD_REQUEST),
        ("wait=", StatusCode::BAD_REQUEST),
        ("wait=1&wait=1", StatusCode::BAD_REQUEST),
        ("limit=x", StatusCode::BAD_REQUEST),
    ] {
        let answer = alice.get(&format!("{}?{query}", path(&alice))).await;
        assert_eq!(answer.status, status, "{query}");
    }
}
