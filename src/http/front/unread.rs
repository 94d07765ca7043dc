//! Responses that were sent and not read yet: how many bytes on each connection and in all, and which clients do not
//! read. Responses are small or streamed; but a client that sends many requests and reads no response would make the
//! server hold all of them in memory.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response, Version};
use axum::response::IntoResponse;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::Error;
use crate::http::problem::Problem;

/// What one connection may leave unread; above that, it gets no further responses.
const MOST_OF_ONE: usize = 16 * 1024 * 1024;

/// The same for all connections together; above that, those that have read nothing for a while are closed.
const MOST_OF_ALL: usize = 64 * 1024 * 1024;

/// How long a reader may pause while there is room.
pub(in crate::http) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The same while there is none.
const SHORT_PAUSE: Duration = Duration::from_secs(1);

/// A response is passed on in pieces of this size, to see whether it is read.
const PIECE: usize = 32 * 1024;

/// The size of the first part of a streamed response: an extension of the response.
#[derive(Clone, Copy)]
pub(in crate::http) struct Weight(pub(in crate::http) usize);

/// All readers of a server.
pub(in crate::http) struct Unread {
    bytes: AtomicUsize,
    started: Instant,
    next: AtomicU64,
    readers: Mutex<HashMap<u64, Arc<Reader>>>,
}

/// The reader of one connection.
struct Reader {
    bytes: AtomicUsize,
    /// When the reader last took something, in milliseconds since the start.
    moved_at: AtomicU64,
    cut: Notify,
}

/// The registration of a connection, until it is dropped.
#[derive(Clone)]
pub(in crate::http) struct Registration(Arc<Entry>);

struct Entry {
    all: Arc<Unread>,
    number: u64,
    reader: Arc<Reader>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.all.readers().remove(&self.number);
    }
}

impl Unread {
    pub(in crate::http) fn new() -> Arc<Self> {
        Arc::new(Self {
            bytes: AtomicUsize::new(0),
            started: Instant::now(),
            next: AtomicU64::new(0),
            readers: Mutex::default(),
        })
    }

    pub(in crate::http) fn enter(self: &Arc<Self>) -> Registration {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let reader = Arc::new(Reader {
            bytes: AtomicUsize::new(0),
            moved_at: AtomicU64::new(self.now()),
            cut: Notify::new(),
        });
        self.readers().insert(number, reader.clone());
        Registration(Arc::new(Entry {
            all: self.clone(),
            number,
            reader,
        }))
    }

    /// Closes the connections that have read nothing of their responses for this long.
    pub(in crate::http) fn cut_those_who_pause(&self, longest: Duration) {
        let now = self.now();
        for reader in self.readers().values() {
            if reader.pause(now) >= longest {
                reader.cut.notify_one();
            }
        }
    }

    /// Whether there is room for this much; makes room, if it can.
    fn has_room(&self, bytes: usize) -> bool {
        let is_over = || self.bytes.load(Ordering::Relaxed) + bytes > MOST_OF_ALL;
        if is_over() {
            self.cut_those_who_pause(SHORT_PAUSE);
        }
        !is_over()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn readers(&self) -> MutexGuard<'_, HashMap<u64, Arc<Reader>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    fn pause(&self, now: u64) -> Duration {
        if self.bytes.load(Ordering::Relaxed) == 0 {
            return Duration::ZERO;
        }
        let moved_at = self.moved_at.load(Ordering::Relaxed);
        Duration::from_millis(now.saturating_sub(moved_at))
    }
}

impl Registration {
    /// Ends when the connection is to be closed.
    pub(in crate::http) async fn cut(&self) {
        self.0.reader.cut.notified().await;
    }

    /// Counts a response until it is read; refuses it where too much is unread.
    pub(super) fn charge(
        &self,
        (method, version): (&Method, Version),
        mut response: Response<Body>,
    ) -> Response<Body> {
        let exact = response.body().size_hint().exact();
        let exact = exact.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        // In HTTP/1.1 the next request is not read before such a response was sent.
        if version < Version::HTTP_2 && exact.is_some_and(|bytes| bytes <= PIECE) {
            return response;
        }
        let weight = response.extensions_mut().remove::<Weight>();
        let bytes = exact.or(weight.map(|weight| weight.0)).unwrap_or(1).max(1);
        let unread = self.0.reader.bytes.load(Ordering::Relaxed);
        // A small response, such as an error, is sent all the same: their number is limited, too.
        let is_too_much = || unread > 0 && unread.saturating_add(bytes) > MOST_OF_ONE;
        if bytes > PIECE && (is_too_much() || !self.0.all.has_room(bytes)) {
            return refuse(method).into_response();
        }
        let mut share = Share {
            place: self.clone(),
            bytes: 0,
        };
        if unread == 0 {
            share.note_move();
        }
        share.set(bytes);
        response.map(|inner| {
            Body::new(Metered {
                inner,
                held: Bytes::new(),
                share,
            })
        })
    }
}

fn refuse(method: &Method) -> Problem {
    if method.is_safe() {
        let message = "Too much of what was answered is not read yet; read it, and try again";
        return Problem::unavailable(message, SHORT_PAUSE, None);
    }
    // The write may have been done, and the response that says so cannot be sent.
    Error::OutcomeUnknown("too much of what was answered is not read yet".into()).into()
}

/// The share of one response in all unread bytes.
struct Share {
    place: Registration,
    bytes: usize,
}

impl Share {
    fn set(&mut self, bytes: usize) {
        let Entry { all, reader, .. } = &*self.place.0;
        for count in [&all.bytes, &reader.bytes] {
            // Never below zero: it gives back what it has taken.
            count.fetch_add(bytes, Ordering::Relaxed);
            count.fetch_sub(self.bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }

    fn note_move(&self) {
        let Entry { all, reader, .. } = &*self.place.0;
        reader.moved_at.store(all.now(), Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

struct Metered {
    inner: Body,
    /// Data that was produced and not requested yet.
    held: Bytes,
    share: Share,
}

impl http_body::Body for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        this.share.note_move();
        if this.held.is_empty() {
            // A connection that waits for the next piece is reading.
            this.share.set(0);
            match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.held = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                end => return Poll::Ready(end),
            }
        }
        let piece = this.held.split_to(this.held.len().min(PIECE));
        // Until the rest is requested, or it is dropped, there is something left to read.
        this.share.set(this.held.len().max(1));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.len() as u64;
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + held);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + held);
        }
        hint
    }
}
