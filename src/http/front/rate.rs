//! The rate limit headers of a response (draft-ietf-httpapi-ratelimit-headers-10).

use axum::http::{HeaderName, HeaderValue, Response};

use super::exchange::Exchange;
use crate::quota::{Rate, Standing};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The quota (`q`) and its window in seconds (`w`); what is left of it (`r`), and in how many seconds it begins anew (`t`).
pub(super) fn mark<B>(exchange: &Exchange, response: &mut Response<B>) {
    let Some(Standing { rate, left, reset }) = exchange.standing() else {
        return;
    };
    let Rate { requests, window } = rate;
    let policy = format!("\"user\";q={requests};w={}", window.as_secs());
    let limit = format!("\"user\";r={};t={reset}", left.unwrap_or_default());
    for (name, text) in [(POLICY, policy), (LIMIT, limit)] {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(name, value);
        }
    }
}
