//! TLS to PostgreSQL, with the parameters that Neon's URLs have.

use axum::http::StatusCode;
use serde_json::json;
use tickbox::clock::Clock;
use tickbox::store::StoreConfig;

use crate::support::postgres::Cluster;
use crate::support::{Home, TestApp, postgres_config};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_login_over_tls_with_channel_binding_works() {
    let cluster = Cluster::shared_with_tls().await;
    let database = cluster.database().await;
    assert!(
        database
            .url()
            .ends_with("?sslmode=require&channel_binding=require"),
        "as Neon's do"
    );
    let app = TestApp::at(Home::Postgres(database)).await;
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_certificate_is_checked_when_asked_for() {
    let cluster = Cluster::shared_with_tls().await;
    let database = cluster.database().await;
    let base = database.url().split('?').next().unwrap().to_owned();
    let authority = cluster.authority().display().to_string();
    let migrate = async |url: String| {
        let config = StoreConfig::Postgres(postgres_config(&url));
        config
            .migrate(Clock::system().now())
            .await
            .map_err(|error| tickbox::error::chain(&error))
    };
    for good in [
        format!("{base}?sslmode=require"),
        format!("{base}?sslmode=verify-full&sslrootcert={authority}"),
        format!("{base}?sslmode=verify-ca&sslrootcert={authority}"),
    ] {
        migrate(good.clone())
            .await
            .unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    for bad in [
        format!("{base}?sslmode=verify-full"),
        format!("{base}?sslmode=disable"),
    ] {
        let error = migrate(bad.clone())
            .await
            .err()
            .unwrap_or_else(|| panic!("{bad} was accepted"));
        assert!(
            error.starts_with("unavailable: the database cannot be used now: "),
            "{error}"
        );
    }
}
