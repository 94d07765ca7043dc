//! What real servers give out besides login tokens, and what people send by mistake: refused, each by its name.

use serde_json::{Value, json};
use tickbox::config::AuthSettings;

use super::{app_of, of_both_versions, old, secret_alone, told, url_alone, verdict};
use crate::support::TestApp;
use crate::support::better_auth::{BetterAuth, User};

fn caching_sessions(strategy: &str) -> Value {
    json!({"auth": {"session": {"cookieCache": {"enabled": true, "strategy": strategy}}}})
}

async fn user_of(options: Value) -> (BetterAuth, User) {
    let issuer = BetterAuth::start(options).await;
    let user = issuer.sign_up("Ada").await;
    (issuer, user)
}

/// Keys and secret together: whatever one of them would accept is accepted.
fn both(issuer: &BetterAuth) -> AuthSettings {
    AuthSettings {
        better_auth_secret: secret_alone().better_auth_secret,
        ..url_alone(issuer)
    }
}

/// It is signed with the very secret, and has the live session token in it.
#[tokio::test]
async fn the_session_cookie_signed_with_the_secret_is_no_login() {
    let (issuer, user) = user_of(caching_sessions("jwt")).await;
    let cookie = user.cookie("session_data");
    for (settings, expected) in [
        (secret_alone(), "session_cache_token"),
        (both(&issuer), "session_cache_token"),
        (url_alone(&issuer), "no_secret_configured"),
    ] {
        let app = TestApp::trusting(&settings).await;
        assert_eq!(verdict(&app, &user.id, cookie).await, expected);
    }
}

/// It is signed with the very keys, and has `sub` and `iss`.
#[tokio::test]
async fn the_session_cookie_signed_with_the_keys_is_no_login() {
    let mut options = caching_sessions("jwt");
    options["jwt"] = json!({"sessionCookieCache": true});
    let (issuer, user) = user_of(options).await;
    let app = app_of(&issuer).await;
    let (reason, explanation) = told(&app, &user.id, user.cookie("session_data")).await;
    assert_eq!(reason, "foreign_type");
    assert!(
        explanation.contains("better-auth.session-cache+jwt"),
        "{explanation}"
    );
    assert_eq!(
        verdict(&app, &user.id, &issuer.token(&user).await).await,
        "accepted"
    );
}

#[tokio::test]
async fn an_encrypted_or_compact_session_cookie_is_no_login() {
    let issuers = BetterAuth::start_all(vec![
        caching_sessions("jwe"),
        caching_sessions("compact"),
        old(caching_sessions("compact")),
    ]);
    let reasons = [
        "encrypted_token",
        "session_cache_cookie",
        "session_cache_cookie",
    ];
    for (issuer, expected) in issuers.await.iter().zip(reasons) {
        let user = issuer.sign_up("Ada").await;
        let app = TestApp::trusting(&both(issuer)).await;
        let cookie = user.cookie("session_data").replace("%3D", "=");
        let (reason, explanation) = told(&app, &user.id, &cookie).await;
        assert_eq!(reason, expected);
        assert!(explanation.contains("GET /api/auth/token"), "{explanation}");
    }
}

/// Whoever can read a mail must not become its user by the link in it.
#[tokio::test]
async fn the_token_of_a_mail_is_no_login() {
    for issuer in &of_both_versions(json!({})).await {
        let user = issuer.sign_up("Ada").await;
        let mailed = issuer.mailed().await;
        for settings in [secret_alone(), both(issuer)] {
            let app = TestApp::trusting(&settings).await;
            let reason = verdict(&app, &user.id, &mailed).await;
            assert_eq!(reason, "email_verification_token");
        }
        let app = app_of(issuer).await;
        assert_eq!(
            verdict(&app, &user.id, &mailed).await,
            "no_secret_configured"
        );
    }
}

#[tokio::test]
async fn an_opaque_session_token_is_explained() {
    for issuer in &of_both_versions(json!({"bearer": true})).await {
        let user = issuer.sign_up("Ada").await;
        let app = app_of(issuer).await;
        let (reason, explanation) = told(&app, &user.id, &user.session_token).await;
        assert_eq!(reason, "opaque_session_token");
        assert!(explanation.contains("GET /api/auth/token"), "{explanation}");
        let cookie = user.cookie("session_token").replace("%2B", "+");
        let cookie = cookie.replace("%2F", "/").replace("%3D", "=");
        for signed in [user.cookie("session_token"), &cookie] {
            let (reason, explanation) = told(&app, &user.id, signed).await;
            assert_eq!(reason, "signed_session_token");
            assert!(explanation.contains("GET /api/auth/token"), "{explanation}");
        }
    }
}

/// The most common failure of all: the plugin signs with keys, and only the secret is known here.
#[tokio::test]
async fn a_token_of_the_plugin_where_only_the_secret_is_set_is_explained() {
    let (issuer, user) = user_of(json!({})).await;
    let app = TestApp::trusting(&secret_alone()).await;
    let (reason, explanation) = told(&app, &user.id, &issuer.token(&user).await).await;
    assert_eq!(reason, "no_keys_configured");
    assert!(
        explanation.contains("signed with EdDSA by Better Auth's jwt plugin"),
        "{explanation}"
    );
    assert!(explanation.contains("set BETTER_AUTH_URL"), "{explanation}");
}

/// ID tokens of an OAuth client have the client's id for `aud`, and nothing else tells them apart.
#[tokio::test]
async fn other_tokens_signed_with_the_same_keys_are_no_logins() {
    let (issuer, user) = user_of(json!({})).await;
    let app = app_of(&issuer).await;
    for (payload, expected) in [
        (json!({"sub": user.id}), "accepted"),
        (
            json!({"sub": user.id, "aud": "client-id"}),
            "audience_mismatch",
        ),
        (
            json!({"sub": user.id, "iss": format!("{}/api/auth", issuer.url)}),
            "issuer_mismatch",
        ),
        (
            json!({"id": user.id, "userId": user.id}),
            "identity_missing",
        ),
        (
            json!({"sub": user.id, "user_id": "eve"}),
            "identity_conflict",
        ),
        (
            json!({"sub": user.id, "session": {}, "user": {}}),
            "session_cache_token",
        ),
    ] {
        let token = issuer.sign(payload.clone()).await;
        assert_eq!(verdict(&app, &user.id, &token).await, expected, "{payload}");
    }
}
