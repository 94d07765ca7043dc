//! Every algorithm that a Better Auth server signs with, each with a server of its own.

use serde_json::{Value, json};

use super::{a_stranger_is_let_in, app_of, old};
use crate::support::better_auth::BetterAuth;

/// Those of the plugin's types; then those that it takes without naming them.
const ALGORITHMS: [&str; 9] = [
    "EdDSA", "ES256", "ES512", "RS256", "PS256", "Ed25519", "ES384", "RS512", "PS512",
];

fn signing_with(algorithm: &str) -> Value {
    json!({"jwt": {"jwks": {"keyPairConfig": {"alg": algorithm}}}})
}

async fn each_is_accepted(options: impl Fn(&str) -> Value) {
    let issuers = BetterAuth::start_all(ALGORITHMS.map(options).into()).await;
    for (issuer, algorithm) in issuers.iter().zip(ALGORITHMS) {
        let app = app_of(issuer).await;
        let user = a_stranger_is_let_in(&app, issuer, "Ada").await;
        let token = issuer.token(&user).await;
        let header = token.split('.').next().unwrap();
        let steps = app.app.authenticator.explain(&token).await;
        let alg = steps.iter().find(|step| step.name == "alg").unwrap();
        assert_eq!(alg.detail, algorithm, "{header}");
        // Keys are cached: a handful of requests does not mean a handful of fetches.
        let fetches = issuer.requests("/api/auth/jwks").await;
        assert!((1..=2).contains(&fetches), "{fetches} fetches");
    }
}

#[tokio::test]
async fn each_algorithm_of_the_newest_version_is_accepted() {
    each_is_accepted(signing_with).await;
}

#[tokio::test]
async fn each_algorithm_of_1_3_is_accepted() {
    each_is_accepted(|algorithm| old(signing_with(algorithm))).await;
}

/// The live key is used on, so that one server mixes algorithms over time.
#[tokio::test]
async fn a_configured_algorithm_that_changes_does_not_lock_anybody_out() {
    let first = BetterAuth::start(signing_with("EdDSA")).await;
    let mut options = signing_with("RS256");
    options["tables"] = {
        first.token(&first.sign_up("Ada").await).await;
        first.tables().await
    };
    let second = BetterAuth::start(options).await;
    let app = app_of(&second).await;
    let user = a_stranger_is_let_in(&app, &second, "Bob").await;
    let token = second.token(&user).await;
    let steps = app.app.authenticator.explain(&token).await;
    assert!(steps.iter().any(|step| step.detail == "EdDSA"), "{steps:?}");
}
