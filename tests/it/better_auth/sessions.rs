//! Opaque session tokens and cookies of real servers, where `BETTER_AUTH_SESSIONS` lets them in.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tickbox::config::AuthSettings;

use super::{of_both_versions, url_alone, verdict};
use crate::support::TestApp;
use crate::support::better_auth::{BetterAuth, User};

async fn accepting_sessions(issuer: &BetterAuth) -> TestApp {
    let settings = AuthSettings {
        better_auth_sessions: true,
        ..url_alone(issuer)
    };
    TestApp::trusting(&settings).await
}

/// The status of a request with the cookies of the user's browser.
async fn with_cookies(app: &TestApp, user: &User) -> StatusCode {
    let request = Request::get(format!("/api/{}/tasks", user.id)).header("cookie", user.cookies());
    app.nobody()
        .send(request.body(Body::empty()).unwrap())
        .await
        .status
}

#[tokio::test]
async fn a_session_token_is_accepted_and_out_within_30_s_of_its_end() {
    for issuer in &of_both_versions(json!({"bearer": true})).await {
        let app = accepting_sessions(issuer).await;
        let (ada, bob) = (issuer.sign_up("Ada").await, issuer.sign_up("Bob").await);
        assert_eq!(verdict(&app, &ada.id, &ada.session_token).await, "accepted");
        assert_eq!(verdict(&app, &bob.id, &ada.session_token).await, "404");
        assert_eq!(verdict(&app, &bob.id, &bob.session_token).await, "accepted");
        assert_eq!(issuer.requests("/api/auth/get-session").await, 2);

        issuer.sign_out(&ada).await;
        app.clock.advance(Duration::from_secs(30));
        assert_eq!(
            verdict(&app, &ada.id, &ada.session_token).await,
            "session_unknown"
        );
        assert_eq!(verdict(&app, &bob.id, &bob.session_token).await, "accepted");
        // A JWT is still verified by its keys.
        let token = issuer.token(&bob).await;
        let asked = issuer.requests("/api/auth/get-session").await;
        assert_eq!(verdict(&app, &bob.id, &token).await, "accepted");
        assert_eq!(issuer.requests("/api/auth/get-session").await, asked);
    }
}

/// Without the bearer plugin too; and a cookie cache must not keep a session alive.
#[tokio::test]
async fn the_cookies_of_a_browser_are_accepted_and_out_within_30_s_of_its_end() {
    let caching = json!({"session": {"cookieCache": {"enabled": true, "maxAge": 3600}}});
    for issuer in &of_both_versions(json!({"auth": caching})).await {
        let app = accepting_sessions(issuer).await;
        let ada = issuer.sign_up("Ada").await;
        assert_eq!(with_cookies(&app, &ada).await, StatusCode::OK);
        let signed = ada.cookie("session_token").replace("%2B", "+");
        let signed = signed.replace("%2F", "/").replace("%3D", "=");
        assert_eq!(verdict(&app, &ada.id, &signed).await, "accepted");
        issuer.sign_out(&ada).await;
        app.clock.advance(Duration::from_secs(30));
        assert_eq!(with_cookies(&app, &ada).await, StatusCode::UNAUTHORIZED);
        assert_eq!(verdict(&app, &ada.id, &signed).await, "session_unknown");
    }
}

#[tokio::test]
async fn a_session_that_ends_by_itself_is_over_here_too() {
    let options = json!({"bearer": true, "auth": {"session": {"expiresIn": 60}}});
    let issuer = BetterAuth::start(options).await;
    let app = accepting_sessions(&issuer).await;
    let ada = issuer.sign_up("Ada").await;
    let hour = Duration::from_hours(1);
    assert_eq!(verdict(&app, &ada.id, &ada.session_token).await, "accepted");
    issuer.advance(hour).await;
    app.clock.advance(hour);
    assert_eq!(
        verdict(&app, &ada.id, &ada.session_token).await,
        "session_unknown"
    );
}
