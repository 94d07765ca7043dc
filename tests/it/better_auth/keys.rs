//! Keys of real servers that change: rotation, a wiped database, another secret, and servers that go and come back.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{a_stranger_is_let_in, app_of, old, verdict};
use crate::support::TestApp;
use crate::support::better_auth::{BetterAuth, lasting_port};

/// Longer than tickbox leaves between two fetches that requests ask for.
const COOL_DOWN: Duration = Duration::from_secs(11);

async fn advance(app: &TestApp, issuer: &BetterAuth, by: Duration) {
    app.clock.advance(by);
    issuer.advance(by).await;
}

/// Options for a server that can be started again in its place.
fn lasting(mut options: Value) -> Value {
    options["port"] = json!(lasting_port());
    options
}

/// The server never announces a new key: each rotation is an unknown `kid` for everybody else.
#[tokio::test]
async fn a_rotation_is_noticed_with_its_first_token() {
    let rotation = json!({"rotationInterval": 60, "gracePeriod": 300});
    let options = json!({"jwt": {"jwks": rotation, "jwt": {"expirationTime": "1h"}}});
    // Release 1.3 has no rotation.
    let issuer = BetterAuth::start(options).await;
    let app = app_of(&issuer).await;
    let user = a_stranger_is_let_in(&app, &issuer, "Ada").await;
    let first = issuer.token(&user).await;
    let mut tokens = vec![first];
    for _ in 0..3 {
        advance(&app, &issuer, Duration::from_secs(61)).await;
        let token = issuer.token(&user).await;
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
        tokens.push(token);
    }
    let kid = |token: &String| token.split('.').next().unwrap().to_owned();
    let mut kids: Vec<_> = tokens.iter().map(kid).collect();
    kids.sort();
    kids.dedup();
    assert_eq!(kids.len(), 4, "four keys");
    // Older keys are still listed.
    for token in &tokens {
        assert_eq!(verdict(&app, &user.id, token).await, "accepted");
    }
    // The first key's grace is over, and with the next fetch its tokens are, too.
    advance(&app, &issuer, Duration::from_secs(200)).await;
    let token = issuer.token(&user).await;
    assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
    assert_eq!(verdict(&app, &user.id, &tokens[0]).await, "unknown_key");
    assert_eq!(verdict(&app, &user.id, &tokens[3]).await, "accepted");
}

#[tokio::test]
async fn a_wiped_database_that_numbers_its_keys_again_is_noticed() {
    let serial = json!({"auth": {"advanced": {"database": {"generateId": "serial"}}}});
    let numbered = json!({"auth": {"advanced": {"database": {"useNumberId": true}}}});
    for options in [serial, old(numbered)] {
        let options = lasting(options);
        let before = BetterAuth::start(options.clone()).await;
        let app = app_of(&before).await;
        let ada = a_stranger_is_let_in(&app, &before, "Ada").await;
        let outdated = before.token(&ada).await;
        drop(before);
        let after = BetterAuth::start(options).await;
        let eve = after.sign_up("Eve").await;
        assert_eq!(eve.id, ada.id, "ids begin again");
        let token = after.token(&eve).await;
        let kid = |token: &str| token.split('.').next().unwrap().to_owned();
        assert_eq!(kid(&token), kid(&outdated), "and so do the names of keys");
        app.clock.advance(COOL_DOWN);
        assert_eq!(verdict(&app, &eve.id, &token).await, "accepted");
        assert_eq!(verdict(&app, &ada.id, &outdated).await, "bad_signature");
    }
}

/// With another secret the server cannot read its private key any more: it signs nothing, but still lists the key.
#[tokio::test]
async fn a_changed_secret_of_the_server_ends_no_token() {
    for options in [json!({}), old(json!({}))] {
        let options = lasting(options);
        let before = BetterAuth::start(options.clone()).await;
        let app = app_of(&before).await;
        let user = a_stranger_is_let_in(&app, &before, "Ada").await;
        let token = before.token(&user).await;
        let mut changed = options.clone();
        changed["tables"] = before.tables().await;
        changed["auth"] = json!({"secret": "another-secret-that-cannot-open-the-old-keys"});
        drop(before);
        let after = BetterAuth::start(changed.clone()).await;
        assert_ne!(after.no_token(&user).await, 200);
        app.clock.advance(COOL_DOWN);
        app.app.authenticator.refresh().await;
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
        // The cure: without the row of the key, the server makes a new one.
        changed["tables"]["jwks"] = json!([]);
        drop(after);
        let cured = BetterAuth::start(changed).await;
        a_stranger_is_let_in(&app, &cured, "Bob").await;
        assert_eq!(verdict(&app, &user.id, &token).await, "unknown_key");
    }
}

#[tokio::test]
async fn a_server_that_is_away_for_a_while_logs_nobody_out() {
    let options = lasting(json!({}));
    let before = BetterAuth::start(options.clone()).await;
    let app = app_of(&before).await;
    let user = a_stranger_is_let_in(&app, &before, "Ada").await;
    let (token, other) = (before.token(&user).await, before.token(&user).await);
    let mut again = options.clone();
    again["tables"] = before.tables().await;
    drop(before);

    app.clock.advance(COOL_DOWN);
    let failed = app.app.authenticator.refresh().await;
    assert!(failed[0].problem.is_some(), "{failed:?}");
    assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
    assert_eq!(app.nobody().get("/ready").await.status, StatusCode::OK);

    let back = BetterAuth::start(again).await;
    app.clock.advance(COOL_DOWN);
    app.app.authenticator.refresh().await;
    assert_eq!(verdict(&app, &user.id, &other).await, "accepted");
    a_stranger_is_let_in(&app, &back, "Bob").await;
}

#[tokio::test]
async fn a_server_that_starts_late_is_waited_for() {
    let options = lasting(json!({}));
    let url = format!("http://127.0.0.1:{}", options["port"]);
    let settings = tickbox::config::AuthSettings {
        better_auth_url: Some(url),
        ..tickbox::config::AuthSettings::default()
    };
    let app = TestApp::trusting(&settings).await;
    let ready = app.nobody().get("/ready").await;
    assert_eq!(
        ready.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        ready.text
    );

    let issuer = BetterAuth::start(options).await;
    let user = issuer.sign_up("Ada").await;
    let token = issuer.token(&user).await;
    app.clock.advance(COOL_DOWN);
    assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
    assert_eq!(app.nobody().get("/ready").await.status, StatusCode::OK);
}
