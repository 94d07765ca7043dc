//! Opaque session tokens and session cookies, resolved by the Better Auth server itself (`get-session`): opt-in.
//! An answer is believed for 30 s at most, so that a revoked session is out within that time.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use tokio::sync::Semaphore;
use url::Url;

use super::Caller;
use super::keys::{Pace, fetch};
use super::memory::{Fingerprint, Memory};
use super::reason::Reason;
use super::refusal::Fault;
use crate::clock::{Clock, Timestamp};
use crate::domain::UserId;
use crate::trace::Trace;

/// How long a positive answer is cached.
const BELIEVED: Duration = Duration::from_secs(30);

/// How long a negative answer is cached: long enough to stop a loop, short enough for a new sign-in.
const UNKNOWN: Duration = Duration::from_secs(5);

/// Questions asked at the same time; more callers wait, so that a flood does not reach the Better Auth server.
const AT_ONCE: usize = 32;

/// Every session cookie of Better Auth ends so, whatever its prefix.
const COOKIE_SUFFIX: &str = ".session_token";

/// The names of the cookie that a server without a prefix of its own reads.
const COOKIES: [&str; 2] = [
    "better-auth.session_token",
    "__Secure-better-auth.session_token",
];

/// What a client sent to name its session.
#[derive(Clone, Copy)]
pub(super) enum Credential<'a> {
    Bearer(&'a str),
    Cookie { name: &'a str, value: &'a str },
}

impl<'a> Credential<'a> {
    /// The session cookie of a request, if it has one.
    pub(super) fn cookie(headers: &'a HeaderMap) -> Option<Self> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| name.ends_with(COOKIE_SUFFIX) && !value.is_empty())
            .map(|(name, value)| Self::Cookie { name, value })
    }

    fn fingerprint(self) -> Fingerprint {
        match self {
            Self::Bearer(token) => Fingerprint::of(&format!("bearer {token}")),
            Self::Cookie { name, value } => Fingerprint::of(&format!("cookie {name}={value}")),
        }
    }

    /// As Better Auth reads it. A signed token is also the content of the cookie: servers without the bearer plugin
    /// know it only in that form, with `+`, `/` and `=` escaped.
    fn attach(self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match self {
            Self::Cookie { name, value } => {
                request.header(header::COOKIE, format!("{name}={value}"))
            }
            Self::Bearer(token) => {
                let request = request.bearer_auth(token);
                if !token.contains('.') {
                    return request;
                }
                let value = token
                    .replace('+', "%2B")
                    .replace('/', "%2F")
                    .replace('=', "%3D");
                let cookies = COOKIES.map(|name| format!("{name}={value}")).join("; ");
                request.header(header::COOKIE, cookies)
            }
        }
    }
}

/// Whether what is no JWT looks like something that the Better Auth server can resolve.
pub(super) fn may_be_one(fault: &Fault) -> bool {
    matches!(fault.reason, Reason::OpaqueSession | Reason::SignedSession)
}

/// The Better Auth server as the one who knows its sessions.
pub(super) struct Sessions {
    client: Result<reqwest::Client, String>,
    address: Url,
    known: Memory<Option<Caller>>,
    turns: Semaphore,
    clock: Clock,
}

/// The answer of `get-session`; `null` where there is no session.
#[derive(Deserialize)]
struct Resolved {
    session: Session,
    user: User,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    user_id: String,
    expires_at: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    email: Option<String>,
}

impl Sessions {
    pub(super) fn new(address: Url, pace: Pace, clock: Clock) -> Self {
        Self {
            client: fetch::client(&address, pace.timeout).map_err(|error| fetch::chain(&error)),
            address,
            known: Memory::new(),
            turns: Semaphore::new(AT_ONCE),
            clock,
        }
    }

    /// Whose session it is.
    pub(super) async fn resolve(
        &self,
        credential: Credential<'_>,
        trace: Option<&Trace>,
    ) -> Result<Caller, Fault> {
        let key = credential.fingerprint();
        if let Some(known) = self.known.find(&key, 0, self.clock.now()) {
            return known.ok_or_else(unknown);
        }
        let turn = self.turns.acquire().await;
        // While this one waited, another request may have asked the same.
        if let Some(known) = self.known.find(&key, 0, self.clock.now()) {
            return known.ok_or_else(unknown);
        }
        let caller = self.ask(credential, trace).await?;
        drop(turn);
        let now = self.clock.now();
        let until = match &caller {
            Some(caller) => caller.expires_at,
            None => now.plus(UNKNOWN),
        };
        self.known.keep(key, 0, now..until, caller.clone());
        caller.ok_or_else(unknown)
    }

    async fn ask(
        &self,
        credential: Credential<'_>,
        trace: Option<&Trace>,
    ) -> Result<Option<Caller>, Fault> {
        let client = self
            .client
            .as_ref()
            .map_err(|problem| self.unavailable(problem))?;
        let mut address = self.address.clone();
        // The server's own cookie cache would keep a revoked session alive for its own time.
        address.set_query(Some("disableCookieCache=true"));
        let response = fetch::traced(credential.attach(client.get(address)), trace)
            .header(header::ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| self.unavailable(&fetch::chain(&error.without_url())))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(None),
            status => {
                let mut fault = self.unavailable(&format!("the answer is {status}"));
                if let Some(pause) = fetch::retry_after(response.headers(), None) {
                    fault.retry_after = Some(pause);
                }
                return Err(fault);
            }
        }
        let body = fetch::limited(response)
            .await
            .map_err(|problem| self.unavailable(&problem))?;
        let resolved: Option<Resolved> = serde_json::from_slice(&body)
            .map_err(|_| self.unavailable("the answer is not that of get-session"))?;
        Ok(resolved.and_then(|resolved| self.caller(resolved)))
    }

    /// `None` for a session that is over, and for one that does not belong to its user.
    fn caller(&self, resolved: Resolved) -> Option<Caller> {
        let Resolved { session, user } = resolved;
        let now = self.clock.now();
        let expires_at: jiff::Timestamp = session.expires_at.parse().ok()?;
        let expires_at = Timestamp::from_micros(expires_at.as_microsecond());
        if expires_at <= now || session.user_id != user.id {
            return None;
        }
        Some(Caller {
            user: UserId::parse(&user.id)?,
            email: user.email,
            expires_at: expires_at.min(now.plus(BELIEVED)),
        })
    }

    fn unavailable(&self, problem: &str) -> Fault {
        tracing::warn!(address = %self.address, "session not resolved: {problem}");
        Fault::later(
            Reason::SessionsUnavailable,
            format!("{} cannot be asked: {problem}", self.address),
            Duration::from_secs(1),
        )
    }
}

fn unknown() -> Fault {
    Fault::new(
        Reason::SessionUnknown,
        "the Better Auth server knows no such session",
    )
}
