//! The front door: what happens to every request, before and after its route. One function, read from top to bottom,
//! in place of a stack of layers.

pub(super) mod caching;
mod cors;
pub(super) mod exchange;
pub(super) mod framing;
mod notices;
pub(super) mod public_path;
mod rate;
mod request_log;
mod trace;
pub(super) mod unread;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderName, HeaderValue, Request, Response, Uri, uri};
use axum::response::IntoResponse;
use futures_util::FutureExt;
use tower_service::Service;

use self::exchange::{Exchange, detached};
use self::notices::Notices;
use self::request_log::RequestLine;
use self::unread::Registration;
use crate::config::Environment;
use crate::http::SharedApp;
use crate::http::body::json::APPLICATION_JSON;
use crate::http::body::leftover;
use crate::http::body::strict;
use crate::http::problem::{Problem, Suspicion};
use crate::trace::Trace;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A caller's request id is kept if it has 1 to this many visible ASCII characters.
const LONGEST_REQUEST_ID: usize = 128;

/// The longest time until a route begins its response. Shorter limits are defined where they apply.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// The latest begin of a response if the caller asked to wait: most proxies give up after 60 s.
const LATEST_ANSWER: Duration = Duration::from_secs(50);

/// The whole HTTP side of an app: takes a request and gives its response.
#[derive(Clone)]
pub struct FrontDoor {
    app: SharedApp,
    router: Router,
    notices: Notices,
}

impl FrontDoor {
    pub(super) fn new(app: SharedApp, router: Router) -> Self {
        Self {
            app,
            router,
            notices: Notices::default(),
        }
    }

    /// Whether the peer of a request matters: then it has [`Peer`](public_path::Peer).
    pub(super) fn asks_for_peer(&self) -> bool {
        self.app.web.public_path.asks_for_peer()
    }

    /// Answers one request; never fails, never panics.
    pub async fn handle(&self, mut request: Request<Body>) -> Response<Body> {
        let request_id = self.request_id(&request);
        let method = request.method().clone();
        let trace = trace::read(request.headers(), &self.app.clock);
        let exchange = Exchange::begin(request_id.clone(), trace);
        let line = RequestLine::begin(self.app.clone(), method.clone(), exchange);
        let web = &self.app.web;
        let origin = cors::allowed(&web.origins, request.headers());
        let prefix = public_path::prefix(&web.public_path, &request);
        let is_personal = caching::is_personal(request.uri());
        let (reader, version) = (
            request.extensions().get::<Registration>().cloned(),
            request.version(),
        );

        let leftover = leftover::lend(&mut request);
        let mut response = if cors::is_preflight(&request) {
            if origin.is_none() {
                self.notices.foreign_origin(request.headers().get(ORIGIN));
            }
            drop(request);
            cors::preflight(origin.is_some())
        } else if let Some(refusal) = framing::refusal(&request) {
            drop(request);
            refusal
        } else {
            ignore_trailing_slash(&mut request);
            request.extensions_mut().insert(line.exchange.clone());
            let routing = self.route(request, &line.exchange);
            let response = line.exchange.meter().measure(routing).await;
            match reader {
                Some(reader) => reader.charge((&method, version), response),
                None => response,
            }
        };
        leftover.drain();

        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            self.write_envelope(&problem, &mut response);
            self.note_problem(&problem, &line.exchange);
        }
        framing::mark(version, &mut response);
        cors::mark(&web.origins, origin, &mut response);
        public_path::mark(&prefix, &mut response);
        strict::mark(&line.exchange, &mut response);
        rate::mark(&line.exchange, &mut response);
        if is_personal {
            caching::mark(&method, &mut response);
        }
        response.headers_mut().insert(X_REQUEST_ID, request_id);
        line.end(response)
    }

    /// Runs the route. A panic in it becomes a 500 for this caller, and affects no other.
    async fn route(&self, request: Request<Body>, exchange: &Exchange) -> Response<Body> {
        let mut router = self.router.clone();
        let mut routing = pin!(AssertUnwindSafe(router.call(request)).catch_unwind());
        let mut outcome = tokio::time::timeout(LONGEST_REQUEST, &mut routing).await;
        let waits = |wait: Duration| wait.min(LATEST_ANSWER.saturating_sub(LONGEST_REQUEST));
        let works = |longest: Duration| longest.saturating_sub(LONGEST_REQUEST);
        let more = exchange.longest().map(works);
        if let (Err(_), Some(more)) = (&outcome, more.or(exchange.allowed().map(waits))) {
            outcome = tokio::time::timeout(more, routing).await;
        }
        match outcome {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => infallible(never),
            Ok(Err(panic)) => {
                let text = panic
                    .downcast_ref::<&str>()
                    .map(ToString::to_string)
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_default();
                Problem::internal(format!("panic: {text}").into()).into_response()
            }
            Err(_) => {
                let message = "The answer took too long; try again after the time in Retry-After";
                Problem::unavailable(message, Duration::from_secs(1), None).into_response()
            }
        }
    }

    fn request_id<B>(&self, request: &Request<B>) -> HeaderValue {
        let sent = request.headers().get(X_REQUEST_ID);
        let sane = sent.filter(|id| {
            (1..=LONGEST_REQUEST_ID).contains(&id.len())
                && id.as_bytes().iter().all(u8::is_ascii_graphic)
        });
        sane.and_then(detached).unwrap_or_else(|| {
            let id = self.app.clock.new_id().to_string();
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("-"))
        })
    }

    fn write_envelope(&self, problem: &Problem, response: &mut Response<Body>) {
        let with_details = self.app.environment == Environment::Development;
        let body = problem.envelope(with_details).to_string();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, APPLICATION_JSON);
        headers.insert(CONTENT_LENGTH, body.len().into());
        *response.body_mut() = body.into();
    }

    /// A failure of the server is logged here, once, with its causes; so is a request that looks like probing. What is
    /// counted of either is counted beside its line, so that log and metrics cannot disagree.
    fn note_problem(&self, problem: &Problem, exchange: &Exchange) {
        let user = exchange.user().map_or("-", |user| user.as_str());
        let request_id = exchange.request_id();
        let trace_id = exchange.trace().map(Trace::id);
        let status = problem.status().as_u16();
        let suspicion = problem.suspicion();
        match suspicion {
            Some(Suspicion::Refused(refusal)) => {
                self.app.metrics.count_refusal(refusal.reason());
                self.notices.refused_token(refusal);
            }
            Some(Suspicion::ForeignPath) => self.app.metrics.count_foreign_path(),
            None => {}
        }
        if problem.status().is_server_error() {
            let reason = suspicion.map(Suspicion::reason);
            let cause = problem.chain().unwrap_or_default();
            tracing::error!(
                status,
                user,
                request_id,
                trace_id,
                reason,
                cause,
                "request failed"
            );
        } else if let Some(suspicion) = suspicion {
            let token = suspicion.token().cloned().unwrap_or_default();
            tracing::warn!(
                status,
                user,
                request_id,
                trace_id,
                reason = suspicion.reason(),
                explanation = suspicion.explanation(),
                // Parts of the token that cannot be parsed are left out.
                alg = token.alg,
                kid = token.kid,
                iss = token.iss,
                aud = token.aud,
                "request refused"
            );
        }
    }
}

fn infallible(never: Infallible) -> Response<Body> {
    match never {}
}

/// One trailing slash is ignored: some front ends send it.
fn ignore_trailing_slash<B>(request: &mut Request<B>) {
    let path = request.uri().path();
    // The relative addresses of the page depend on it.
    let shorter = path
        .strip_suffix('/')
        .filter(|path| !matches!(*path, "" | "/docs"));
    let Some(shorter) = shorter else {
        return;
    };
    let target = match request.uri().query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter.to_owned(),
    };
    let mut parts = uri::Parts::default();
    parts.path_and_query = target.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}
