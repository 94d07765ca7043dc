//! The shared secrets of HS256: several while they rotate. Their text is read in `settings`.

use aws_lc_rs::hmac;

/// Keys made of secrets, newest first.
pub(in crate::auth) struct Secrets(Vec<hmac::Key>);

impl Secrets {
    /// The bytes are the key as they are, as in Better Auth.
    pub(in crate::auth) fn new<'a>(newest_first: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(
            newest_first
                .map(|bytes| hmac::Key::new(hmac::HMAC_SHA256, bytes))
                .collect(),
        )
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
