//! Tokens of real Better Auth servers, the newest and an older one, by what is special about the server. This file
//! holds what these tests share. Tokens that no such server issues are tested in `auth`.

mod algorithms;
mod example;
mod guide;
mod keys;
mod not_logins;
mod program;
mod sessions;
mod shapes;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::config::AuthSettings;
use tickbox::secret::Secret;

use crate::support::TestApp;
use crate::support::better_auth::{BetterAuth, SECRET, User};

/// What the author of an app sets, and nothing else.
fn url_alone(issuer: &BetterAuth) -> AuthSettings {
    AuthSettings {
        better_auth_url: Some(issuer.url.clone()),
        ..AuthSettings::default()
    }
}

/// The shared secret, as many projects have it.
fn secret_alone() -> AuthSettings {
    AuthSettings {
        better_auth_secret: Some(Secret::new(SECRET)),
        ..AuthSettings::default()
    }
}

/// An app that trusts the issuer.
async fn app_of(issuer: &BetterAuth) -> TestApp {
    TestApp::trusting(&url_alone(issuer)).await
}

/// A server of each version with the same options.
async fn of_both_versions(options: Value) -> Vec<BetterAuth> {
    BetterAuth::start_all(vec![options.clone(), old(options)]).await
}

/// The same options for a server of the old version.
fn old(mut options: Value) -> Value {
    options["version"] = json!("1.3");
    options
}

/// What becomes of a request for one's own tasks: `accepted`, or the reason of the refusal.
async fn verdict(app: &TestApp, user: &str, token: &str) -> String {
    told(app, user, token).await.0
}

/// The reason of a refusal, and its explanation.
async fn told(app: &TestApp, user: &str, token: &str) -> (String, String) {
    let client = app.nobody().with_token(token);
    let answer = client.get(&format!("/api/{user}/tasks")).await;
    assert!(!answer.text.contains(token), "{}", answer.text);
    if answer.status == StatusCode::OK {
        return ("accepted".to_owned(), String::new());
    }
    let status = answer.status;
    let challenge = answer.header("www-authenticate").is_some();
    assert_eq!(
        challenge,
        status == StatusCode::UNAUTHORIZED,
        "{}",
        answer.text
    );
    let body = answer.expect(status);
    let details = &body["error"]["details"];
    let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
    match status {
        StatusCode::UNAUTHORIZED => (text("reason"), text("explanation")),
        other => (other.as_str().to_owned(), text("explanation")),
    }
}

/// Signs somebody up and sees the token of the server accepted, for this user and for nobody else.
async fn a_stranger_is_let_in(app: &TestApp, issuer: &BetterAuth, name: &str) -> User {
    let user = issuer.sign_up(name).await;
    let token = issuer.token(&user).await;
    assert_eq!(verdict(app, &user.id, &token).await, "accepted");
    assert_eq!(verdict(app, "somebody-else", &token).await, "404");
    user
}
