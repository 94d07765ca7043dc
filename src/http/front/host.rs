//! A request on a connection has exactly one `Host` (RFC 9112 §3.2): with several, a proxy may have used another one
//! than this server. Requests that do not come from a connection have none.

use axum::http::header::{CONNECTION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, Response, Version};
use axum::response::IntoResponse;

use crate::http::problem::Problem;

/// The fault in `Host`: an extension of the request.
#[derive(Clone, Copy)]
struct Wrong(&'static str);

/// Checks a request as it arrived.
pub(in crate::http) fn note<B>(request: &mut Request<B>) {
    // In HTTP/2 the host is part of the target, and the library checks it.
    if request.version() <= Version::HTTP_11
        && let Err(wrong) = check(request.version(), request.headers())
    {
        request.extensions_mut().insert(Wrong(wrong));
    }
}

/// The response to a request without a valid `Host`.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<Response<axum::body::Body>> {
    let Wrong(message) = request.extensions().get()?;
    let mut response = Problem::bad_request(*message).into_response();
    // What follows on the connection may be meant for another host.
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    Some(response)
}

fn check(version: Version, headers: &HeaderMap) -> Result<(), &'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    let Some(host) = hosts.next() else {
        if version == Version::HTTP_11 {
            return Err("Host is missing: HTTP/1.1 needs one");
        }
        return Ok(());
    };
    if hosts.next().is_some() {
        return Err("Host came more than once; send one");
    }
    // It may be empty if the target has no host.
    let is_good = host.is_empty()
        || Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@'));
    if is_good {
        Ok(())
    } else {
        Err("Host is not the name or address of a host, perhaps with a port")
    }
}
