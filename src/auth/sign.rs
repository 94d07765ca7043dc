//! Makes tokens with the shared secret: for development and tests. Better Auth makes everybody else's.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::Authenticator;
use crate::domain::UserId;

/// Why no token was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error(
        "there is no secret to sign with: set BETTER_AUTH_SECRET (tokens of BETTER_AUTH_URL are signed by Better Auth alone)"
    )]
    NoSecret,
    #[error("a token of {} s would be refused: JWT_MAX_LIFETIME is {} s", .asked.as_secs(), .most.as_secs())]
    TooLong { asked: Duration, most: Duration },
}

impl Authenticator {
    /// Signs a token for `user` with the newest secret (HS256), in whole seconds of `ttl`.
    /// It carries the first configured issuer and audience, so that this server accepts it.
    ///
    /// # Errors
    /// Without a secret, and for a `ttl` that this server would refuse.
    pub fn sign(
        &self,
        user: &UserId,
        email: Option<&str>,
        ttl: Duration,
    ) -> Result<String, SignError> {
        if ttl > self.max_lifetime {
            return Err(SignError::TooLong {
                asked: ttl,
                most: self.max_lifetime,
            });
        }
        let now = self.clock.now().as_seconds();
        let mut claims = Map::new();
        let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        claim("sub", json!(user.as_str()));
        if let Some(email) = email {
            claim("email", json!(email));
        }
        claim("iat", json!(now));
        claim("exp", json!(now.saturating_add_unsigned(ttl.as_secs())));
        let issuer = self.parties.first().map(|party| &party.issuer);
        if let Some(name) = issuer.and_then(|issuer| issuer.names.values().first()) {
            claim("iss", json!(name));
        }
        if let Some(audience) = issuer.and_then(|issuer| issuer.audiences.values().first()) {
            claim("aud", json!(audience));
        }
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let header = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!(
            "{header}.{}",
            encode(Value::Object(claims).to_string().as_bytes())
        );
        let tag = self
            .secrets
            .sign(signed.as_bytes())
            .ok_or(SignError::NoSecret)?;
        Ok(format!("{signed}.{}", encode(tag.as_ref())))
    }
}
