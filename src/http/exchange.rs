//! What becomes known of a request while it is handled, for its line in the log.

use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

use crate::tasks::model::UserId;

/// Shared between the front door, which writes the log, and the extractors, which learn the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    route: OnceLock<MatchedPath>,
    user: OnceLock<UserId>,
}

impl Exchange {
    pub(super) fn set_route(&self, route: MatchedPath) {
        let _ = self.0.route.set(route);
    }

    pub(super) fn set_user(&self, user: &UserId) {
        let _ = self.0.user.set(user.clone());
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

/// Around every route, inside the router, where alone the route is known.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().cloned();
    if let (Some(exchange), Some(route)) = (extensions.get::<Exchange>(), route) {
        exchange.set_route(route);
    }
    next.run(request).await
}
