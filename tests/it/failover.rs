//! A URL with several hosts: one that hangs, and one that has become a replica.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::postgres::{Cluster, Database};
use crate::support::{Home, TestApp, postgres_config};
use tickbox::config::{Environment, Web};
use tickbox::store::StoreConfig;

fn authority(cluster: &Cluster) -> String {
    format!("127.0.0.1:{}", cluster.port())
}

async fn app_at(database: Database, url: &str) -> TestApp {
    let store = StoreConfig::Postgres(postgres_config(url));
    let home = Home::Postgres(database);
    TestApp::with(home, &store, Environment::Development, Web::default()).await
}

/// It takes connections, as the kernel of a frozen server does, and says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_host_that_hangs_keeps_nobody_from_the_second() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = silent.local_addr().unwrap();
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let good = authority(cluster);
    let url = database.url().replace(&good, &format!("{silent},{good}"));
    let app = app_at(database, &url).await;
    let started = Instant::now();
    let ada = app.user("ada");
    let (path, _) = ada.create(json!({"title": "x"})).await;
    let _ = ada.get(&path).await.expect(StatusCode::OK);
    // Once was enough to find out.
    assert!(started.elapsed() < Duration::from_secs(5));
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
