//! Opaque session tokens and cookies, resolved by a server that answers like `get-session`.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::server::{Answer, Server};
use super::signer::{Signer, key_set};
use super::{ORIGIN, ask, authenticator_at, claims, clock, reason};
use crate::auth::{Authenticator, TokenRefusal};
use crate::clock::Clock;
use crate::config::AuthSettings;

pub(super) const OPAQUE: &str = "Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3Yh";
const SIGNED: &str = "Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3Yh.a+b/c=";

pub(super) fn set_up(server: &Server, sessions: bool) -> (Arc<Authenticator>, Clock) {
    let clock = clock();
    let settings = AuthSettings {
        better_auth_url: Some(ORIGIN.to_owned()),
        jwks_url: Some(format!("{}/api/auth/jwks", server.url())),
        better_auth_sessions: sessions,
        ..AuthSettings::default()
    };
    (authenticator_at(&settings, &clock), clock)
}

pub(super) fn session(changes: &Value) -> Answer {
    let mut answer = json!({
        "session": {"expiresAt": "2026-11-30T12:00:00.000Z", "userId": "ada", "id": "s1", "token": OPAQUE},
        "user": {"id": "ada", "email": "ada@example.com", "name": "Ada", "image": null},
    });
    for (path, value) in changes.as_object().unwrap() {
        *answer.pointer_mut(path).unwrap() = value.clone();
    }
    Answer::ok(answer.to_string())
}

fn with_cookie(cookie: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
}

#[tokio::test]
async fn sessions_are_off_unless_asked_for() {
    let server = Server::start(session(&json!({}))).await;
    let (auth, _) = set_up(&server, false);
    assert_eq!(reason(&auth, OPAQUE).await, "opaque_session_token");
    assert_eq!(reason(&auth, SIGNED).await, "signed_session_token");
    let cookie = with_cookie(&format!("better-auth.session_token={SIGNED}"));
    assert_eq!(
        auth.authenticate(&cookie, None).await,
        Err(TokenRefusal::Missing)
    );
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_session_is_resolved_once_and_out_within_30_s_of_its_end() {
    let server = Server::start(session(&json!({}))).await;
    let (auth, clock) = set_up(&server, true);
    let caller = ask(&auth, OPAQUE).await.unwrap();
    assert_eq!(caller.user.as_str(), "ada");
    assert_eq!(caller.email.as_deref(), Some("ada@example.com"));
    assert_eq!(caller.expires_at, clock.now().plus(Duration::from_secs(30)));
    let (uri, headers) = server.last_request();
    assert_eq!(uri, "/api/auth/get-session?disableCookieCache=true");
    assert_eq!(headers["authorization"], format!("Bearer {OPAQUE}"));
    assert!(!headers.contains_key("cookie"));

    server.answer(Answer::ok("null"));
    clock.advance(Duration::from_secs(29));
    assert_eq!(reason(&auth, OPAQUE).await, "accepted");
    assert_eq!(server.hits(), 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(reason(&auth, OPAQUE).await, "session_unknown");
    assert_eq!(reason(&auth, OPAQUE).await, "session_unknown");
    assert_eq!(server.hits(), 2);
    server.answer(session(&json!({})));
    clock.advance(Duration::from_secs(5));
    assert_eq!(reason(&auth, OPAQUE).await, "accepted");
}

#[tokio::test]
async fn a_signed_token_travels_as_a_cookie_too_and_a_cookie_as_itself() {
    let server = Server::start(session(&json!({}))).await;
    let (auth, _) = set_up(&server, true);
    assert_eq!(reason(&auth, SIGNED).await, "accepted");
    let (_, headers) = server.last_request();
    assert_eq!(
        headers["cookie"],
        "better-auth.session_token=Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3Yh.a%2Bb%2Fc%3D; \
         __Secure-better-auth.session_token=Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3Yh.a%2Bb%2Fc%3D"
    );
    let cookie =
        with_cookie("theme=dark; __Secure-my.session_token=x.y%3D; better-auth.session_data=z");
    auth.authenticate(&cookie, None).await.unwrap();
    let (_, headers) = server.last_request();
    assert_eq!(headers["cookie"], "__Secure-my.session_token=x.y%3D");
    assert!(!headers.contains_key("authorization"));

    // A token that was sent on purpose decides, even a bad one.
    let mut both = cookie;
    both.insert(
        header::AUTHORIZATION,
        HeaderValue::from_static("Bearer a.b.c"),
    );
    let refusal = auth.authenticate(&both, None).await.unwrap_err();
    assert_eq!(refusal.reason().code(), "malformed_token");
    for cookie in [
        "theme=dark",
        "better-auth.session_token=",
        "session_token=x",
    ] {
        let found = auth.authenticate(&with_cookie(cookie), None).await;
        assert_eq!(found, Err(TokenRefusal::Missing), "{cookie}");
    }
}

#[tokio::test]
async fn answers_that_are_no_session() {
    let server = Server::start(Answer::ok("null")).await;
    let (auth, clock) = set_up(&server, true);
    for (answer, expected) in [
        (Answer::ok("null"), "session_unknown"),
        (Answer::status(401), "session_unknown"),
        (
            session(&json!({"/session/expiresAt": "2026-11-23T12:00:00Z"})),
            "session_unknown",
        ),
        (
            session(&json!({"/session/expiresAt": "soon"})),
            "session_unknown",
        ),
        (
            session(&json!({"/session/userId": "bob"})),
            "session_unknown",
        ),
        (
            session(&json!({"/user/id": "", "/session/userId": ""})),
            "session_unknown",
        ),
        (session(&json!({"/user/email": null})), "accepted"),
        (session(&json!({"/user/id": 7})), "sessions_unavailable"),
        (Answer::ok("<html>"), "sessions_unavailable"),
        (Answer::status(500), "sessions_unavailable"),
        (
            Answer::status(302).header("location", "/login"),
            "sessions_unavailable",
        ),
        (Answer::status(404), "sessions_unavailable"),
        (
            Answer::ok(vec![b' '; 2 * 1024 * 1024]),
            "sessions_unavailable",
        ),
    ] {
        server.answer(answer);
        clock.advance(Duration::from_secs(30));
        assert_eq!(reason(&auth, OPAQUE).await, expected);
    }
    server.answer(Answer::status(429).header("x-retry-after", "7"));
    let refusal = ask(&auth, SIGNED).await.unwrap_err();
    assert!(
        matches!(refusal, TokenRefusal::KeysUnavailable { retry_after, .. } if retry_after.as_secs() == 7),
        "{refusal:?}"
    );
    assert!(!format!("{refusal:?}").contains(OPAQUE));
}

#[tokio::test]
async fn a_jwt_is_still_verified_by_its_signature() {
    let key = Signer::new("EdDSA", "k1");
    let server = Server::start(Answer::ok(key_set(&[&key]))).await;
    let (auth, _) = set_up(&server, true);
    auth.refresh().await;
    let token = key.token(&claims(&json!({})));
    assert_eq!(reason(&auth, &token).await, "accepted");
    assert_eq!(server.hits(), 1);
}
