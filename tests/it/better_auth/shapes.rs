//! What a server may be set to write into its tokens: ids, claims, audiences, lifetimes, and where its keys are.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::config::AuthSettings;

use super::{a_stranger_is_let_in, app_of, of_both_versions, old, told, url_alone, verdict};
use crate::support::TestApp;
use crate::support::better_auth::{BetterAuth, User, lasting_port};

/// An app that trusts the server, and a user of both with a token.
async fn set_up(issuer: &BetterAuth) -> (TestApp, User, String) {
    let app = app_of(issuer).await;
    let user = issuer.sign_up("Ada").await;
    let token = issuer.token(&user).await;
    (app, user, token)
}

#[tokio::test]
async fn ids_of_every_kind_are_identities() {
    let ids = |setting: Value| json!({"auth": {"advanced": {"database": setting}}});
    let uuid = ids(json!({"generateId": "uuid"}));
    let issuers = BetterAuth::start_all(vec![
        json!({}),
        uuid,
        ids(json!({"generateId": "serial"})),
        old(json!({})),
        old(ids(json!({"useNumberId": true}))),
    ]);
    let issuers = issuers.await;
    let mut shapes = Vec::new();
    for issuer in &issuers {
        let app = app_of(issuer).await;
        let ada = a_stranger_is_let_in(&app, issuer, "Ada").await;
        let bob = a_stranger_is_let_in(&app, issuer, "Bob").await;
        let token = issuer.token(&ada).await;
        assert_eq!(verdict(&app, &bob.id, &token).await, "404");
        let dashes = ada.id.matches('-').count();
        shapes.push((ada.id.len(), dashes));
    }
    assert_eq!(shapes, [(32, 0), (36, 4), (1, 0), (32, 0), (1, 0)]);
}

#[tokio::test]
async fn claims_of_the_author_are_no_obstacle() {
    let issuers = BetterAuth::start_all(vec![
        json!({"jwt": {"payload": "idAndName"}}),
        json!({"jwt": {"payload": "nothing"}}),
        json!({"jwt": {"payload": "expiryAsFraction"}}),
        old(json!({"jwt": {"payload": "nothing"}})),
    ]);
    for issuer in &issuers.await {
        let (app, user, token) = set_up(issuer).await;
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
    }
}

/// `sub` is the identity, whatever the id in the database is.
#[tokio::test]
async fn a_server_may_choose_another_subject() {
    let issuer = BetterAuth::start(json!({"jwt": {"jwt": {}, "subject": "email"}})).await;
    let (app, user, token) = set_up(&issuer).await;
    assert_eq!(verdict(&app, &user.email, &token).await, "accepted");
    assert_eq!(verdict(&app, &user.id, &token).await, "404");
}

#[tokio::test]
async fn one_audience_of_several_is_enough() {
    let audience = json!(["https://tasks.example.com", "https://mail.example.com"]);
    let options = json!({"jwt": {"jwt": {"audience": audience}}});
    for issuer in &of_both_versions(options).await {
        let user = issuer.sign_up("Ada").await;
        let token = issuer.token(&user).await;
        let settings = AuthSettings {
            jwt_audience: Some("https://tasks.example.com".to_owned()),
            ..url_alone(issuer)
        };
        let app = TestApp::trusting(&settings).await;
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
        let (reason, explanation) = told(&app_of(issuer).await, &user.id, &token).await;
        assert_eq!(reason, "audience_mismatch");
        assert!(
            explanation.contains("aud is https://tasks.example.com, https://mail"),
            "{explanation}"
        );
        assert!(
            explanation.contains("set JWT_AUDIENCE here"),
            "{explanation}"
        );
    }
}

#[tokio::test]
async fn an_issuer_may_be_a_bare_word() {
    let issuer = BetterAuth::start(json!({"jwt": {"jwt": {"issuer": "better-auth"}}})).await;
    let (app, user, token) = set_up(&issuer).await;
    let (reason, explanation) = told(&app, &user.id, &token).await;
    assert_eq!(reason, "issuer_mismatch");
    assert!(
        explanation.starts_with("iss is better-auth, expected http"),
        "{explanation}"
    );
    let settings = AuthSettings {
        jwt_issuer: Some("better-auth".to_owned()),
        ..url_alone(&issuer)
    };
    let app = TestApp::trusting(&settings).await;
    assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
}

#[tokio::test]
async fn a_token_of_seven_days_lives_seven_days() {
    let options = json!({"jwt": {"jwt": {"expirationTime": "7d"}}});
    for issuer in &of_both_versions(options).await {
        let (app, user, token) = set_up(issuer).await;
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
        app.clock
            .advance(Duration::from_hours(7 * 24) - Duration::from_mins(1));
        assert_eq!(verdict(&app, &user.id, &token).await, "accepted");
        // The token was issued a moment after the clock of the app had stopped.
        app.clock.advance(Duration::from_mins(2));
        assert_eq!(verdict(&app, &user.id, &token).await, "token_expired");
    }
}

#[tokio::test]
async fn a_token_that_lives_longer_than_allowed_is_refused() {
    let issuer = BetterAuth::start(json!({"jwt": {"jwt": {"expirationTime": "8d"}}})).await;
    let (app, user, token) = set_up(&issuer).await;
    let (reason, explanation) = told(&app, &user.id, &token).await;
    assert_eq!(reason, "lifetime_too_long");
    assert!(
        explanation.contains("raise JWT_MAX_LIFETIME"),
        "{explanation}"
    );
}

/// Better Auth takes a number for a moment, not for a span of time, and issues tokens that are dead on arrival.
#[tokio::test]
async fn a_number_as_expiration_time_is_explained() {
    let options = json!({"jwt": {"jwt": {"expirationTime": 3600}}});
    for issuer in &of_both_versions(options).await {
        let (app, user, token) = set_up(issuer).await;
        let (reason, explanation) = told(&app, &user.id, &token).await;
        assert_eq!(reason, "exp_before_2001");
        assert!(explanation.contains("exp is 1970-01-01"), "{explanation}");
        assert!(
            explanation.contains("wants a string such as '7d'"),
            "{explanation}"
        );
    }
}

/// Such a token would be valid for thousands of years.
#[tokio::test]
async fn an_expiry_in_milliseconds_is_explained() {
    let issuer = BetterAuth::start(json!({"jwt": {"payload": "expiryInMilliseconds"}})).await;
    let (app, user, token) = set_up(&issuer).await;
    let (reason, explanation) = told(&app, &user.id, &token).await;
    assert_eq!(reason, "lifetime_too_long");
    assert!(
        explanation.contains("it looks like milliseconds"),
        "{explanation}"
    );
}

/// In containers the keys are at an internal address, while `iss` and `aud` are the public one.
#[tokio::test]
async fn keys_may_come_from_an_internal_address() {
    let public = "https://app.example.com";
    let options = json!({"auth": {"baseURL": public, "trustedOrigins": ["http://127.0.0.1:*"]}});
    for issuer in &of_both_versions(options).await {
        let settings = AuthSettings {
            better_auth_url: Some(public.to_owned()),
            jwks_url: Some(issuer.jwks_url()),
            ..AuthSettings::default()
        };
        let app = TestApp::trusting(&settings).await;
        a_stranger_is_let_in(&app, issuer, "Ada").await;
        let user = issuer.sign_up("Bob").await;
        let (reason, explanation) =
            told(&app_of(issuer).await, &user.id, &issuer.token(&user).await).await;
        assert_eq!(reason, "issuer_mismatch");
        assert!(
            explanation.contains("iss is https://app.example.com"),
            "{explanation}"
        );
    }
}

#[tokio::test]
async fn a_path_in_the_base_url_takes_the_place_of_api_auth() {
    let mut options = json!({"port": lasting_port()});
    let base = format!("http://127.0.0.1:{}/identity", options["port"]);
    options["auth"] = json!({"baseURL": base});
    let issuer = BetterAuth::start(options).await;
    let settings = AuthSettings {
        better_auth_url: Some(base),
        ..AuthSettings::default()
    };
    let app = TestApp::trusting(&settings).await;
    assert!(issuer.requests("/identity/jwks").await > 0);
    let keys = app.nobody().get("/ready").await;
    assert_eq!(keys.status, StatusCode::OK);
}

#[tokio::test]
async fn several_issuers_speak_each_for_themselves() {
    let issuers = BetterAuth::start_all(vec![json!({}), old(json!({}))]).await;
    let [one, two] = &issuers[..] else { panic!() };
    let both = AuthSettings {
        better_auth_url: Some(format!("{}, {}", one.url, two.url)),
        ..AuthSettings::default()
    };
    let app = TestApp::trusting(&both).await;
    let ada = a_stranger_is_let_in(&app, one, "Ada").await;
    a_stranger_is_let_in(&app, two, "Bob").await;
    // Signed by one, in the name of the other.
    let forged = json!({"sub": ada.id, "iss": one.url, "aud": one.url});
    let forged = two.sign(forged).await;
    assert_eq!(verdict(&app, &ada.id, &forged).await, "unknown_key");
    let only_one = app_of(one).await;
    let bob = two.sign_up("Rob").await;
    let foreign = two.token(&bob).await;
    assert_eq!(
        verdict(&only_one, &bob.id, &foreign).await,
        "issuer_mismatch"
    );
}
