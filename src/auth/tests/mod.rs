//! Tests of `auth` as a whole, by subject; this file holds what they share. Tests of single rules stand beside the rules.

mod algorithms;
mod corpus;
mod explain;
mod key_documents;
mod key_sets;
mod robust;
mod secret;
mod server;
mod sessions;
mod settings;
mod signer;
mod traces;
mod vectors;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{AuthConfig, Authenticator, Caller, TokenRefusal};
use crate::clock::{Clock, Timestamp};
use crate::config::{AuthSettings, Environment};
use crate::secret::Secret;

/// The moment at which every test stands: 2026-11-23T12:00:00Z.
const NOW: i64 = 1_795_435_200;

const SECRET: &str = "a secret of forty bytes, for tests only!";

const ORIGIN: &str = "https://app.example.com";

fn clock() -> Clock {
    Clock::seeded(Timestamp::from_micros(NOW * 1_000_000), Duration::ZERO)
}

/// Settings with a secret and nothing else.
fn secret_only() -> AuthSettings {
    AuthSettings {
        better_auth_secret: Some(Secret::new(SECRET)),
        ..AuthSettings::default()
    }
}

/// Settings that trust the key set of `server`, under the name of [`ORIGIN`].
fn keys_at(server: &server::Server) -> AuthSettings {
    keys_at_address(server.address)
}

fn keys_at_address(address: SocketAddr) -> AuthSettings {
    AuthSettings {
        better_auth_url: Some(ORIGIN.to_owned()),
        jwks_url: Some(format!("http://{address}/api/auth/jwks")),
        ..AuthSettings::default()
    }
}

fn authenticator(settings: &AuthSettings) -> Arc<Authenticator> {
    authenticator_at(settings, &clock())
}

fn authenticator_at(settings: &AuthSettings, clock: &Clock) -> Arc<Authenticator> {
    let (config, _) = AuthConfig::from_settings(settings, Environment::Development).unwrap();
    Arc::new(Authenticator::new(config, clock.clone()).unwrap())
}

fn bearer(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(header::AUTHORIZATION, value)])
}

async fn ask(authenticator: &Authenticator, token: &str) -> Result<Caller, TokenRefusal> {
    authenticator.authenticate(&bearer(token), None).await
}

/// The reason of a refusal, or `"accepted"`.
async fn reason(authenticator: &Authenticator, token: &str) -> &'static str {
    match ask(authenticator, token).await {
        Ok(_) => "accepted",
        Err(refusal) => refusal.reason().code(),
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of any text, signed with HS256 by `secret`.
fn hs256_of(secret: &[u8], header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encode(tag))
}

fn hs256(claims: &Value) -> String {
    hs256_of(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims.to_string())
}

/// What a stock token claims, with `changes` on top; a change to `null` takes the claim out.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iat": NOW, "exp": NOW + 900, "iss": ORIGIN, "aud": ORIGIN,
        "sub": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv", "email": "ada@example.com",
    });
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}
