//! What `doctor` shows.

use std::fmt::Write;

use serde_json::json;

use super::server::{Answer, Server};
use super::signer::{Signer, key_set};
use super::{NOW, ask, authenticator, claims, hs256, keys_at, secret_only};
use crate::auth::{Authenticator, Outcome};
use crate::config::AuthSettings;

/// One line for each step; the cure follows an arrow.
async fn told(auth: &Authenticator, token: &str) -> String {
    let mut text = String::new();
    for step in auth.explain(token).await {
        let mark = match step.outcome {
            Outcome::Passed => "+",
            Outcome::Failed => "!",
            Outcome::Skipped => "-",
        };
        let arrow = if step.cure.is_empty() { "" } else { " -> " };
        writeln!(
            text,
            "{mark} {} {}{arrow}{}",
            step.name, step.detail, step.cure
        )
        .unwrap();
    }
    text
}

#[tokio::test]
async fn a_good_token_passes_every_rule() {
    let auth = authenticator(&secret_only());
    let token = hs256(&claims(&json!({})));
    insta::assert_snapshot!(told(&auth, &token).await, @"
    + form 287 bytes in three parts
    + header no kid
    + alg HS256
    + claims 6 claims
    + crit absent
    + typ absent or JWT
    + key configured a secret
    + purpose a login
    + exp 2026-11-23T12:15:00.000000Z
    + nbf absent
    + iat 1795435200
    + lifetime at most 604800 s
    + iss https://app.example.com, not checked
    + aud https://app.example.com, not checked
    + identity TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
    + signature good
    ");
    let with_scheme = format!(" bearer {token}\n");
    assert_eq!(told(&auth, &with_scheme).await, told(&auth, &token).await);
}

#[tokio::test]
async fn every_broken_rule_is_told_not_only_the_first() {
    let key = Signer::new("EdDSA", "k1");
    let server = Server::start(Answer::ok(key_set(&[&key]))).await;
    let auth = authenticator(&keys_at(&server));
    let stranger = Signer::new("EdDSA", "k2");
    let token = stranger.token(&claims(&json!({
        "exp": 3600, "aud": "https://app.example.com/", "nbf": NOW + 3600, "sub": null,
    })));
    let told = told(&auth, &token)
        .await
        .replace(&server.url(), "http://issuer");
    insta::assert_snapshot!(told, @"
    + form 306 bytes in three parts
    + header kid k2
    + alg EdDSA
    + claims 6 claims
    + crit absent
    + typ absent or JWT
    + key configured public keys
    + purpose a login
    ! exp exp is 1970-01-01T01:00:00.000000Z, the token was never valid -> jwt.expirationTime wants a string such as '7d': a number is an absolute time
    ! nbf the token is not valid before 2026-11-23T13:00:00.000000Z, it is now 2026-11-23T12:00:00.000000Z -> compare the clocks of both servers
    + iat 1795435200
    + lifetime at most 604800 s
    + iss https://app.example.com
    ! aud aud is https://app.example.com/, expected https://app.example.com (they differ in a trailing slash): set JWT_AUDIENCE here, or baseURL (or the jwt plugin's audience) there
    ! identity the token has no sub (nor user_id) -> put the user's id into sub; id, userId and email are never an identity
    ! signature http://issuer/api/auth/jwks has no key with kid k2 for EdDSA -> the key was withdrawn, or the token is from another server; get a new token from GET /api/auth/token
    ");
}

#[tokio::test]
async fn an_audience_is_not_blamed_for_the_issuer() {
    let auth = authenticator(&AuthSettings {
        jwt_issuer: Some("https://a.example".to_owned()),
        jwt_audience: Some("tasks".to_owned()),
        ..secret_only()
    });
    for (aud, expected) in [
        ("tasks", "+ aud tasks"),
        (
            "mail",
            "! aud aud is mail, expected tasks: set JWT_AUDIENCE here, or baseURL (or the jwt plugin's audience) there",
        ),
    ] {
        let token = hs256(&claims(&json!({"iss": "https://b.example", "aud": aud})));
        let told = told(&auth, &token).await;
        assert!(
            told.contains("! iss iss is https://b.example, expected https://a.example"),
            "{told}"
        );
        assert!(told.lines().any(|line| line == expected), "{told}");
        assert!(told.ends_with("+ signature good\n"), "{told}");
    }
}

#[tokio::test]
async fn what_is_no_jwt_is_named() {
    let auth = authenticator(&secret_only());
    insta::assert_snapshot!(told(&auth, "Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3Yh").await, @"
    ! form this is an opaque Better Auth session token, not a JWT -> call GET /api/auth/token (jwt plugin) and send the token it answers
    - header 
    - alg 
    - claims 
    - crit 
    - typ 
    - key configured 
    - purpose 
    - exp 
    - nbf 
    - iat 
    - lifetime 
    - iss 
    - aud 
    - identity 
    - signature
    ");
}

#[tokio::test]
async fn keys_that_are_not_there_yet_are_fetched() {
    let key = Signer::new("EdDSA", "k1");
    let server = Server::start(Answer::ok(key_set(&[&key]))).await;
    let auth = authenticator(&keys_at(&server));
    let steps = auth.explain(&key.token(&claims(&json!({})))).await;
    assert!(
        steps.iter().all(|step| step.outcome == Outcome::Passed),
        "{steps:?}"
    );
    assert_eq!(server.hits(), 1);
}

/// The first failed step is what a request is refused for.
#[tokio::test]
async fn explain_and_authenticate_agree() {
    let auth = authenticator(&secret_only());
    for changes in [
        json!({}),
        json!({"exp": NOW}),
        json!({"exp": 5}),
        json!({"sub": ""}),
        json!({"session": {}, "user": {}}),
        json!({"nbf": "x"}),
        json!({"type": "invite"}),
    ] {
        let token = hs256(&claims(&changes));
        let first = auth
            .explain(&token)
            .await
            .into_iter()
            .find_map(|step| step.reason);
        let refused = ask(&auth, &token)
            .await
            .err()
            .map(|refusal| refusal.reason().code());
        assert_eq!(first, refused, "{changes}");
    }
}

/// `nbf` and `iat` are looked at before the signature is: anybody can send them.
#[tokio::test]
async fn a_moment_at_the_end_of_all_years_can_be_told() {
    let auth = authenticator(&secret_only());
    for far in [1e11, 1e12, 1e15, 1e300] {
        for name in ["exp", "nbf", "iat"] {
            let token = hs256(&claims(&json!({ name: far })));
            assert!(ask(&auth, &token).await.is_err(), "{name} {far}");
            assert!(!auth.explain(&token).await.is_empty());
        }
    }
}
