//! Every reason for which a request has no caller, at the door: what the answer says of it, and that it is counted
//! under its name. What the rules are is tested in `auth`.

use std::collections::BTreeSet;
use std::fs;

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tickbox::auth::Reason;
use tickbox::config::AuthSettings;
use tickbox::secret::Secret;

use crate::support::better_auth::BetterAuth;
use crate::support::exposition::Exposition;
use crate::support::process::Tickbox;
use crate::support::{SECRET, TestApp};

const REFUSALS: &str = "tickbox_auth_refusals_total";

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Issuer and audience of the made-up tokens.
const ORIGIN: &str = "https://app.example.com";

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a stock token, with `changes` on top; a change to `null` takes the claim out.
fn claims(now: i64, changes: &Value) -> String {
    let mut claims = json!({
        "iat": now, "exp": now + 900, "iss": ORIGIN, "aud": ORIGIN, "sub": "ada",
    });
    for (name, value) in changes.as_object().unwrap() {
        let members = claims.as_object_mut().unwrap();
        members.insert(name.clone(), value.clone());
        members.retain(|_, value| !value.is_null());
    }
    claims.to_string()
}

/// A token that the tests' secret has signed, whatever its header says.
fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encode(tag))
}

fn refusals(app: &TestApp, reason: &str) -> u64 {
    let metrics = Exposition::read(&app.app.metrics_text());
    metrics.count(REFUSALS, &[("reason", reason)])
}

/// Sends it, and sees the refusal in the answer and in the metrics: once, and under no other reason.
async fn refused(app: &TestApp, request: Request<Body>, reason: &str) {
    let all = || -> u64 {
        let each = Reason::ALL.iter();
        each.map(|reason| refusals(app, reason.code())).sum()
    };
    let before = (refusals(app, reason), all());
    let answer = app.nobody().send(request).await;
    let status = answer.status;
    let expected = if reason.ends_with("_unavailable") {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::UNAUTHORIZED
    };
    let challenge = answer.header("www-authenticate").is_some();
    let later = answer.header("retry-after").is_some();
    let body = answer.expect(expected);
    assert_eq!(body["error"]["details"]["reason"], reason, "{body:#}");
    let explanation = body["error"]["details"]["explanation"].as_str().unwrap();
    assert!(!explanation.is_empty(), "{body:#}");
    let unauthorized = status == StatusCode::UNAUTHORIZED;
    assert_eq!(
        (challenge, later),
        (unauthorized, !unauthorized),
        "{reason}"
    );
    let after = (refusals(app, reason), all());
    assert_eq!(after, (before.0 + 1, before.1 + 1), "{reason}");
}

fn asking() -> axum::http::request::Builder {
    Request::get("/api/ada/tasks")
}

async fn token_refused(app: &TestApp, token: &str, reason: &str) {
    let request = asking().header("authorization", format!("Bearer {token}"));
    refused(app, request.body(Body::empty()).unwrap(), reason).await;
}

/// What a server with a secret alone refuses: the reason, the header of the token, and its claims.
fn bad_for_a_secret(now: i64) -> Vec<(&'static str, &'static str, String)> {
    let plain = r#"{"alg":"HS256"}"#;
    let header = |reason, header| (reason, header, claims(now, &json!({})));
    let with = |reason, changes: Value| (reason, plain, claims(now, &changes));
    vec![
        header("algorithm_refused", r#"{"alg":"none"}"#),
        header("critical_header", r#"{"alg":"HS256","crit":["exp"]}"#),
        header("foreign_type", r#"{"alg":"HS256","typ":"at+jwt"}"#),
        header("no_keys_configured", r#"{"alg":"EdDSA","kid":"k1"}"#),
        (
            "duplicate_name",
            plain,
            r#"{"sub":"ada","sub":"eve"}"#.to_owned(),
        ),
        with("session_cache_token", json!({"session": {}, "user": {}})),
        (
            "email_verification_token",
            plain,
            json!({"email": "ada@example.com", "iat": now, "exp": now + 900}).to_string(),
        ),
        with("foreign_purpose", json!({"type": "switch"})),
        with("claim_missing", json!({"exp": null})),
        with("claim_malformed", json!({"exp": "15m"})),
        with("token_expired", json!({"iat": now - 900, "exp": now - 1})),
        with("exp_before_2001", json!({"exp": 900})),
        with("lifetime_too_long", json!({"exp": now * 1000})),
        with("not_yet_valid", json!({"nbf": now + 600})),
        with("issued_in_the_future", json!({"iat": now + 600})),
        with("identity_missing", json!({"sub": null, "id": "ada"})),
        with("identity_conflict", json!({"user_id": "eve"})),
        with("identity_invalid", json!({"sub": ""})),
    ]
}

/// What is not even a token of three parts; shapes that clients of Better Auth send by mistake.
fn no_tokens() -> Vec<(&'static str, String)> {
    let session = "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv";
    let cache = json!({"session": {"session": {}, "user": {}}, "expiresAt": 1}).to_string();
    let encrypted = json!({"alg": "dir", "enc": "A256CBC-HS512"}).to_string();
    vec![
        ("opaque_session_token", session.to_owned()),
        (
            "signed_session_token",
            format!("{session}.c2lnbmF0dXJl+/8="),
        ),
        ("session_cache_cookie", encode(cache)),
        (
            "encrypted_token",
            format!("{}..aXY.dGV4dA.dGFn", encode(encrypted)),
        ),
        ("not_a_jwt", "undefined".to_owned()),
        ("malformed_token", "a.b.c".to_owned()),
        ("token_too_large", "x".repeat(9000)),
    ]
}

/// A file with two keys that fit `EdDSA` (RFC 8037 §A.2, and another point of the curve).
fn keys_in(directory: &TempDir) -> AuthSettings {
    let okp = |kid, x| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x});
    let keys = json!({"keys": [
        okp("k1", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
        okp("k2", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"),
    ]});
    let path = directory.path().join("jwks.json");
    fs::write(&path, keys.to_string()).unwrap();
    AuthSettings {
        jwks_url: Some(path.display().to_string()),
        jwt_issuer: Some(ORIGIN.to_owned()),
        jwt_audience: Some(ORIGIN.to_owned()),
        ..AuthSettings::default()
    }
}

/// What a server with public keys alone refuses: the reason, the header of the token, and what its claims change.
fn bad_for_keys() -> [(&'static str, &'static str, Value); 7] {
    let known = r#"{"alg":"EdDSA","kid":"k1"}"#;
    [
        ("no_secret_configured", r#"{"alg":"HS256"}"#, json!({})),
        (
            "issuer_mismatch",
            known,
            json!({"iss": "https://evil.example"}),
        ),
        (
            "audience_mismatch",
            known,
            json!({"aud": format!("{ORIGIN}/")}),
        ),
        ("key_id_missing", r#"{"alg":"EdDSA"}"#, json!({})),
        ("unknown_key", r#"{"alg":"EdDSA","kid":"k3"}"#, json!({})),
        (
            "algorithm_does_not_fit_key",
            r#"{"alg":"ES256","kid":"k1"}"#,
            json!({}),
        ),
        ("bad_signature", known, json!({})),
    ]
}

/// One request for each reason there is.
#[tokio::test]
async fn every_refusal_names_its_reason_and_is_counted_under_it() {
    let mut seen = BTreeSet::new();

    let secret = TestApp::trusting(&AuthSettings {
        better_auth_secret: Some(Secret::new(SECRET)),
        ..AuthSettings::default()
    })
    .await;
    let now = secret.app.clock.now().as_seconds();
    let good = signed(r#"{"alg":"HS256"}"#, &claims(now, &json!({})));
    let accepted = secret.nobody().with_token(good.as_str());
    assert_eq!(accepted.get("/api/ada/tasks").await.status, StatusCode::OK);
    let nothing = asking().body(Body::empty()).unwrap();
    refused(&secret, nothing, "missing_token").await;
    let twice = asking()
        .header("authorization", format!("Bearer {good}"))
        .header("authorization", format!("Bearer {good}"));
    let twice = twice.body(Body::empty()).unwrap();
    refused(&secret, twice, "several_authorization_headers").await;
    seen.extend(["missing_token", "several_authorization_headers"]);
    for (reason, token) in no_tokens() {
        token_refused(&secret, &token, reason).await;
        seen.insert(reason);
    }
    for (reason, header, claims) in bad_for_a_secret(now) {
        token_refused(&secret, &signed(header, &claims), reason).await;
        seen.insert(reason);
    }

    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let keys = TestApp::trusting(&keys_in(&directory)).await;
    for (reason, header, changes) in bad_for_keys() {
        let token = signed(header, &claims(now, &changes));
        token_refused(&keys, &token, reason).await;
        seen.insert(reason);
    }

    let issuer = BetterAuth::start(json!({"bearer": true})).await;
    for (url, of_keys, of_sessions) in [
        (issuer.url.as_str(), "unknown_key", "session_unknown"),
        (NOWHERE, "keys_unavailable", "sessions_unavailable"),
    ] {
        let app = TestApp::trusting(&AuthSettings {
            better_auth_url: Some(url.to_owned()),
            better_auth_sessions: true,
            ..AuthSettings::default()
        })
        .await;
        let theirs = claims(now, &json!({"iss": url, "aud": url}));
        let token = signed(r#"{"alg":"EdDSA","kid":"k1"}"#, &theirs);
        token_refused(&app, &token, of_keys).await;
        token_refused(&app, "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv", of_sessions).await;
        seen.extend([of_keys, of_sessions]);
    }

    let all: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(seen, all, "each reason has its request here");
}

#[tokio::test]
async fn every_reason_is_there_before_the_first_refusal() {
    let app = TestApp::sqlite().await;
    for reason in Reason::ALL {
        assert_eq!(refusals(&app, reason.code()), 0);
    }
    let metrics = Exposition::read(&app.app.metrics_text());
    assert_eq!(metrics.series(REFUSALS).len(), Reason::ALL.len());
    assert_eq!(metrics.count("tickbox_foreign_paths_total", &[]), 0);
}

/// A token that nobody can judge yet is refused with 503; its line in the log has the reason all the same.
#[tokio::test]
async fn a_refusal_for_want_of_keys_has_its_reason_in_the_log() {
    let mut server = Tickbox::new(["serve"])
        .env("ENVIRONMENT", "production")
        .env("BETTER_AUTH_URL", NOWHERE)
        .env("METRICS_ADDRESS", "127.0.0.1:0")
        .serve()
        .await;
    let ready = server.printed("tickbox is ready on ").await;
    let (_, metrics) = ready.split_once("; metrics: ").unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let now = tickbox::clock::Clock::system().now().as_seconds();
    let theirs = claims(now, &json!({"iss": NOWHERE, "aud": NOWHERE}));
    let token = signed(r#"{"alg":"EdDSA","kid":"k1"}"#, &theirs);
    let tasks = format!("{}/api/ada/tasks", server.url);
    let answer = http.get(tasks).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(!answer.text().await.unwrap().contains("details"));
    server.logged("\"reason\":\"keys_unavailable\"").await;
    let text = http
        .get(metrics)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let labels = [("reason", "keys_unavailable")];
    assert_eq!(Exposition::read(&text).count(REFUSALS, &labels), 1);
}
