//! Why a request has no caller: stable reasons, and an explanation for the developer. Status codes and bodies are
//! decided in `http`.

use std::fmt;
use std::time::Duration;

use super::reason::Reason;
use super::token::Facts;

/// A request without a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// No bearer token was sent.
    Missing,
    /// The token is past its `exp`.
    Expired {
        reason: Reason,
        explanation: String,
        token: Box<Facts>,
    },
    /// The token is not, or is not shown to be, a login for this server.
    Invalid {
        reason: Reason,
        explanation: String,
        token: Box<Facts>,
    },
    /// Nobody can tell yet whether the token is good: the same request may succeed after `retry_after`.
    KeysUnavailable {
        reason: Reason,
        explanation: String,
        retry_after: Duration,
    },
}

impl TokenRefusal {
    /// The rule that was broken; its code is what the log, the metrics and `error.details.reason` show.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Missing => Reason::MissingToken,
            Self::Expired { reason, .. }
            | Self::Invalid { reason, .. }
            | Self::KeysUnavailable { reason, .. } => *reason,
        }
    }

    /// What any caller may read. Says no more than the caller can see in the token, and nothing of a failed signature.
    pub fn message(&self) -> String {
        match self {
            Self::Missing => "Missing authentication token".to_owned(),
            Self::Expired { .. } => "Token expired".to_owned(),
            Self::Invalid { reason, .. } => match reason.public_hint() {
                Some(hint) => format!("Invalid token: {hint}"),
                None => "Invalid token".to_owned(),
            },
            Self::KeysUnavailable { .. } => "Tokens cannot be verified at the moment".to_owned(),
        }
    }

    /// What went wrong and what to change: for the log, and for callers in development. Never contains the token.
    pub fn explanation(&self) -> Option<&str> {
        match self {
            Self::Missing => Some(Reason::MissingToken.cure()),
            Self::Expired { explanation, .. }
            | Self::Invalid { explanation, .. }
            | Self::KeysUnavailable { explanation, .. } => Some(explanation),
        }
    }

    /// What the token says of itself, unverified and made safe to print: for the log.
    pub fn token(&self) -> Option<&Facts> {
        match self {
            Self::Expired { token, .. } | Self::Invalid { token, .. } => Some(token),
            Self::Missing | Self::KeysUnavailable { .. } => None,
        }
    }
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for TokenRefusal {}

/// One broken rule, before it is known what the answer will look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    /// What was found, without a full stop; the reason's cure may follow it.
    pub(super) detail: String,
    /// Only where the same request may succeed later.
    pub(super) retry_after: Option<Duration>,
}

impl Fault {
    pub(super) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// Nobody can tell yet; never shorter than a second, so that clients do not spin.
    pub(super) fn later(reason: Reason, detail: impl Into<String>, retry_after: Duration) -> Self {
        Self {
            reason,
            detail: detail.into(),
            retry_after: Some(retry_after.max(Duration::from_secs(1))),
        }
    }

    pub(super) fn into_refusal(self, token: impl FnOnce() -> Facts) -> TokenRefusal {
        let Self {
            reason,
            detail,
            retry_after,
        } = self;
        let explanation = match reason.cure() {
            "" => detail,
            cure => format!("{detail}: {cure}"),
        };
        if let Some(retry_after) = retry_after {
            return TokenRefusal::KeysUnavailable {
                reason,
                explanation,
                retry_after,
            };
        }
        let token = Box::new(token());
        match reason {
            Reason::MissingToken => TokenRefusal::Missing,
            Reason::TokenExpired | Reason::ExpBefore2001 => TokenRefusal::Expired {
                reason,
                explanation,
                token,
            },
            _ => TokenRefusal::Invalid {
                reason,
                explanation,
                token,
            },
        }
    }
}

/// Text from outside, safe to print in one line of a log: escaped, and cut after 120 characters.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut out: String = text
        .chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_signature_says_no_more_than_invalid_token() {
        let refusal = Fault::new(Reason::BadSignature, "key k1").into_refusal(Facts::default);
        assert_eq!(refusal.message(), "Invalid token");
    }

    #[test]
    fn text_from_outside_cannot_forge_a_log_line() {
        assert_eq!(shown("a\nb\u{202e}c"), "a\\nb\\u{202e}c");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 121);
    }
}
