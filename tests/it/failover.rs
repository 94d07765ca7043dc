//! A URL with several hosts: one that hangs, one that goes while it is written, and one that has become a replica.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::support::leash::Frozen;
use crate::support::postgres::{Cluster, Database};
use crate::support::{Answer, Client, Home, TestApp, postgres_config};
use tickbox::config::{Environment, Web};
use tickbox::store::StoreConfig;

/// The longest that nothing is written after another server was promoted.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

fn authority(cluster: &Cluster) -> String {
    format!("127.0.0.1:{}", cluster.port())
}

/// The URL of a database with another host before its own.
fn behind(database: &Database, cluster: &Cluster, first: &str) -> String {
    let good = authority(cluster);
    database.url().replace(&good, &format!("{first},{good}"))
}

async fn app_at(database: Database, url: &str) -> TestApp {
    let store = StoreConfig::Postgres(postgres_config(url));
    let home = Home::Postgres(database);
    TestApp::with(home, &store, Environment::Development, Web::default()).await
}

async fn is_served_in_time(database: Database, url: &str) {
    let started = Instant::now();
    let app = app_at(database, url).await;
    let ada = app.user("ada");
    let (path, _) = ada.create(json!({"title": "x"})).await;
    let _ = ada.get(&path).await.expect(StatusCode::OK);
    assert!(started.elapsed() < LONGEST_PAUSE);
}

/// It takes connections, as the kernel of a frozen server does, and says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_host_that_hangs_keeps_nobody_from_the_second() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = silent.local_addr().unwrap().to_string();
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let url = behind(&database, cluster, &silent);
    is_served_in_time(database, &url).await;
}

/// The kernel drops what comes where nobody takes what has come: as a host that is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_host_that_drops_packets_keeps_nobody_from_the_second() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let mut waiting = Vec::new();
    let connect = || tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address));
    while let Ok(connected) = connect().await {
        waiting.push(connected.unwrap());
    }
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let url = behind(&database, cluster, &address.to_string());
    is_served_in_time(database, &url).await;
}

/// A primary, a standby that it waits for, and a server of the program that knows both.
struct Pair {
    first: Cluster,
    second: Cluster,
    app: TestApp,
}

impl Pair {
    async fn start() -> Self {
        let first = Cluster::start().await;
        let second = first.standby().await;
        let database = first.database().await;
        let both = format!("{},{}", authority(&first), authority(&second));
        let url = database.url().replace(&authority(&first), &both);
        let app = app_at(database, &(url + "?target_session_attrs=read-write")).await;
        Self { first, second, app }
    }
}

async fn create(user: &Client, key: &str) -> Answer {
    let key_header = ("idempotency-key", key);
    let body = json!({"title": key});
    user.send_with(Method::POST, &user.tasks, key_header, body)
        .await
}

/// Writes without a pause, each until it is done; says how long after the promotion the first one was.
async fn write(user: Client, promoted: &Mutex<Option<Instant>>, done: &AtomicUsize) -> Duration {
    let mut number = 0;
    loop {
        let key = format!("write-{number}");
        let begun = *promoted.lock().unwrap();
        while create(&user, &key).await.status != StatusCode::CREATED {}
        done.fetch_add(1, Ordering::Relaxed);
        number += 1;
        if let Some(promoted) = begun {
            assert_titles(&user, number).await;
            return promoted.elapsed();
        }
    }
}

/// Each is there, once.
async fn assert_titles(user: &Client, count: usize) {
    let list = user.list().await;
    let tasks = list["tasks"].as_array().unwrap();
    let mut titles: Vec<_> = tasks.iter().map(|task| task["title"].to_string()).collect();
    titles.sort_unstable();
    let mut expected: Vec<_> = (0..count)
        .map(|number| format!("\"write-{number}\""))
        .collect();
    expected.sort_unstable();
    assert_eq!(titles, expected);
}

/// While eight users write, the primary goes, and the standby is promoted at once.
async fn writes_go_on(pair: &Pair, cut: impl FnOnce(&Cluster) -> Option<Frozen>) {
    let (promoted, done) = (Mutex::new(None), AtomicUsize::new(0));
    let writing = (0..8).map(|number| {
        let user = pair.app.user(&format!("user-{number}"));
        write(user, &promoted, &done)
    });
    let cutting = async {
        while done.load(Ordering::Relaxed) < 100 {
            tokio::task::yield_now().await;
        }
        let frozen = cut(&pair.first);
        pair.second.promote().await;
        *promoted.lock().unwrap() = Some(Instant::now());
        frozen
    };
    let (times, frozen) = join(join_all(writing), cutting).await;
    for time in times {
        assert!(time < LONGEST_PAUSE, "{time:?}");
    }
    drop(frozen);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_when_the_primary_freezes_and_the_standby_is_promoted() {
    let pair = Pair::start().await;
    writes_go_on(&pair, |first| Some(first.freeze())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_when_the_primary_dies_and_the_standby_is_promoted() {
    let pair = Pair::start().await;
    writes_go_on(&pair, |first| {
        first.stop();
        None
    })
    .await;
}

/// The commit was sent, and the one who could tell of it says nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_commit_on_a_primary_that_freezes_the_outcome_is_unknown() {
    let pair = Pair::start().await;
    let ada = pair.app.user("ada");
    assert_eq!(create(&ada, "write-0").await.status, StatusCode::CREATED);
    let Home::Postgres(database) = &pair.app.home else {
        unreachable!()
    };
    let administrator = database.administrator().await;
    let held_up = pair.second.freeze();
    let freezing = async {
        let waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        while administrator.query(waits, &[]).await.unwrap().is_empty() {}
        let frozen = pair.first.freeze();
        drop(held_up);
        (frozen, Instant::now())
    };
    let (answer, (frozen, since)) = join(create(&ada, "write-1"), freezing).await;
    assert!(since.elapsed() < LONGEST_PAUSE, "{:?}", since.elapsed());
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(body["error"]["outcome"], "unknown", "{body}");
    pair.second.promote().await;
    let promoted = Instant::now();
    // The key settles it.
    while create(&ada, "write-1").await.status != StatusCode::CREATED {}
    assert!(promoted.elapsed() < LONGEST_PAUSE);
    assert_titles(&ada, 2).await;
    drop(frozen);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_a_replica_takes_all_connections_to_the_primary() {
    let (first, second) = (Cluster::start().await, Cluster::start().await);
    let database = first.database().await;
    // The same database elsewhere, with a task more: what was written there since.
    let other = second.database().await;
    let there = database
        .url()
        .replace(&authority(&first), &authority(&second));
    assert_eq!(other.url(), there, "it has the same name there");
    let promoted = app_at(other, &there).await;
    // Else it would be the id of a task that is made here.
    promoted.clock.advance(Duration::from_hours(1));
    let (path, _) = promoted.user("ada").create(json!({"title": "Since"})).await;

    let both = format!("{},{}", authority(&first), authority(&second));
    let url =
        database.url().replace(&authority(&first), &both) + "?target_session_attrs=read-write";
    let fence = database.administrator().await;
    let app = app_at(database, &url).await;
    let ada = app.user("ada");
    ada.create(json!({"title": "Before"})).await;
    for _ in 0..20 {
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    fence
        .batch_execute("ALTER SYSTEM SET default_transaction_read_only = on")
        .await
        .unwrap();
    fence
        .batch_execute("SELECT pg_reload_conf()")
        .await
        .unwrap();
    // The first who writes may be told to come again; each session hears of the setting in its own time.
    let create = async || ada.post(&ada.tasks, json!({"title": "After"})).await.status;
    while create().await != StatusCode::SERVICE_UNAVAILABLE {}
    assert_eq!(create().await, StatusCode::CREATED);
    for _ in 0..20 {
        assert_eq!(ada.get(&path).await.status, StatusCode::OK);
    }
}
