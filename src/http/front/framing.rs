//! What the head of a request on a connection must be, so that a proxy and this server understand it alike: exactly one
//! `Host` (RFC 9112 §3.2), and no transfer coding but `chunked` (§6.1). Requests that do not come from a connection have
//! neither. And after which responses a connection ends.

use axum::http::header::{CONNECTION, HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version};
use axum::response::IntoResponse;

use crate::http::problem::Problem;

/// The fault in its head: an extension of the request.
#[derive(Clone, Copy)]
struct Wrong(&'static str);

/// Checks a request as it arrived.
pub(in crate::http) fn note<B>(request: &mut Request<B>) {
    // In HTTP/2 the host is part of the target, and there are no transfer codings: the library checks both.
    if request.version() <= Version::HTTP_11 {
        let checked = check_host(request.version(), request.headers());
        if let Err(wrong) = checked.and_then(|()| check_coding(request.headers())) {
            request.extensions_mut().insert(Wrong(wrong));
        }
    }
}

/// The response to a request with a fault in its head.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<Response<axum::body::Body>> {
    let Wrong(message) = request.extensions().get()?;
    let mut response = Problem::bad_request(*message).into_response();
    // What follows on the connection may be meant for another host, or be a part of the body.
    close(&mut response);
    Some(response)
}

/// A client that is told that its body is too large need not send the rest of it (RFC 9110 §15.5.14).
pub(super) fn mark<B>(version: Version, response: &mut Response<B>) {
    if version <= Version::HTTP_11 && response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        close(response);
    }
}

fn close<B>(response: &mut Response<B>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

/// The library takes any coding that ends in `chunked`, and hands on what another one has made of the body.
fn check_coding(headers: &HeaderMap) -> Result<(), &'static str> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if is_plain(coding) => Ok(()),
        _ => Err("Transfer-Encoding must be chunked alone: no other coding is understood"),
    }
}

fn check_host(version: Version, headers: &HeaderMap) -> Result<(), &'static str> {
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
