//! The paths in responses, as callers see them: with the prefix that a proxy removes. It is added when a response
//! is sent, so no handler and no kept answer contains it.

use std::net::IpAddr;

use axum::http::header::{LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, Request, Response};

use crate::config::PublicPath;

const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// The peer of a request, as an extension, where it matters.
#[derive(Clone, Copy)]
pub(in crate::http) struct Peer(pub(in crate::http) IpAddr);

/// The prefix of the paths in the response; mostly empty.
pub(in crate::http) fn prefix<B>(public_path: &PublicPath, request: &Request<B>) -> String {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let forwarded = request.headers().get_all(X_FORWARDED_PREFIX).iter();
    public_path.prefix(peer, forwarded.filter_map(|value| value.to_str().ok()))
}

/// Adds it to the paths of `Location` and `Link`.
pub(in crate::http) fn mark<B>(prefix: &str, response: &mut Response<B>) {
    if prefix.is_empty() {
        return;
    }
    let headers = response.headers_mut();
    for (name, start) in [(LOCATION, ""), (LINK, "<")] {
        let path = headers
            .get(&name)
            .and_then(|value| value.to_str().ok()?.strip_prefix(start))
            .filter(|path| path.starts_with('/'));
        let whole =
            path.and_then(|path| HeaderValue::try_from(format!("{start}{prefix}{path}")).ok());
        if let Some(whole) = whole {
            headers.insert(name, whole);
        }
    }
}
