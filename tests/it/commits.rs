//! What a caller hears of a commit: that it is done, that it is not, or that this is not known. Never a guess.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::postgres::Cluster;
use crate::support::{Answer, Client, Home, TestApp, every_engine, ledger, tamper};

every_engine!(a_work_never_fails_because_its_neighbour_did);

async fn create(client: &Client, key: &str) -> Answer {
    let body = json!({"title": "Buy milk"});
    let header = ("idempotency-key", key);
    client
        .send_with(Method::POST, &client.tasks, header, body)
        .await
}

#[track_caller]
fn assert_unknown(answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.text
    );
    assert_eq!(answer.header("retry-after"), Some("1"));
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(body["error"]["outcome"], "unknown", "{body}");
}

/// PostgreSQL commits here, cannot replicate there, and warns: after a failover the write may be gone. A repeat finds
/// the answer and must not call it safe either, until a commit of its own is confirmed.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_replicated_is_not_called_done() {
    let cluster = Cluster::start().await;
    let app = TestApp::at(Home::Postgres(cluster.database().await)).await;
    let alice = app.user("alice");
    alice.create(json!({"title": "Before"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let administrator = database.administrator().await;
    let set = async |sql: &str| {
        administrator.batch_execute(sql).await.unwrap();
        administrator
            .batch_execute("SELECT pg_reload_conf()")
            .await
            .unwrap();
        // It is read when the server is idle: a statement of a new connection comes after that.
        database.administrator().await;
    };
    set("ALTER SYSTEM SET synchronous_standby_names = '*'").await;
    assert_unknown(&create(&alice, "once").await);
    assert_unknown(&create(&alice, "once").await);
    set("ALTER SYSTEM RESET synchronous_standby_names").await;
    let again = create(&alice, "once").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    again.expect(StatusCode::CREATED);
    assert_eq!(alice.list().await["count"], 2);
}

/// A row that cannot be saved takes the transaction of its group back; the others are done all the same.
async fn a_work_never_fails_because_its_neighbour_did(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    for user in [&alice, &bob] {
        user.create(json!({"title": "Before"})).await;
    }
    // What no request could do: the next change of alice's has a number that there is already.
    let broken = "INSERT INTO changes (space, seq, item_id, kind, at, actor, request_id)
        SELECT space, 2, item_id, kind, at, actor, request_id FROM changes WHERE space = 'alice'";
    tamper(&app.home, broken).await;
    let writes = (0..40).map(|number| {
        let user = if number % 4 == 0 { &alice } else { &bob };
        async move { user.post(&user.tasks, json!({"title": "Now"})).await.status }
    });
    let statuses = futures_util::future::join_all(writes).await;
    for (number, status) in statuses.iter().enumerate() {
        let expected = match number % 4 {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::CREATED,
        };
        assert_eq!(*status, expected, "{number}");
    }
    assert_eq!(
        ledger(&app.home).await[..2],
        [
            "account alice seq=1 tasks=1 completed=0",
            "account bob seq=31 tasks=31 completed=0"
        ]
    );
}
