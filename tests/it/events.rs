//! Events: ready first, what was missed, what is new, nothing twice; tickets, and how streams end.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tickbox::domain::UserId;

use crate::support::line::PATIENCE;
use crate::support::listening::Listening;
use crate::support::{Client, Home, TestApp, every_engine};

every_engine!(
    a_stream_begins_with_ready_and_tells_what_happens_from_then_on,
    what_was_missed_comes_first_and_nothing_comes_twice,
    a_stream_goes_on_from_a_copy,
    a_stream_that_races_with_writes_tells_each_once_in_order,
    a_head_request_opens_no_stream,
    a_ticket_opens_one_stream,
    of_many_who_come_with_one_ticket_one_is_let_in,
    a_ticket_is_good_for_its_user_and_its_time,
    a_stream_ends_with_its_token,
    a_stream_ends_when_the_server_stops,
    nobody_is_watched_when_nobody_listens,
    a_cursor_that_was_not_given_out_is_refused,
);

async fn a_stream_begins_with_ready_and_tells_what_happens_from_then_on(app: TestApp) {
    let alice = app.user("alice");
    alice.create(json!({"title": "Before"})).await;
    let (mut stream, _) = Listening::ready(&alice, "").await;
    app.user("bob").create(json!({"title": "Not hers"})).await;
    let (task_path, task) = alice.create(json!({"title": "A"})).await;
    let event = stream.expect("task.changed").await;
    assert_eq!(event.data, json!({"seq": 2, "task": task}));
    alice
        .delete(&task_path)
        .await
        .expect(StatusCode::NO_CONTENT);
    let event = stream.expect("task.deleted").await;
    assert_eq!(event.data, json!({"seq": 3, "deleted": task["id"]}));
}

async fn what_was_missed_comes_first_and_nothing_comes_twice(app: TestApp) {
    let alice = app.user("alice");
    let (mut stream, begin) = Listening::ready(&alice, "").await;
    for title in ["A", "B", "C"] {
        alice.create(json!({"title": title})).await;
    }
    let heard = stream.expect("task.changed").await;
    assert_eq!(heard.data["task"]["title"], "A");
    drop(stream);
    // The header goes before the query: a browser that comes back sends both.
    let query = format!("last_event_id={begin}");
    let mut again = Listening::open(&alice, &query, Some(&heard.id)).await;
    assert_eq!(again.expect("ready").await.id, heard.id);
    for (title, seq) in [("B", 2), ("C", 3)] {
        let event = again.expect("task.changed").await;
        assert_eq!(
            (&event.data["task"]["title"], &event.data["seq"]),
            (&json!(title), &json!(seq))
        );
    }
    alice.create(json!({"title": "D"})).await;
    assert_eq!(again.expect("task.changed").await.data["seq"], 4);
    let (mut all, _) = Listening::ready(&alice, &query).await;
    for seq in 1..=4 {
        assert_eq!(all.expect("task.changed").await.data["seq"], seq);
    }
}

async fn a_stream_goes_on_from_a_copy(app: TestApp) {
    let alice = app.user("alice");
    alice.create(json!({"title": "A"})).await;
    let copy = alice
        .get(&alice.events().replace("/events", "/changes"))
        .await;
    let copy = copy.expect(StatusCode::OK);
    alice.create(json!({"title": "B"})).await;
    let query = format!("last_event_id={}", copy["next_cursor"].as_str().unwrap());
    let (mut stream, _) = Listening::ready(&alice, &query).await;
    assert_eq!(stream.expect("task.changed").await.data["seq"], 2);
}

async fn a_stream_that_races_with_writes_tells_each_once_in_order(app: TestApp) {
    let alice = app.user("alice");
    let (mut stream, begin) = Listening::ready(&alice, "").await;
    let writing = async {
        for number in 0..60 {
            alice.create(json!({"title": format!("{number}")})).await;
        }
    };
    let other = async {
        for number in 0..60 {
            alice
                .create(json!({"title": format!("other {number}")}))
                .await;
        }
    };
    let listening = async {
        let mut last = begin;
        for seq in 1..=120 {
            let event = stream.expect("task.changed").await;
            assert_eq!(event.data["seq"], seq);
            last = event.id;
            // The line breaks again and again.
            if seq % 7 == 0 {
                stream = Listening::open(&alice, "", Some(&last)).await;
                assert_eq!(stream.expect("ready").await.id, last);
            }
        }
        last
    };
    tokio::join!(writing, other, listening);
}

async fn a_head_request_opens_no_stream(app: TestApp) {
    let alice = app.user("alice");
    let request = Request::head(alice.events()).body(Body::empty()).unwrap();
    let answer = alice.send(request).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.expect(StatusCode::OK), Value::Null);
    assert_eq!(app.app.tasks.watched_spaces(), 0);
}

async fn ticket(client: &Client) -> String {
    let path = format!("{}/ticket", client.events());
    let body = client
        .post(&path, json!({}))
        .await
        .expect(StatusCode::CREATED);
    body["ticket"].as_str().unwrap().to_owned()
}

async fn a_ticket_opens_one_stream(app: TestApp) {
    let alice = app.user("alice");
    let ticket = ticket(&alice).await;
    let mut nobody = app.nobody();
    nobody.tasks.clone_from(&alice.tasks);
    let query = format!("ticket={ticket}");
    let (mut stream, _) = Listening::ready(&nobody, &query).await;
    alice.create(json!({"title": "A"})).await;
    stream.expect("task.changed").await;
    let again = nobody.get(&format!("{}?{query}", nobody.events())).await;
    assert!(
        again
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
    let (code, message) = again.error(StatusCode::UNAUTHORIZED);
    assert_eq!(code, "UNAUTHORIZED");
    assert!(message.starts_with("Invalid token"), "{message}");
    // It stands for the token, and no longer than that.
    app.clock.advance(Duration::from_hours(2));
    app.user("alice").create(json!({"title": "B"})).await;
    stream.expect("token.expired").await;
}

async fn of_many_who_come_with_one_ticket_one_is_let_in(app: TestApp) {
    let alice = app.user("alice");
    let path = format!("{}?ticket={}", alice.events(), ticket(&alice).await);
    let nobody = app.nobody();
    let coming = (0..20).map(|_| {
        let request = Request::get(&path).body(Body::empty()).unwrap();
        async { nobody.receive(request).await.status() }
    });
    let statuses = join_all(coming).await;
    let refused = statuses
        .iter()
        .filter(|status| **status == StatusCode::UNAUTHORIZED);
    assert_eq!(refused.count(), 19, "{statuses:?}");
    assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
}

async fn a_ticket_is_good_for_its_user_and_its_time(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let of_alice = ticket(&alice).await;
    let refused = async |client: &Client, ticket: &str| {
        let mut nobody = app.nobody();
        nobody.tasks.clone_from(&client.tasks);
        let answer = nobody
            .get(&format!("{}?ticket={ticket}", nobody.events()))
            .await;
        let _ = answer.error(StatusCode::UNAUTHORIZED);
    };
    refused(&bob, &of_alice).await;
    refused(&alice, "").await;
    refused(&alice, "made-up").await;
    app.clock.advance(Duration::from_secs(31));
    refused(&alice, &of_alice).await;
}

async fn a_stream_ends_with_its_token(app: TestApp) {
    let user = UserId::parse("alice").unwrap();
    let token = app
        .app
        .authenticator
        .sign(&user, None, Duration::from_mins(5));
    let alice = app.user("alice");
    let (mut stream, _) = Listening::ready(&alice.with_token(token.unwrap()), "").await;
    app.clock.advance(Duration::from_mins(6));
    // Wakes the stream, which would wait in the time of the machine.
    alice.create(json!({"title": "Too late"})).await;
    let end = stream.expect("token.expired").await;
    assert_eq!(end.data, json!({}));
    assert!(stream.next().await.is_none());
}

async fn a_stream_ends_when_the_server_stops(app: TestApp) {
    let alice = app.user("alice");
    let (mut stream, _) = Listening::ready(&alice, "").await;
    app.app.closing.cancel();
    assert!(stream.next().await.is_none());
}

async fn nobody_is_watched_when_nobody_listens(app: TestApp) {
    let alice = app.user("alice");
    let (stream, _) = Listening::ready(&alice, "").await;
    let (other, _) = Listening::ready(&alice, "").await;
    assert_eq!(app.app.tasks.watched_spaces(), 1);
    drop(stream);
    assert_eq!(app.app.tasks.watched_spaces(), 1);
    drop(other);
    assert_eq!(app.app.tasks.watched_spaces(), 0);
}

async fn a_cursor_that_was_not_given_out_is_refused(app: TestApp) {
    let alice = app.user("alice");
    let answer = alice
        .get(&format!("{}?last_event_id=nonsense", alice.events()))
        .await;
    let (code, message) = answer.error(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code, "VALIDATION_ERROR");
    assert!(message.starts_with("last_event_id must be"), "{message}");
    let header = ("last-event-id", "nonsense");
    let answer = alice
        .send_with(Method::GET, &alice.events(), header, Value::Null)
        .await;
    let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["error"]["fields"], json!(["Last-Event-ID"]));
    let no_text = alice
        .get(&format!("{}?last_event_id=%ff", alice.events()))
        .await;
    let (_, message) = no_text.error(StatusCode::BAD_REQUEST);
    assert_eq!(message, "The query is not UTF-8");
    let twice = alice
        .get(&format!("{}?ticket=a&ticket=b", alice.events()))
        .await;
    assert_eq!(twice.error(StatusCode::BAD_REQUEST).0, "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_postgresql_hear_each_other() {
    let first = TestApp::at(Home::postgres().await).await;
    let second = TestApp::beside(&first).await;
    let (here, there) = (first.user("alice"), second.user("alice"));
    let (mut stream, _) = Listening::ready(&here, "").await;
    for round in 0..3 {
        there.create(json!({"title": "From there"})).await;
        assert_eq!(
            stream.expect("task.changed").await.data["seq"],
            2 * round + 1
        );
        here.create(json!({"title": "From here"})).await;
        assert_eq!(
            stream.expect("task.changed").await.data["seq"],
            2 * round + 2
        );
    }
    // A ticket of one opens a stream of the other, once.
    let mut nobody = second.nobody();
    nobody.tasks.clone_from(&here.tasks);
    let query = format!("ticket={}", ticket(&here).await);
    Listening::ready(&nobody, &query).await;
    let again = nobody.get(&format!("{}?{query}", nobody.events())).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_knows_whether_it_is_alone() {
    let first = TestApp::at(Home::postgres().await).await;
    // The server takes a moment to see that a connection is gone.
    let alone = async || while !first.app.store.system_is_alone().await.unwrap() {};
    tokio::time::timeout(PATIENCE, alone())
        .await
        .expect("nobody else is there");
    let second = TestApp::beside(&first).await;
    assert!(!first.app.store.system_is_alone().await.unwrap());
    assert!(!second.app.store.system_is_alone().await.unwrap());
    second.stop().await;
    tokio::time::timeout(PATIENCE, alone())
        .await
        .expect("the other is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_any_name_are_asked_for_at_once() {
    let first = TestApp::at(Home::postgres().await).await;
    let second = TestApp::beside(&first).await;
    // What means something in JSON, in an array of PostgreSQL, or in neither.
    let names = [
        "plain",
        "NULL",
        "a,b",
        "[]",
        "{}",
        "\"",
        "\\",
        "\\\"}]",
        " ",
        "über 🦊",
    ];
    let mut streams = Vec::new();
    for name in names {
        streams.push(Listening::ready(&first.user(name), "").await.0);
    }
    for (name, stream) in names.iter().zip(&mut streams) {
        let there = second.user(name);
        there.create(json!({"title": "From there"})).await;
        assert_eq!(stream.expect("task.changed").await.data["seq"], 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_writes_is_heard_within_200_ms() {
    let first = TestApp::at(Home::postgres().await).await;
    let second = TestApp::beside(&first).await;
    let (here, there) = (first.user("alice"), second.user("alice"));
    let (mut stream, _) = Listening::ready(&here, "").await;
    let mut delays = Vec::new();
    for round in 0..25 {
        let hearing = async {
            stream.expect("task.changed").await;
            Instant::now()
        };
        let writing = async {
            // When the stream has found nothing and waits, and in another phase of the asking each time.
            tokio::time::sleep(Duration::from_millis(20 + 4 * round)).await;
            there.create(json!({"title": "From there"})).await;
            Instant::now()
        };
        let (heard, written) = tokio::join!(hearing, writing);
        delays.push(heard.saturating_duration_since(written));
    }
    // The usual one counts: a busy machine may be late now and then.
    delays.sort();
    let usual = delays[delays.len() / 2];
    assert!(usual < Duration::from_millis(200), "{delays:?}");
}
