//! What is recorded of each request when its response is complete, or when the caller has disconnected: a line in the
//! log, and the same in the metrics.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::exchange::Exchange;
use crate::http::SharedApp;
use crate::metrics::Handled;
use crate::trace::Trace;

/// Written when it is dropped, so that every request has its line.
pub(in crate::http) struct RequestLine {
    app: SharedApp,
    pub(in crate::http) exchange: Exchange,
    started: Instant,
    method: Method,
    /// `None` until there is an answer.
    status: Option<StatusCode>,
    /// Whether the response was produced completely.
    whole: bool,
}

impl RequestLine {
    pub(in crate::http) fn begin(app: SharedApp, method: Method, exchange: Exchange) -> Self {
        Self {
            app,
            exchange,
            started: Instant::now(),
            method,
            status: None,
            whole: false,
        }
    }

    /// Ends the line with the answer; with a stream, when the stream ends.
    pub(in crate::http) fn end(mut self, response: Response<Body>) -> Response<Body> {
        self.status = Some(response.status());
        if response.body().size_hint().exact().is_some() {
            self.whole = true;
            return response;
        }
        response.map(|body| Body::new(Stream { body, line: self }))
    }
}

impl Drop for RequestLine {
    fn drop(&mut self) {
        let request = Handled {
            method: self.method.as_str(),
            route: self.exchange.route(),
            // 499: as in nginx, for a caller that disconnected before the response.
            status: self.status.map_or(499, |status| status.as_u16()),
            whole: self.whole,
            duration: self.started.elapsed(),
            database_calls: self.exchange.meter().calls(),
            database_time: self.exchange.meter().time(),
        };
        self.app.metrics.count_request(&request);
        let trace = self.exchange.trace();
        tracing::info!(
            target: "tickbox::request",
            method = request.method,
            route = request.route.unwrap_or("-"),
            status = request.status,
            duration_ms = milliseconds(request.duration),
            db_ms = milliseconds(request.database_time),
            db_calls = request.database_calls,
            user = self.exchange.user().map_or("-", |user| user.as_str()),
            request_id = self.exchange.request_id(),
            trace_id = trace.map(Trace::id),
            span_id = trace.map(Trace::span),
            parent_id = trace.map(Trace::parent),
            "{}", if self.whole { "request" } else { "request broken off" }
        );
    }
}

/// A response that is sent while it is produced.
struct Stream {
    body: Body,
    line: RequestLine,
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) {
            self.line.whole = true;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
