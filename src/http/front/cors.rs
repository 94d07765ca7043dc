//! Cross-origin requests (Fetch standard, "CORS protocol"): which web pages may call, and which headers the browser
//! gets. `tower-http`'s layer also sends some of the headers to origins that are not on the list; this does not.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

use crate::config::Origins;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Prefer, X-Request-Id, \
     traceparent, tracestate, baggage, sentry-trace",
);
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "ETag, Idempotency-Replayed, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, \
     X-Request-Id",
);

/// How long a browser may remember a preflight, in seconds: two hours, the most that Chromium honours.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The origin of the request, if it is on the list.
pub(in crate::http) fn allowed(origins: &Origins, headers: &HeaderMap) -> Option<HeaderValue> {
    headers
        .get(ORIGIN)
        .filter(|origin| origins.allows(origin))
        .cloned()
}

/// Tells the browser that the page may read the response.
pub(in crate::http) fn mark(
    origins: &Origins,
    allowed: Option<HeaderValue>,
    response: &mut Response<Body>,
) {
    if origins.is_empty() {
        return;
    }
    let headers = response.headers_mut();
    // Also if the origin is not on the list, so that no cache gives that response to an origin that is.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
}

/// Whether the request is a preflight.
pub(in crate::http) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The response to a preflight; an origin that is not on the list gets no CORS headers.
pub(in crate::http) fn preflight(allowed: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allowed {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    }
    response
}
