//! Log lines about settings that do not fit the requests. Every such request has the same cause, so each is logged only
//! once in a while: they are for the operator, and must not fill the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderValue;

use crate::auth::{Reason, TokenRefusal};

/// How long a cause is not logged again.
const PAUSE: Duration = Duration::from_hours(1);

/// How many causes are remembered, so that invented ones cannot fill the log.
const MOST_CAUSES: usize = 100;

/// The longest text of a caller in a log line, in characters.
const LONGEST_TEXT: usize = 120;

/// What was logged lately: a setting, and the value that did not fit.
#[derive(Clone, Default)]
pub(in crate::http) struct Notices(Arc<Mutex<HashMap<Cause, Instant>>>);

type Cause = (&'static str, String);

impl Notices {
    /// A page has asked to call, and its origin is not allowed.
    pub(in crate::http) fn foreign_origin(&self, origin: Option<&HeaderValue>) {
        let origin = origin.map_or_else(String::new, |origin| shown(origin.as_bytes()));
        let setting = "ALLOWED_ORIGINS";
        if self.is_due(setting, &origin, Instant::now()) {
            tracing::warn!(
                setting,
                origin,
                "a page asked whether it may call, and its origin is not on the list"
            );
        }
    }

    /// A token was refused: perhaps because of a setting.
    pub(in crate::http) fn refused_token(&self, refusal: &TokenRefusal) {
        let Some(setting) = setting(refusal.reason()) else {
            return;
        };
        let token = refusal.token().cloned().unwrap_or_default();
        let issuer = token.iss.unwrap_or_default();
        let subject = match refusal.reason() {
            Reason::AudienceMismatch => token.aud.unwrap_or_default(),
            _ => issuer.clone(),
        };
        if self.is_due(setting, &subject, Instant::now()) {
            let explanation = refusal.explanation().unwrap_or_default();
            tracing::warn!(
                setting,
                issuer,
                explanation,
                "tokens are refused, and a setting may be the cause"
            );
        }
    }

    fn is_due(&self, setting: &'static str, subject: &str, now: Instant) -> bool {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cause = (setting, subject.to_owned());
        let is_recent = |at: &Instant| now.saturating_duration_since(*at) < PAUSE;
        if named.get(&cause).is_some_and(is_recent) {
            return false;
        }
        if named.len() >= MOST_CAUSES {
            named.retain(|_, at| is_recent(at));
            if named.len() >= MOST_CAUSES {
                return false;
            }
        }
        named.insert(cause, now);
        if named.len() == MOST_CAUSES {
            tracing::warn!("so many settings do not fit that no more are named for an hour");
        }
        true
    }
}

/// Which setting decides whether such a token is good.
fn setting(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::IssuerMismatch => "JWT_ISSUER, or BETTER_AUTH_URL",
        Reason::AudienceMismatch => "JWT_AUDIENCE, or BETTER_AUTH_URL",
        Reason::LifetimeTooLong => "JWT_MAX_LIFETIME",
        Reason::NoKeysConfigured => "BETTER_AUTH_URL, or JWKS_URL",
        Reason::NoSecretConfigured => "BETTER_AUTH_SECRET",
        Reason::KeysUnavailable => "JWKS_URL, or BETTER_AUTH_URL",
        Reason::NotYetValid | Reason::IssuedInFuture => "the clocks of both servers (NTP)",
        _ => return None,
    })
}

/// Safe to print in one line.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let characters = text.chars().take(LONGEST_TEXT);
    characters.flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_named_once_an_hour() {
        let (notices, start) = (Notices::default(), Instant::now());
        assert!(notices.is_due("A", "x", start));
        assert!(!notices.is_due("A", "x", start + PAUSE / 2));
        assert!(notices.is_due("A", "y", start) && notices.is_due("B", "x", start));
        assert!(notices.is_due("A", "x", start + PAUSE));
    }

    #[test]
    fn whoever_makes_up_causes_does_not_fill_the_log() {
        let (notices, start) = (Notices::default(), Instant::now());
        let count = |at| {
            let due = |number: &i32| notices.is_due("A", &number.to_string(), at);
            (0..1000).filter(due).count()
        };
        assert_eq!(count(start), MOST_CAUSES);
        assert_eq!(count(start), 0);
        assert_eq!(count(start + PAUSE), MOST_CAUSES);
    }
}
