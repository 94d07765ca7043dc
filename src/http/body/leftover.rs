//! The rest of a request's body that still arrives when the response is ready (too large, or not needed). Closing a
//! connection on which the client still sends resets it, and the response may be lost (RFC 9112 §9.6); a proxy then
//! answers 502. So the rest is read and discarded, while the response is on its way: the rest may never come.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::EXPECT;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::length;

/// A shorter body arrives with the head, or soon after it: hyper reads it by itself.
const SHORT: u64 = 8 * 1024;

/// The limits of reading the rest: bytes and time.
const MOST: usize = 64 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

/// The channel by which a body comes back that was lent to a route.
pub(in crate::http) struct Leftover(Option<oneshot::Receiver<Body>>);

/// Lends the body to the route. A client that waits for `100 Continue` sends nothing without it.
pub(in crate::http) fn lend(request: &mut Request<Body>) -> Leftover {
    let waits = request.headers().contains_key(EXPECT);
    let is_short = length::declared(request.headers()).is_some_and(|length| length <= SHORT);
    if waits || is_short || request.body().is_end_stream() {
        return Leftover(None);
    }
    let (back, leftover) = oneshot::channel();
    let body = mem::take(request.body_mut());
    let back = Some(back);
    *request.body_mut() = Body::new(Lent { body, back });
    Leftover(Some(leftover))
}

impl Leftover {
    /// Reads the rest of the body, if it came back, beside the response: with the last of the body, or when it is let
    /// go, the connection goes on or ends. A stop of the server waits for the connection, so it need not wait for this.
    pub(in crate::http) fn drain(self) {
        let Some(mut body) = self.0.and_then(|mut leftover| leftover.try_recv().ok()) else {
            return;
        };
        let draining = async move {
            let mut taken = 0;
            while let Some(Ok(frame)) = body.frame().await {
                taken += frame.data_ref().map_or(0, Bytes::len);
                if taken > MOST {
                    return;
                }
            }
        };
        // A slower client may lose the response.
        TaskTracker::new().spawn(tokio::time::timeout(LONGEST, draining));
    }
}

/// A body that comes back if it is not read to its end.
struct Lent {
    body: Body,
    /// `None` when there is no more.
    back: Option<oneshot::Sender<Body>>,
}

impl http_body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.back = None;
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

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take().filter(|_| !self.body.is_end_stream()) {
            // If the caller has disconnected, nobody receives it.
            let _ = back.send(mem::take(&mut self.body));
        }
    }
}
