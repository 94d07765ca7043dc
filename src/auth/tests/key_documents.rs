//! What key sets may hold, where they may lie, and whose tokens they verify.

use serde_json::json;

use super::key_sets::{Running, serving, stock};
use super::server::{Answer, Server};
use super::signer::{Signer, key_set};
use super::{ORIGIN, authenticator, claims, keys_at, reason};
use crate::config::AuthSettings;

#[tokio::test]
async fn one_odd_key_never_spoils_the_set() {
    let (good, twin) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k1"));
    let mut odd = vec![
        json!(null),
        json!("key"),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256"}),
        json!({"kty": "OKP", "crv": "Ed448", "kid": "448", "x": "AAAA"}),
        json!({"kty": "OKP", "crv": "Ed25519", "kid": 7, "x": good.jwk["x"]}),
    ];
    odd.push(good.jwk.clone());
    odd.push(twin.jwk.clone());
    let server = Server::start(Answer::ok(json!({"keys": odd, "more": 1}).to_string())).await;
    let running = Running::ready(&server).await;
    assert_eq!(running.reason(&stock(&good)).await, "accepted");
    assert_eq!(running.reason(&stock(&twin)).await, "bad_signature");
    let report = running.auth.refresh().await.remove(0);
    assert_eq!((report.keys, report.skipped.len()), (1, 6));
    insta::assert_snapshot!(report.skipped.join("\n"), @r#"
    key 0: it is not a JSON object
    key 1: it is not a JSON object
    key 2: it is a shared secret, which has no place in a key set
    key 3: its curve "Ed448" is not supported
    key 4: invalid type: integer `7`, expected a string
    key 6: its kid is taken by an earlier key
    "#);
}

#[tokio::test]
async fn a_token_without_kid_needs_the_only_key_that_fits() {
    let (one, two) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let other = Signer::new("ES256", "k3");
    let server = Server::start(serving(&[&one, &other])).await;
    let running = Running::ready(&server).await;
    let text = claims(&json!({})).to_string();
    let bare = |signer: &Signer| signer.token_of(&json!({"alg": signer.alg}).to_string(), &text);
    assert_eq!(running.reason(&bare(&one)).await, "accepted");
    assert_eq!(running.reason(&bare(&other)).await, "accepted");
    assert_eq!(running.reason(&bare(&two)).await, "bad_signature");
    assert_eq!(
        running.reason(&bare(&Signer::new("ES384", "x"))).await,
        "unknown_key"
    );
    server.answer(serving(&[&one, &two]));
    running.auth.refresh().await;
    assert_eq!(running.reason(&bare(&two)).await, "key_id_missing");
}

#[tokio::test]
async fn answers_that_are_no_key_set() {
    let key = Signer::new("EdDSA", "k1");
    let many: Vec<_> = (0..1001).map(|kid| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid.to_string(), "x": key.jwk["x"]})).collect();
    let server = Server::start(Answer::ok("")).await;
    let auth = authenticator(&keys_at(&server));
    let mut told = Vec::new();
    for answer in [
        Answer::status(404),
        Answer::status(302).header("location", "https://evil.example/jwks"),
        Answer::status(429),
        Answer::status(204),
        Answer::ok("<html>"),
        Answer::ok("[]"),
        Answer::ok(r#"{"keys":{}}"#),
        Answer::ok(vec![b' '; 1024 * 1024 + 1]),
        Answer::ok(json!({"keys": many}).to_string())
            .header("date", "Mon, 23 Nov 2026 12:01:30 GMT"),
    ] {
        server.answer(answer);
        let report = auth.refresh().await.remove(0);
        told.push(format!(
            "{} keys, {} skipped, skew {:?}: {}",
            report.keys,
            report.skipped.len(),
            report.clock_skew_seconds.filter(|skew| *skew == 90),
            report.problem.unwrap_or_default()
        ));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    0 keys, 0 skipped, skew None: the answer is 404 Not Found: the path must be exactly {basePath}/jwks without a trailing slash; is the jwt plugin installed, and are its jwksPath and remoteUrl unset?
    0 keys, 0 skipped, skew None: the answer is 302 Found, a redirect to https://evil.example/jwks; redirects are not followed: set JWKS_URL to the final address
    0 keys, 0 skipped, skew None: the answer is 429 Too Many Requests: Better Auth's rate limit
    0 keys, 0 skipped, skew None: the answer is 204 No Content
    0 keys, 0 skipped, skew None: the answer is not JSON (expected value at line 1 column 1)
    0 keys, 0 skipped, skew None: the answer has no list named keys
    0 keys, 0 skipped, skew None: the answer has no list named keys
    0 keys, 0 skipped, skew None: the answer is larger than 1048576 bytes
    1000 keys, 1 skipped, skew Some(90):
    ");
}

#[tokio::test]
async fn a_file_is_a_key_set_too() {
    let key = Signer::new("PS256", "k1");
    let path = std::env::temp_dir().join(format!("tickbox-jwks-{}.json", std::process::id()));
    for address in [
        path.display().to_string(),
        format!("file://{}", path.display()),
    ] {
        let auth = authenticator(&AuthSettings {
            jwks_url: Some(address),
            jwt_issuer: Some(ORIGIN.to_owned()),
            ..AuthSettings::default()
        });
        let report = auth.refresh().await.remove(0);
        assert!(report.problem.unwrap().contains("cannot be read"));
        std::fs::write(&path, key_set(&[&key])).unwrap();
        assert_eq!(auth.refresh().await[0].problem, None);
        assert_eq!(reason(&auth, &stock(&key)).await, "accepted");
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn no_issuer_speaks_for_another() {
    let (ours, theirs) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k1"));
    let (first, second) = (
        Server::start(serving(&[&ours])).await,
        Server::start(serving(&[&theirs])).await,
    );
    let auth = authenticator(&AuthSettings {
        better_auth_url: Some(format!("{},{}/auth", first.url(), second.url())),
        ..AuthSettings::default()
    });
    let reports = auth.refresh().await;
    assert_eq!(reports.len(), 2);
    assert_eq!(second.last_request().0, "/auth/jwks");
    let token = |signer: &Signer, iss: &Server, aud: &Server| {
        signer.token(&claims(&json!({"iss": iss.url(), "aud": aud.url()})))
    };
    for (token, expected) in [
        (token(&ours, &first, &first), "accepted"),
        (token(&theirs, &second, &second), "accepted"),
        (token(&theirs, &first, &first), "bad_signature"),
        (token(&ours, &second, &second), "bad_signature"),
        (token(&ours, &first, &second), "audience_mismatch"),
    ] {
        assert_eq!(reason(&auth, &token).await, expected);
    }
}
