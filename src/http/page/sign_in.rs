//! The token that whoever sits at the machine of a server in development gets for a name. There is no such route where
//! anything was set about tokens, and none that another machine could reach: see `SignIn`.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, FORWARDED, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use url::{Host, Url};

use crate::domain::UserId;
use crate::http::SharedApp;
use crate::http::body::json::{Json, JsonBody};
use crate::http::problem::Problem;
use crate::http::query::invalid;

/// The page asks for another one in time.
const TTL: Duration = Duration::from_hours(1);

/// What a proxy says of whom it speaks for.
const X_FORWARDED: [HeaderName; 5] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

#[derive(Deserialize)]
struct Named {
    user: String,
}

pub(super) async fn create_development_token(
    State(app): State<SharedApp>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Problem> {
    // To all others it is not there.
    if !is_own(&headers) {
        return Err(Problem::route_not_found());
    }
    let named: Named = serde_json::from_slice(body.bytes())
        .map_err(|error| Problem::bad_request(format!("The body must name a user: {error}")))?;
    let rule = "must have 1 to 255 characters and no control characters";
    let user = UserId::parse(&named.user).ok_or_else(|| invalid("user", rule))?;
    let token = app.authenticator.sign(&user, None, TTL);
    let token = token.map_err(|error| Problem::internal(error.into()))?;
    Ok((
        [(CACHE_CONTROL, "no-store")],
        Json(json!({ "token": token })),
    )
        .into_response())
}

/// Whether the request comes from a page of this server, opened on this machine. A page of somebody else's may have had
/// its name led to this machine (DNS rebinding), or ask through a proxy.
fn is_own(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let own = format!("http://{host}");
    let is_same = headers
        .get(ORIGIN)
        .is_none_or(|origin| origin == own.as_str());
    let is_forwarded = X_FORWARDED.iter().any(|name| headers.contains_key(name));
    is_same && !is_forwarded && Url::parse(&own).is_ok_and(|url| is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}
