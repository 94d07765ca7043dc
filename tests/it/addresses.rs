//! Which server the database's URL leads to: several hosts, numbers in place of names, Unix sockets.

use axum::http::StatusCode;
use serde_json::json;
use tickbox::clock::Clock;
use tickbox::store::StoreConfig;

use crate::support::postgres::{Cluster, ROLE, free_port};
use crate::support::{Home, TestApp, postgres_config};

/// Connects, and does what `migrate` does.
async fn migrate(url: &str) -> Result<(), String> {
    let config = StoreConfig::Postgres(postgres_config(url));
    let migrated = config.migrate(Clock::system().now()).await;
    migrated
        .map(drop)
        .map_err(|error| tickbox::error::chain(&error))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_away_is_passed_over() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let (good, away, name) = (cluster.port(), free_port(), database.name());
    for url in [
        format!("postgresql://{ROLE}@127.0.0.1:{away},127.0.0.1:{good}/{name}"),
        format!("postgresql://{ROLE}@no-such-host.invalid:{good},127.0.0.1:{good}/{name}"),
        format!(
            "postgresql://{ROLE}@127.0.0.1:{good},127.0.0.1:{away}/{name}?load_balance_hosts=random"
        ),
    ] {
        // Twice, because taking the hosts in turn begins with another one then.
        for _ in 0..2 {
            migrate(&url)
                .await
                .unwrap_or_else(|error| panic!("{url}: {error}"));
        }
    }
    let none = format!("postgresql://{ROLE}@127.0.0.1:{away},no-such-host.invalid:{good}/{name}");
    let error = migrate(&none).await.expect_err("nobody is there");
    assert!(error.starts_with("unavailable: "), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_stands_for_a_host_that_only_its_certificate_knows() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let (port, name) = (cluster.port(), database.name());
    let url = format!("postgresql://{ROLE}@no-such-host.invalid:{port}/{name}?hostaddr=127.0.0.1");
    migrate(&url)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_wrong_kind_is_passed_over() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let base = database.url();
    migrate(&format!("{base}?target_session_attrs=read-write"))
        .await
        .expect("it takes writes");
    let error = migrate(&format!("{base}?target_session_attrs=read-only"))
        .await
        .expect_err("it takes writes");
    assert!(error.contains("target_session_attrs"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_serves() {
    let cluster = Cluster::shared().await;
    let database = cluster.database().await;
    let directory = cluster.socket_directory().display().to_string();
    let url = format!(
        "postgresql://{ROLE}@{}:{}/{}",
        directory.replace('/', "%2F"),
        cluster.port(),
        database.name()
    );
    let app = TestApp::at(Home::Postgres(database.reached_at(url))).await;
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
}
