//! A database that is away, slow or full of others: an answer comes in bounded time, and all is well afterwards.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::json;
use tickbox::config::{Environment, Origins};
use tickbox::store::{PoolSize, StoreConfig};

use crate::support::postgres::Cluster;
use crate::support::{Answer, Home, TestApp, postgres_config};

/// Longer than any bound of ours on a wait, shorter than a person's patience.
const BOUND: Duration = Duration::from_secs(25);

fn assert_unavailable(answer: Answer) {
    let retry_after: u64 = answer
        .header("retry-after")
        .expect("says when to come again")
        .parse()
        .unwrap();
    assert!((1..=60).contains(&retry_after));
    assert_eq!(
        answer.error(StatusCode::SERVICE_UNAVAILABLE).0,
        "SERVICE_UNAVAILABLE"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_and_comes_back_is_found_again() {
    let cluster = Cluster::start().await;
    let app = TestApp::at(Home::Postgres(cluster.database().await)).await;
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    cluster.stop();
    assert_unavailable(alice.get(&path).await);
    assert_unavailable(alice.put(&path, json!({"title": "Buy bread"})).await);
    assert_unavailable(alice.get(&alice.tasks).await);
    let readiness = app
        .nobody()
        .get("/ready")
        .await
        .expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        readiness,
        json!({"status": "unavailable", "checks": {"database": "unavailable", "keys": "ok"}})
    );
    assert_eq!(app.nobody().get("/health").await.status, StatusCode::OK);
    cluster.resume().await;
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
    let changed = alice
        .put(&path, json!({"title": "Buy bread"}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(changed["version"], 2);
    assert_eq!(app.nobody().get("/ready").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_ends_are_replaced() {
    let home = Home::postgres().await;
    let app = TestApp::at(home).await;
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let administrator = database.administrator().await;
    let end_all = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
        WHERE application_name = 'tickbox' AND datname = current_database()";
    for _ in 0..3 {
        administrator.query(end_all, &[]).await.unwrap();
        assert_eq!(alice.get(&path).await.status, StatusCode::OK);
        administrator.query(end_all, &[]).await.unwrap();
        assert_eq!(
            alice.put(&path, json!({"completed": true})).await.status,
            StatusCode::OK
        );
    }
}

/// Somebody holds a lock that a write needs: the write is given up in time and leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_has_to_wait_too_long_changes_nothing() {
    let app = TestApp::postgres().await;
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let holder = database.administrator().await;
    let before = our_backends(&holder).await;
    holder
        .batch_execute("BEGIN; SELECT * FROM tickbox.accounts FOR UPDATE")
        .await
        .unwrap();
    let started = Instant::now();
    assert_unavailable(alice.put(&path, json!({"title": "Buy bread"})).await);
    assert!(started.elapsed() < BOUND);
    // A server that is waited for has not gone: its connections stay.
    let after = our_backends(&holder).await;
    assert!(before.is_subset(&after), "{before:?} {after:?}");
    // Reads wait for nobody.
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
    holder.batch_execute("ROLLBACK").await.unwrap();
    let changed = alice
        .put(&path, json!({"completed": true}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&changed["title"], &changed["version"]),
        (&json!("Buy milk"), &json!(2))
    );
}

/// The server's processes for us.
async fn our_backends(client: &tokio_postgres::Client) -> BTreeSet<i32> {
    let backends = "SELECT pid FROM pg_stat_activity \
        WHERE application_name = 'tickbox' AND datname = current_database()";
    let rows = client.query(backends, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The connections that the server has from us. One that was closed is still counted for a moment.
const OURS: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE application_name = 'tickbox' AND datname = current_database()";

async fn with_pool(kept: usize, overflow: usize) -> TestApp {
    let home = Home::postgres().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let administrator = database.administrator().await;
    let mut config = postgres_config(database.url());
    config.pool = PoolSize { kept, overflow };
    let store = StoreConfig::Postgres(config);
    let app = TestApp::with(home, &store, Environment::Development, Origins::default()).await;
    // Those that migrated and looked for a pooler were closed before the pool was made; the server must have seen it.
    while administrator
        .query_one(OURS, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        > 1
    {
        tokio::task::yield_now().await;
    }
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_never_more_connections_than_the_settings_allow() {
    for (kept, overflow) in [(1, 0), (0, 1), (2, 1), (3, 4)] {
        let app = with_pool(kept, overflow).await;
        let Home::Postgres(database) = &app.home else {
            unreachable!()
        };
        let administrator = database.administrator().await;
        let work = (0..80).map(|number| {
            let somebody = app.user(&format!("user {}", number % 20));
            let administrator = &administrator;
            async move {
                let (path, _) = somebody.create(json!({"title": "x"})).await;
                // Counted while the others are at work.
                let row = administrator.query_one(OURS, &[]).await.unwrap();
                somebody.get(&path).await.expect(StatusCode::OK);
                somebody.list().await;
                row.get::<_, i64>(0)
            }
        });
        let most = futures_util::future::join_all(work)
            .await
            .into_iter()
            .max()
            .unwrap();
        let allowed = i64::try_from(kept + overflow).unwrap();
        assert!(
            (1..=allowed).contains(&most),
            "{most} connections where {kept} + {overflow} are allowed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_connection_is_busy_the_wait_has_an_end() {
    let app = with_pool(1, 0).await;
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let holder = database.administrator().await;
    holder
        .batch_execute("BEGIN; LOCK TABLE tickbox.accounts, tickbox.tasks IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let started = Instant::now();
    let blocked = alice.put(&path, json!({"completed": true}));
    // Whoever of them has the only connection waits for the lock, and the other one for the connection.
    let waiting = bob.get(&bob.tasks);
    let (blocked, waiting) = tokio::join!(blocked, waiting);
    assert_unavailable(blocked);
    assert_unavailable(waiting);
    assert!(started.elapsed() < BOUND);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(bob.get(&bob.tasks).await.status, StatusCode::OK);
}

/// What is given up on keeps its place until the server has ended it: callers that hang up do not pile up.
#[tokio::test(flavor = "multi_thread")]
async fn callers_that_go_away_leave_no_connections_behind() {
    let app = with_pool(2, 2).await;
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let holder = database.administrator().await;
    holder
        .batch_execute("BEGIN; LOCK TABLE tickbox.tasks IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    for _ in 0..40 {
        // Polled once, which sends it, and then dropped, as when a caller hangs up.
        let _ = alice.put(&path, json!({"completed": true})).now_or_never();
        let _ = alice.get(&path).now_or_never();
        tokio::task::yield_now().await;
    }
    let count = holder.query_one(OURS, &[]).await.unwrap();
    assert!(count.get::<_, i64>(0) <= 4);
    holder.batch_execute("ROLLBACK").await.unwrap();
    let task = alice.get(&path).await.expect(StatusCode::OK);
    assert_eq!(task["title"], created["title"]);
    assert_eq!(
        alice.put(&path, json!({"title": "Buy bread"})).await.status,
        StatusCode::OK
    );
}

/// A migration by hand, say: nothing can be read, written or prepared, and still the bounds hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_does_not_make_connections_pile_up() {
    let app = with_pool(4, 4).await;
    let alice = app.user("alice");
    alice.create(json!({"title": "Buy milk"})).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let holder = database.administrator().await;
    holder
        .batch_execute("BEGIN; LOCK TABLE tickbox.tasks IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let requests = (0..40).map(|number| {
        let somebody = app.user(&format!("user {number}"));
        let holder = &holder;
        async move {
            let answer = if number % 2 == 0 {
                somebody.post(&somebody.tasks, json!({"title": "x"})).await
            } else {
                somebody.get(&somebody.tasks).await
            };
            assert_unavailable(answer);
            holder.query_one(OURS, &[]).await.unwrap().get::<_, i64>(0)
        }
    });
    let most = futures_util::future::join_all(requests)
        .await
        .into_iter()
        .max();
    assert!(
        most <= Some(8),
        "{most:?} connections where 4 + 4 are allowed"
    );
    holder.batch_execute("ROLLBACK").await.unwrap();
    let list = alice.list().await;
    assert_eq!(list["count"], 1);
}
