//! Who is calling: from the headers of a request to a [`Caller`], or to a [`TokenRefusal`] that gives its reason.
//! What the caller may then do is not decided here, and nothing here knows of routes or status codes.

mod address;
mod bearer;
mod claims;
mod explain;
mod foreign;
mod issuer;
mod keys;
mod memory;
mod reason;
mod refusal;
mod rules;
mod secrets_setting;
mod session;
mod settings;
mod sign;
mod sign_in;
mod strict_json;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::claims::Claims;
pub use self::explain::{IssuerReport, Outcome, Step};
use self::issuer::Issuer;
use self::keys::algorithm::Algorithm;
use self::keys::secrets::Secrets;
use self::keys::source::{Fetching, KeySource, Signed};
pub use self::keys::{KeyFetches, KeysStatus};
use self::memory::{Fingerprint, Memory};
pub use self::reason::Reason;
use self::refusal::Fault;
pub use self::refusal::TokenRefusal;
use self::rules::{RULES, Seen};
use self::session::{Credential, Sessions};
pub use self::settings::AuthConfig;
pub use self::sign::SignError;
pub use self::sign_in::sign_in;
pub use self::token::Facts;
use self::token::{Header, Parts};
use crate::clock::{Clock, Timestamp};
use crate::config::ConfigError;
use crate::domain::UserId;
use crate::trace::Trace;

/// Whoever a verified token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user: UserId,
    /// Display data, never an identity.
    pub email: Option<String>,
    /// When the token expires: a stream that is still open then must end.
    pub expires_at: Timestamp,
}

/// Verifies tokens. Made once and shared behind an `Arc`.
pub struct Authenticator {
    clock: Clock,
    secrets: Secrets,
    parties: Vec<Party>,
    max_lifetime: Duration,
    sessions: Option<Sessions>,
    /// Tokens whose signature was good.
    verified: Memory<Caller>,
    /// Grows with every change of a key set: what older keys have verified must be verified again.
    generation: Arc<AtomicU64>,
}

/// How long a verified token is remembered; a withdrawn key ends that at once.
const REMEMBERED: Duration = Duration::from_mins(1);

/// An issuer with its keys, if it has public ones.
struct Party {
    issuer: Issuer,
    keys: Option<Arc<KeySource>>,
}

impl Authenticator {
    /// Fetches nothing yet: see [`Authenticator::start`].
    pub fn new(config: AuthConfig, clock: Clock) -> Result<Self, ConfigError> {
        if !config.can_verify() {
            return Err(settings::no_way_to_verify());
        }
        let generation = Arc::new(AtomicU64::new(0));
        let source =
            |address| KeySource::new(address, config.pace, clock.clone(), Arc::clone(&generation));
        let parties = config
            .parties
            .into_iter()
            .map(|party| Party {
                issuer: party.issuer,
                keys: party.keys.map(|address| Arc::new(source(address))),
            })
            .collect();
        let sessions = config
            .sessions
            .map(|address| Sessions::new(address, config.pace, clock.clone()));
        Ok(Self {
            secrets: Secrets::new(config.secrets.iter().map(|it| it.expose().as_bytes())),
            parties,
            max_lifetime: config.max_lifetime,
            sessions,
            verified: Memory::new(),
            generation,
            clock,
        })
    }

    /// Fetches key sets in the background, at once and then regularly, until `stop`.
    pub fn start(self: &Arc<Self>, tasks: &TaskTracker, stop: CancellationToken) {
        let sources: Vec<_> = self.sources().map(Arc::clone).collect();
        tasks.spawn(async move {
            join_all(sources.iter().map(|source| source.keep_fresh(&stop))).await;
        });
    }

    /// Whether tokens can be verified now.
    pub fn keys(&self) -> KeysStatus {
        if self.sources().next().is_none() {
            return KeysStatus::NotNeeded;
        }
        let troubles: Vec<String> = self.sources().filter_map(|it| it.trouble()).collect();
        if troubles.is_empty() {
            KeysStatus::Ready
        } else {
            KeysStatus::Unavailable {
                explanation: troubles.join("; "),
            }
        }
    }

    /// How fetching went of each key set.
    pub fn key_fetches(&self) -> impl Iterator<Item = KeyFetches> {
        self.sources().map(|source| source.fetches())
    }

    /// Finds out who sent a request. Whoever is asked for that is told the trace of the request.
    ///
    /// # Errors
    /// A [`TokenRefusal`], which says what the client or the operator can change.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        trace: Option<&Trace>,
    ) -> Result<Caller, TokenRefusal> {
        let token = match bearer::read(headers) {
            Ok(token) => token,
            Err(fault) => {
                let found = self.resolve_cookie(headers, fault, trace).await;
                return found.map_err(|fault| fault.into_refusal(Facts::default));
            }
        };
        let mut found = self.verify(token, trace).await;
        if let (Err(fault), Some(sessions)) = (&found, &self.sessions)
            && session::may_be_one(fault)
        {
            found = sessions.resolve(Credential::Bearer(token), trace).await;
        }
        found.map_err(|fault| fault.into_refusal(|| Facts::of(token)))
    }

    /// A cookie counts only where nothing was sent on purpose.
    async fn resolve_cookie(
        &self,
        headers: &HeaderMap,
        fault: Fault,
        trace: Option<&Trace>,
    ) -> Result<Caller, Fault> {
        match (&self.sessions, Credential::cookie(headers)) {
            (Some(sessions), Some(cookie)) if fault.reason == Reason::MissingToken => {
                sessions.resolve(cookie, trace).await
            }
            _ => Err(fault),
        }
    }

    /// Takes a token at its fingerprint if it was verified a moment ago with the keys of today.
    async fn verify(&self, token: &str, trace: Option<&Trace>) -> Result<Caller, Fault> {
        let key = Fingerprint::of(token);
        let generation = self.generation.load(Ordering::Acquire);
        let now = self.clock.now();
        if let Some(caller) = self.verified.find(&key, generation, now) {
            return Ok(caller);
        }
        let caller = self.verify_anew(token, now, trace).await?;
        let until = caller.expires_at.min(now.plus(REMEMBERED));
        self.verified
            .keep(key, generation, now..until, caller.clone());
        Ok(caller)
    }

    /// Cheap rules first, then the signature; the claims are believed only after it.
    async fn verify_anew(
        &self,
        token: &str,
        now: Timestamp,
        trace: Option<&Trace>,
    ) -> Result<Caller, Fault> {
        let parts = Parts::split(token)?;
        let header = Header::read(parts.header)?;
        // The signature covers these very bytes, so nothing can change between reading and believing them.
        let seen = Seen {
            auth: self,
            algorithm: header.algorithm()?,
            header: &header,
            claims: &Claims::read(parts.claims)?,
            now,
        };
        for (_, rule) in RULES {
            rule(&seen)?;
        }
        self.check_signature(&seen, &parts, Fetching::Background(trace))
            .await?;
        Ok(Caller {
            user: seen.claims.identity()?,
            email: seen.claims.email(),
            expires_at: seen.claims.expiry(seen.now)?,
        })
    }

    /// HS256 is verified with secrets only, everything else with the keys of the token's issuer only.
    async fn check_signature(
        &self,
        seen: &Seen<'_>,
        parts: &Parts<'_>,
        fetching: Fetching<'_>,
    ) -> Result<(), Fault> {
        let signature = parts.signature()?;
        if seen.algorithm == Algorithm::Hs256 {
            return self.check_secret(parts.message, &signature);
        }
        let Some(keys) = &seen.party()?.keys else {
            return seen.verifiable();
        };
        let signed = Signed {
            kid: seen.header.kid.as_deref(),
            algorithm: seen.algorithm,
            message: parts.message,
            signature: &signature,
        };
        keys.verify(signed, fetching).await
    }

    fn check_secret(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        if self.secrets.verify(message, signature) {
            return Ok(());
        }
        Err(Fault::new(
            Reason::BadSignature,
            "the signature does not fit any configured secret, which must be the same text on both sides",
        ))
    }

    fn sources(&self) -> impl Iterator<Item = &Arc<KeySource>> {
        self.parties.iter().filter_map(|party| party.keys.as_ref())
    }
}
