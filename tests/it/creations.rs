//! Creations of people whose accounts are known are saved in one round trip, under the condition that nobody else has
//! written meanwhile. Which way was taken, the patience of the transaction tells.

use std::pin::pin;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::{Either, join_all, select};
use serde_json::json;

use tickbox::config::{Environment, Origins};
use tickbox::store::{PoolSize, StoreConfig};

use crate::support::{Client, Home, TestApp, every_postgres, postgres_config, read_lines, tamper};

every_postgres!(
    creations_after_the_first_take_one_round_trip,
    accounts_are_known_from_the_start,
    an_account_that_others_have_changed_is_read_anew,
    a_known_account_that_is_locked_holds_up_nobody_else
);

const HASTY: &str = "10ms";
const PATIENT: &str = "5s";

/// Notes for each update of an account how long its transaction waits for a lock.
async fn watch_accounts(app: &TestApp) {
    let watching = "CREATE TABLE tickbox.updates (number serial, waits text);
        CREATE FUNCTION tickbox.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            'BEGIN INSERT INTO tickbox.updates (waits) VALUES (current_setting(''lock_timeout'')); RETURN NULL; END';
        CREATE TRIGGER watch AFTER UPDATE ON tickbox.accounts FOR EACH ROW EXECUTE FUNCTION tickbox.note()";
    tamper(&app.home, watching).await;
}

async fn seen(app: &TestApp) -> Vec<String> {
    let seen = read_lines(&app.home, "SELECT waits FROM updates ORDER BY number").await;
    tamper(&app.home, "DELETE FROM updates").await;
    seen
}

/// The numbers of a person's changes, which have no gap.
async fn numbers(app: &TestApp, space: &str) -> Vec<String> {
    let sql = format!("SELECT CAST(seq AS text) FROM changes WHERE space = '{space}' ORDER BY seq");
    read_lines(&app.home, &sql).await
}

async fn creations_after_the_first_take_one_round_trip(app: TestApp) {
    watch_accounts(&app).await;
    let alice = app.user("alice");
    let (first, _) = alice.create(json!({"title": "First"})).await;
    assert_eq!(seen(&app).await, [PATIENT]);
    alice
        .create(json!({"title": "Second", "tags": ["home"]}))
        .await;
    let id = "01990f3e-8a5c-7cc3-98c4-000000000001";
    let body = json!({"id": id, "title": "With an id of its own"});
    alice.create(body.clone()).await;
    assert_eq!(seen(&app).await, [HASTY, HASTY]);

    // What is there already was not to be expected.
    let again = alice.post(&alice.tasks, body).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert_eq!(seen(&app).await, [""; 0]);

    // Whatever else is done leaves the account known.
    let _ = alice
        .put(&first, json!({"title": "Changed"}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(seen(&app).await, [PATIENT]);
    let bob = app.user("bob");
    bob.create(json!({"title": "First"})).await;
    bob.create(json!({"title": "Second"})).await;
    assert_eq!(seen(&app).await, [PATIENT, HASTY]);
    assert_eq!(numbers(&app, "alice").await, ["1", "2", "3", "4"]);
    assert_eq!(alice.list().await["count"], 3);
}

/// With one connection there is one worker, which reads them before it writes anything.
async fn accounts_are_known_from_the_start(app: TestApp) {
    watch_accounts(&app).await;
    app.user("alice").create(json!({"title": "First"})).await;
    assert_eq!(seen(&app).await, [PATIENT]);
    let home = app.stop().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let mut config = postgres_config(database.url());
    config.pool = PoolSize {
        kept: 1,
        overflow: 0,
    };
    let store = StoreConfig::Postgres(config);
    let environment = Environment::Development;
    let app = TestApp::with(home, &store, environment, Origins::default()).await;
    // The clock of the tests begins anew, and would make the same ids.
    app.clock.advance(Duration::from_secs(1));
    app.user("alice").create(json!({"title": "Second"})).await;
    app.user("bob").create(json!({"title": "First"})).await;
    assert_eq!(seen(&app).await, [HASTY, PATIENT]);
}

async fn an_account_that_others_have_changed_is_read_anew(app: TestApp) {
    watch_accounts(&app).await;
    let other = TestApp::beside(&app).await;
    let [here, there] = [&app, &other].map(|app| app.user("alice"));
    here.create(json!({"title": "First"})).await;
    there.create(json!({"title": "Second"})).await;
    there.create(json!({"title": "Third"})).await;
    seen(&app).await;
    here.create(json!({"title": "Fourth"})).await;
    here.create(json!({"title": "Fifth"})).await;
    // For a while nothing is taken for known.
    assert_eq!(seen(&app).await, [PATIENT, PATIENT]);
    assert_eq!(numbers(&app, "alice").await, ["1", "2", "3", "4", "5"]);
    assert_eq!(here.list().await["count"], 5);
}

/// Somebody else holds one of the accounts of a group: the others do not wait for it.
async fn a_known_account_that_is_locked_holds_up_nobody_else(app: TestApp) {
    let [alice, bob] = ["alice", "bob"].map(|name| app.user(name));
    for client in [&alice, &bob] {
        client.create(json!({"title": "First"})).await;
    }
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let holder = database.administrator().await;
    let hold = "BEGIN; SELECT * FROM tickbox.accounts WHERE space = 'alice' FOR UPDATE";
    holder.batch_execute(hold).await.unwrap();
    let second = |client: Client| async move {
        client.post(&client.tasks, json!({"title": "Second"})).await
    };
    let waiting = pin!(second(alice.clone()));
    let others = join_all((0..10).map(|_| second(bob.clone())));
    let Either::Right((others, waiting)) = select(waiting, others).await else {
        panic!("it did not wait");
    };
    for other in others {
        let _ = other.expect(StatusCode::CREATED);
    }
    holder.batch_execute("ROLLBACK").await.unwrap();
    let _ = waiting.await.expect(StatusCode::CREATED);
    assert_eq!(numbers(&app, "alice").await, ["1", "2"]);
    assert_eq!(bob.list().await["count"], 11);
}
