//! What becomes known of a request while it is handled, for its line in the log and its time limit.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::domain::UserId;

/// A copy of a request's header that stands alone: a clone would keep all that was read with it, for as long as an answer
/// is written or a stream lives.
pub(super) fn detached(value: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

/// Shared between the front door, which writes the log, and the extractors, which learn the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    route: OnceLock<MatchedPath>,
    user: OnceLock<UserId>,
    allowed: OnceLock<Duration>,
}

impl Exchange {
    pub(super) fn set_route(&self, route: MatchedPath) {
        let _ = self.0.route.set(route);
    }

    pub(super) fn set_user(&self, user: &UserId) {
        let _ = self.0.user.set(user.clone());
    }

    /// The caller has asked for an answer that may take this long, beyond the limit of all.
    pub(super) fn allow(&self, wait: Duration) {
        let _ = self.0.allowed.set(wait);
    }

    pub(super) fn allowed(&self) -> Option<Duration> {
        self.0.allowed.get().copied()
    }

    /// The route's template, such as `/api/{user_id}/tasks`.
    pub(super) fn route(&self) -> Option<&str> {
        self.0.route.get().map(MatchedPath::as_str)
    }

    /// Who was verified, whether or not the path names the same user.
    pub(super) fn user(&self) -> Option<&UserId> {
        self.0.user.get()
    }
}

impl<S: Sync> FromRequestParts<S> for Exchange {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Around every route, inside the router, where alone the route is known.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().cloned();
    if let (Some(exchange), Some(route)) = (extensions.get::<Exchange>(), route) {
        exchange.set_route(route);
    }
    next.run(request).await
}
