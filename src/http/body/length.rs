//! How long a request says that its body is.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;

use crate::http::problem::Problem;

/// `None` where the request does not say it.
pub(in crate::http) fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Refuses a body that is declared too long without waiting for it: perhaps it never comes, and who asks with
/// `Expect: 100-continue` need not send it.
pub(in crate::http) fn check(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    match declared(headers) {
        Some(length) if length > limit as u64 => Err(Problem::payload_too_large(limit)),
        _ => Ok(()),
    }
}
