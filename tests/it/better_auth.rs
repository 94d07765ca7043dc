//! Tokens of a real Better Auth server, from sign-up to a task.

use serde_json::json;

use crate::support::better_auth::BetterAuth;
use crate::support::process::Tickbox;

/// One person signs up, gets a token as a front end does, and has a task; another one cannot see it.
async fn a_token_works(options: serde_json::Value) {
    let issuer = BetterAuth::start(options).await;
    let server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_URL", &issuer.url)
        .serve()
        .await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ada = issuer.sign_up("Ada").await;
    let eve = issuer.sign_up("Eve").await;
    let (token, foreign) = (issuer.token(&ada).await, issuer.token(&eve).await);

    let tasks = format!("{}/api/{}/tasks", server.url, ada.id);
    let created = http
        .post(&tasks)
        .bearer_auth(&token)
        .body(json!({"title": "Buy milk"}).to_string());
    let created = created
        .header("content-type", "application/json")
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201, "{}", created.text().await.unwrap());
    assert_eq!(
        http.get(&tasks)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        http.get(&tasks)
            .bearer_auth(&foreign)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(
        http.get(&tasks)
            .bearer_auth(&ada.session_token)
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    let ready = http
        .get(format!("{}/ready", server.url))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    // Keys are cached: two users and five requests do not mean five fetches.
    let fetches = issuer.requests("/api/auth/jwks").await;
    assert!((1..=2).contains(&fetches), "{fetches} fetches");
}

#[tokio::test]
async fn a_token_of_the_jwt_plugin_works() {
    a_token_works(json!({})).await;
}

#[tokio::test]
async fn a_token_signed_with_es256_works() {
    a_token_works(json!({"jwt": {"jwks": {"keyPairConfig": {"alg": "ES256"}}}})).await;
}

#[tokio::test]
async fn a_token_signed_with_rs256_works() {
    a_token_works(json!({"jwt": {"jwks": {"keyPairConfig": {"alg": "RS256"}}}})).await;
}
