//! The facts of a request, passed in one way: an extension that the front door makes, extractors fill, and handlers
//! read.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::domain::UserId;
use crate::quota::Standing;
use crate::store::meter::Meter;
use crate::trace::Trace;

/// The longest wait that a caller can ask for, from the request on. Most proxies give up after 60 s,
/// and the answer has to be read and sent, too.
const LONGEST_PATIENCE: Duration = Duration::from_secs(48);

/// A copy of a header in memory of its own: a clone would keep the whole read buffer, for as long as a
/// response is written or a stream is open.
pub(in crate::http) fn detached(value: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

/// Shared between the front door, which writes the log, and the extractors, which learn the rest.
#[derive(Clone, Debug)]
pub(in crate::http) struct Exchange(Arc<Known>);

#[derive(Debug)]
struct Known {
    begun: Instant,
    request_id: HeaderValue,
    /// In a box: most requests are a part of none, and streams keep this for long.
    trace: Option<Box<Trace>>,
    meter: Arc<Meter>,
    /// Whether the caller wants unknown names to be refused.
    strict: AtomicBool,
    route: OnceLock<MatchedPath>,
    user: OnceLock<UserId>,
    allowed: OnceLock<Duration>,
    longest: OnceLock<Duration>,
    standing: OnceLock<Standing>,
}

impl Exchange {
    pub(in crate::http) fn begin(request_id: HeaderValue, trace: Option<Trace>) -> Self {
        Self(Arc::new(Known {
            begun: Instant::now(),
            request_id,
            trace: trace.map(Box::new),
            meter: Arc::default(),
            strict: AtomicBool::default(),
            route: OnceLock::default(),
            user: OnceLock::default(),
            allowed: OnceLock::default(),
            longest: OnceLock::default(),
            standing: OnceLock::default(),
        }))
    }

    /// The exchange of a request; every request comes through the front door.
    pub(in crate::http) fn of(parts: &Parts) -> Self {
        let known = parts.extensions.get().cloned();
        known.unwrap_or_else(|| Self::begin(HeaderValue::from_static("-"), None))
    }

    pub(in crate::http) fn request_id(&self) -> &str {
        self.0.request_id.to_str().unwrap_or("-")
    }

    /// The trace that the request is a part of, if its caller has named one.
    pub(in crate::http) fn trace(&self) -> Option<&Trace> {
        self.0.trace.as_deref()
    }

    /// Counts what the request asks of the database.
    pub(in crate::http) fn meter(&self) -> &Arc<Meter> {
        &self.0.meter
    }

    pub(in crate::http) fn set_route(&self, route: MatchedPath) {
        let _ = self.0.route.set(route);
    }

    pub(in crate::http) fn set_user(&self, user: &UserId) {
        let _ = self.0.user.set(user.clone());
    }

    /// The caller asks for an answer that may take this long, beyond the general limit. Returns how long to wait for
    /// the data, so that the answer leaves in time.
    pub(in crate::http) fn patience(&self, wanted: Duration) -> Duration {
        let wait = wanted.min(LONGEST_PATIENCE.saturating_sub(self.0.begun.elapsed()));
        let _ = self.0.allowed.set(wait);
        wait
    }

    /// Notes that the request is checked for unknown names.
    pub(in crate::http) fn set_strict(&self) {
        self.0.strict.store(true, Ordering::Relaxed);
    }

    pub(in crate::http) fn is_strict(&self) -> bool {
        self.0.strict.load(Ordering::Relaxed)
    }

    pub(in crate::http) fn allowed(&self) -> Option<Duration> {
        self.0.allowed.get().copied()
    }

    /// Gives the route a longer time limit than the others.
    pub(in crate::http) fn set_longest(&self, longest: Duration) {
        let _ = self.0.longest.set(longest);
    }

    pub(in crate::http) fn longest(&self) -> Option<Duration> {
        self.0.longest.get().copied()
    }

    /// The route's template, such as `/api/{user_id}/tasks`.
    pub(in crate::http) fn route(&self) -> Option<&str> {
        self.0.route.get().map(MatchedPath::as_str)
    }

    pub(in crate::http) fn set_standing(&self, standing: Standing) {
        let _ = self.0.standing.set(standing);
    }

    /// The rate limit of the user, and what is left of it.
    pub(in crate::http) fn standing(&self) -> Option<Standing> {
        self.0.standing.get().copied()
    }

    /// Who was verified, whether or not the path names the same user.
    pub(in crate::http) fn user(&self) -> Option<&UserId> {
        self.0.user.get()
    }
}

impl<S: Sync> FromRequestParts<S> for Exchange {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// Around every route, inside the router, where alone the route is known.
pub(in crate::http) async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().cloned();
    if let (Some(exchange), Some(route)) = (extensions.get::<Exchange>(), route) {
        exchange.set_route(route);
    }
    next.run(request).await
}
