//! Tickets: short-lived, single-use replacements for a token, for clients that cannot send one (`EventSource` in
//! browsers).

use std::time::Duration;

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Tasks;
use crate::clock::Timestamp;
use crate::domain::SpaceId;
use crate::error::{Error, Result};

/// How long a ticket waits to be taken.
const LIFETIME: Duration = Duration::from_secs(30);

/// The random bytes of a ticket: too many to guess.
const BYTES: usize = 32;

/// A new ticket. Its text is known to its holder alone.
pub struct Ticket {
    pub text: String,
    pub expires_at: Timestamp,
}

impl Tasks {
    /// A ticket for somebody who may listen until `access_until`.
    pub async fn make_ticket(&self, space: &SpaceId, access_until: Timestamp) -> Result<Ticket> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes).map_err(|_| Error::Internal("no randomness".into()))?;
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.clock.now();
        let expires_at = now.plus(LIFETIME);
        self.store
            .keep_ticket(space, &hash(&text), expires_at, access_until, now)
            .await?;
        Ok(Ticket { text, expires_at })
    }

    /// Until when the ticket's holder may listen; `None` if it is not one of this space, or too old, or was taken
    /// before.
    pub async fn take_ticket(&self, space: &SpaceId, text: &str) -> Result<Option<Timestamp>> {
        self.store
            .take_ticket(space, &hash(text), self.clock.now())
            .await
    }
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
