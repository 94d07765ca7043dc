//! Keys that verify tokens: shared secrets, and the public keys of issuers. The claims of a token are not used here.

pub(super) mod algorithm;
pub(super) mod fetch;
mod flight;
pub(super) mod jwk;
pub(super) mod secrets;
mod set;
pub(super) mod source;

use std::time::Duration;

use crate::clock::Timestamp;

/// Whether tokens can be verified now: for readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysStatus {
    /// Every issuer's key set is loaded and not too old.
    Ready,
    /// At least one issuer's key set is missing; `explanation` says which and why.
    Unavailable { explanation: String },
    /// Only secrets are used: there is nothing to fetch.
    NotNeeded,
}

impl KeysStatus {
    /// The word for `/ready`: `ok` or `unavailable`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ready | Self::NotNeeded => "ok",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

/// How fetching went until now: for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFetches {
    pub fetched: u64,
    pub failed: u64,
    /// When the keys came that are used now; `None` if there are none.
    pub latest: Option<Timestamp>,
}

/// The rhythm of fetching.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Age at which a key set is fetched again, so that withdrawn keys stop working.
    pub(super) refresh: Duration,
    /// Least time between two fetches that requests ask for; counted from one attempt to the next, good or bad.
    pub(super) cool_down: Duration,
    /// Age at which the last good set is no longer used, should the issuer be unreachable.
    pub(super) stale: Duration,
    /// How long a request waits for a fetch.
    pub(super) patience: Duration,
    /// How long a fetch may take.
    pub(super) timeout: Duration,
}

impl Default for Pace {
    /// Better Auth allows 100 requests in 10 s by default: one every 10 s is far below that.
    fn default() -> Self {
        Self {
            refresh: Duration::from_mins(5),
            cool_down: Duration::from_secs(10),
            stale: Duration::from_hours(24),
            patience: Duration::from_secs(2),
            timeout: Duration::from_secs(5),
        }
    }
}
