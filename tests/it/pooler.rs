//! Behind a real PgBouncer in transaction mode, which gives each transaction whatever connection is free.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;
use tickbox::config::{Environment, Origins};
use tickbox::store::StoreConfig;

use crate::support::pgbouncer::Pooler;
use crate::support::postgres::Cluster;
use crate::support::{Home, TestApp, ledger, postgres_config};

/// Two apps share the pooler, so that each meets server connections that the other has used.
#[tokio::test(flavor = "multi_thread")]
async fn everything_works_behind_a_pooler_that_loses_named_statements() {
    let cluster = Cluster::shared().await;
    let pooler = Pooler::start(cluster).await;
    let database = cluster.database().await;
    let store = StoreConfig::Postgres(postgres_config(&pooler.url(&database)));
    let one = TestApp::with(
        Home::Postgres(database),
        &store,
        Environment::Development,
        Origins::default(),
    )
    .await;
    let two = TestApp::with(
        Home::sqlite(),
        &store,
        Environment::Development,
        Origins::default(),
    )
    .await;
    let work = (0..60).map(|number| {
        let somebody =
            if number % 2 == 0 { &one } else { &two }.user(&format!("user {}", number % 7));
        async move {
            let (path, created) = somebody
                .create(json!({"title": format!("Task {number}")}))
                .await;
            assert_eq!(somebody.get(&path).await.expect(StatusCode::OK), created);
            let body = json!({"completed": true});
            let changed = somebody
                .patch(&format!("{path}/complete"), body)
                .await
                .expect(StatusCode::OK);
            assert_eq!(changed["version"], 2);
            somebody
                .get(&format!("{}?limit=5&completed=true", somebody.tasks))
                .await
                .expect(StatusCode::OK);
            if number % 3 == 0 {
                somebody.delete(&path).await.expect(StatusCode::NO_CONTENT);
            }
        }
    });
    join_all(work).await;
    let accounts: Vec<_> = ledger(&one.home)
        .await
        .into_iter()
        .filter(|line| line.starts_with("account"))
        .collect();
    assert_eq!(accounts.len(), 7);
    let tasks: usize = accounts
        .iter()
        .map(|line| {
            line.split("tasks=")
                .nth(1)
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse::<usize>()
                .unwrap()
        })
        .sum();
    assert_eq!(tasks, 40);
}
