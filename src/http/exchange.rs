//! What becomes known of a request while it is handled, for its line in the log.

use std::sync::{Arc, OnceLock};

use axum::extract::MatchedPath;

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
    pub(super) fn set_route(&self, route: Option<MatchedPath>) {
        if let Some(route) = route {
            let _ = self.0.route.set(route);
        }
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
