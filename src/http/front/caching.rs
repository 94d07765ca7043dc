//! Which responses may be cached, and by whom (RFC 9111 §5.2): no shared cache may keep one of ours.

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Method, Response, StatusCode, Uri};

/// Only the caller's own cache may keep it, and must ask each time: the response has an entity tag.
const OWN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// No cache may keep it.
const NOBODY: HeaderValue = HeaderValue::from_static("no-store");

/// Whether responses to this path contain data of a user.
pub(in crate::http) fn is_personal(uri: &Uri) -> bool {
    let path = uri.path();
    path == "/api" || path.starts_with("/api/")
}

/// Adds the header if the handler has not.
pub(in crate::http) fn mark<B>(method: &Method, response: &mut Response<B>) {
    let status = response.status();
    let is_good = status.is_success() || status == StatusCode::NOT_MODIFIED;
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let headers = response.headers_mut();
    if !is_good {
        headers.insert(CACHE_CONTROL, NOBODY);
    } else if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, if is_read { OWN } else { NOBODY });
    }
}
