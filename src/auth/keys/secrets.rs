//! The shared secrets of HS256: several while they rotate. Their text is read in `settings`.

use aws_lc_rs::hmac;

use crate::config::Secret;

/// Keys made of secrets, newest first.
pub(in crate::auth) struct Secrets(Vec<hmac::Key>);

impl Secrets {
    /// The raw bytes of each text are the key, as in Better Auth.
    pub(in crate::auth) fn new(newest_first: &[Secret]) -> Self {
        let key = |secret: &Secret| hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        Self(newest_first.iter().map(key).collect())
    }

    pub(in crate::auth) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In constant time for each secret.
    pub(in crate::auth) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0
            .iter()
            .any(|key| hmac::verify(key, message, signature).is_ok())
    }

    /// Signs with the newest secret; `None` without one.
    pub(in crate::auth) fn sign(&self, message: &[u8]) -> Option<hmac::Tag> {
        self.0.first().map(|key| hmac::sign(key, message))
    }
}
