//! How a refused token is answered: the challenge of RFC 6750, and the line for the log.

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{Problem, Suspicion};
use crate::auth::TokenRefusal;
use crate::error::Cause;

impl Problem {
    fn unauthorized(refusal: &TokenRefusal) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", refusal.message())
            .with(|inner| inner.header = Some((WWW_AUTHENTICATE, challenge(refusal))))
    }

    /// With any status: in development the caller gets the reason, and the log records it.
    fn refused(self, refusal: TokenRefusal) -> Self {
        self.with(|inner| {
            let (reason, explanation) = (refusal.reason().code(), refusal.explanation());
            inner.details = Some(json!({"reason": reason, "explanation": explanation}));
            inner.suspicion = Some(Suspicion::Refused(refusal));
        })
    }

    /// A ticket that cannot be used: a stranger must not learn why.
    pub(in crate::http) fn ticket_refused() -> Self {
        let message =
            "Invalid token: the ticket is unknown, used, or older than 30 s; get a new one";
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
            .with(|inner| inner.header = Some((WWW_AUTHENTICATE, challenge)))
    }
}

/// The challenge of RFC 6750 §3; without a token it names no error.
fn challenge(refusal: &TokenRefusal) -> HeaderValue {
    if matches!(refusal, TokenRefusal::Missing) {
        return HeaderValue::from_static("Bearer");
    }
    // The characters that the standard allows: the text stands in quotes, and nothing may end them.
    let allowed = |c: &char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    let description: String = refusal.message().chars().filter(allowed).collect();
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{description}\"");
    HeaderValue::try_from(challenge).unwrap_or(HeaderValue::from_static("Bearer"))
}

impl From<TokenRefusal> for Problem {
    fn from(refusal: TokenRefusal) -> Self {
        let problem = match &refusal {
            TokenRefusal::KeysUnavailable { retry_after, .. } => {
                let message =
                    "Tokens cannot be verified now; try again after the time in Retry-After";
                let cause = refusal
                    .explanation()
                    .map(|text| Cause::from(text.to_owned()));
                Self::unavailable(message, *retry_after, cause)
            }
            TokenRefusal::Missing | TokenRefusal::Expired { .. } | TokenRefusal::Invalid { .. } => {
                Self::unauthorized(&refusal)
            }
        };
        problem.refused(refusal)
    }
}
