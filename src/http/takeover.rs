//! The way out of hyper, for connections of HTTP/1.1 on which it would keep two buffers of 8 KiB for nothing.
//!
//! *Idle ones.* Asked to end, hyper shuts an idle line down; [`Line`] lays the socket down instead.
//!
//! *Answers without end.* hyper gives a connection away for an upgrade only, so it is watched at two steps that it cannot
//! take in another order. It asks an answer for its body when the head is in its buffer: then [`Standin`] lays the real
//! body down. It flushes the line when its buffer is empty: then [`Line`] lays the socket down beside it. Who drives the
//! connection finds both, and drops what is left of hyper's. Dropped with it is what the client has sent behind its
//! request, so the head announces `Connection: close`: a proxy will not send another request on this line. The body is
//! chunked all the same (RFC 9112 §7.1), because only then can the end be told from a broken line. HTTP/1.0 and HTTP/2 are
//! left to hyper.

use std::error::Error;
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Response, Version};
use bytes::{Buf, Bytes};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) type Failure = Box<dyn Error + Send + Sync>;

/// Marks an answer, as an extension, that goes on until the client leaves or the server stops. It has to end by itself
/// when the server does.
#[derive(Clone)]
pub(super) struct Endless;

/// What hyper and whoever drives it have to tell each other about one connection. Both do so from the same task.
#[derive(Clone, Default)]
pub(super) struct Takeover(Arc<Shared>);

#[derive(Default)]
struct Shared {
    laid_down: Mutex<LaidDown>,
    /// How often something was read or written.
    moves: AtomicU32,
    /// Requests without an answer.
    under_way: AtomicU32,
    /// Whether the last thing that happened is that all was written.
    at_rest: AtomicBool,
    /// Whether the socket is laid down in place of being shut down.
    keeps: AtomicBool,
}

/// What is on its way out of hyper: the socket, and the body that is to be written to it, if there is one.
#[derive(Default)]
pub(super) struct LaidDown {
    pub(super) socket: Option<TcpStream>,
    pub(super) body: Option<Body>,
}

impl Takeover {
    /// The socket, as hyper is to have it. What was heard on it already comes first.
    pub(super) fn line(&self, socket: TcpStream, heard: Bytes) -> Line {
        Line {
            heard,
            socket: Some(TokioIo::new(socket)),
            takeover: self.clone(),
        }
    }

    /// The answer, as hyper is to have it.
    pub(super) fn answer(&self, version: Version, answer: Response<Body>) -> Response<Body> {
        let is_endless = answer.extensions().get::<Endless>().is_some();
        // With HEAD there is no body.
        if !is_endless || version != Version::HTTP_11 || answer.body().is_end_stream() {
            return answer;
        }
        let (mut head, body) = answer.into_parts();
        head.headers
            .insert(CONNECTION, HeaderValue::from_static("close"));
        let standin = Standin {
            body: Some(body),
            takeover: self.clone(),
        };
        Response::from_parts(head, Body::new(standin))
    }

    /// A request, until this is dropped.
    pub(super) fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    pub(super) fn moves(&self) -> u32 {
        self.0.moves.load(Ordering::Relaxed)
    }

    /// Whether each request was answered, and nothing came behind the last one.
    pub(super) fn is_idle(&self) -> bool {
        self.0.at_rest.load(Ordering::Relaxed) && self.0.under_way.load(Ordering::Relaxed) == 0
    }

    /// Says whether hyper's end of the connection is ours, too.
    pub(super) fn keep(&self, keeps: bool) {
        self.0.keeps.store(keeps, Ordering::Relaxed);
    }

    pub(super) fn has_socket(&self) -> bool {
        self.laid_down().socket.is_some()
    }

    pub(super) fn take(&self) -> LaidDown {
        mem::take(&mut *self.laid_down())
    }

    fn laid_down(&self) -> MutexGuard<'_, LaidDown> {
        let laid_down = self.0.laid_down.lock();
        laid_down.unwrap_or_else(PoisonError::into_inner)
    }

    fn moved(&self, at_rest: bool) {
        self.0.moves.fetch_add(1, Ordering::Relaxed);
        self.0.at_rest.store(at_rest, Ordering::Relaxed);
    }
}

pub(super) struct UnderWay(Takeover);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Writes the body of an answer whose head was sent, until it ends or the client leaves.
pub(super) async fn stream(mut socket: TcpStream, body: Body) -> io::Result<()> {
    let (mut reader, mut writer) = socket.split();
    let leaving = async {
        let mut ignored = [0; 64];
        while reader.read(&mut ignored).await? > 0 {}
        Err(io::Error::from(io::ErrorKind::UnexpectedEof))
    };
    tokio::select! {
        sent = send_chunks(&mut writer, body) => sent,
        left = leaving => left,
    }
}

/// Asks for a chunk only when the one before has left, so that a slow reader costs no memory.
async fn send_chunks(line: &mut (impl AsyncWrite + Unpin), mut body: Body) -> io::Result<()> {
    while let Some(frame) = body.frame().await {
        // There are no trailers; an empty chunk would be the end.
        let data = frame.map_err(io::Error::other)?.into_data();
        if let Some(data) = data.ok().filter(|data| !data.is_empty()) {
            let size = Bytes::from(format!("{:x}\r\n", data.len()));
            let mut chunk = size.chain(data).chain(&b"\r\n"[..]);
            line.write_all_buf(&mut chunk).await?;
        }
    }
    line.write_all(b"0\r\n\r\n").await?;
    line.shutdown().await
}

/// Stands for the body in hyper's hands.
struct Standin {
    body: Option<Body>,
    takeover: Takeover,
}

impl http_body::Body for Standin {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(body) = self.body.take() {
            self.takeover.laid_down().body = Some(body);
        }
        Poll::Pending
    }
}

/// The socket in hyper's hands; nothing more happens on it after it was given away.
pub(super) struct Line {
    heard: Bytes,
    socket: Option<TokioIo<TcpStream>>,
    takeover: Takeover,
}

impl Line {
    fn poll_socket<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut TokioIo<TcpStream>>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut self.socket {
            Some(socket) => poll(Pin::new(socket)),
            None => Poll::Pending,
        }
    }

    fn lay_down(&mut self) {
        let socket = self.socket.take().map(TokioIo::into_inner);
        self.takeover.laid_down().socket = socket;
    }
}

impl Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.heard.is_empty() {
            let fitting = buffer.remaining().min(self.heard.len());
            buffer.put_slice(&self.heard.split_to(fitting));
            self.takeover.moved(false);
            return Poll::Ready(Ok(()));
        }
        let read = ready!(self.poll_socket(|socket| socket.poll_read(context, buffer)));
        self.takeover.moved(false);
        Poll::Ready(read)
    }
}

impl Write for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.poll_socket(|socket| socket.poll_write_vectored(context, bytes));
        let size: usize = bytes.iter().map(|slice| slice.len()).sum();
        self.takeover
            .moved(matches!(written, Poll::Ready(Ok(written)) if written == size));
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.as_ref().is_some_and(Write::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_socket(|socket| socket.poll_flush(context)))?;
        if self.takeover.laid_down().body.is_some() {
            self.lay_down();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.takeover.0.keeps.load(Ordering::Relaxed) {
            self.lay_down();
            return Poll::Ready(Ok(()));
        }
        self.poll_socket(|socket| socket.poll_shutdown(context))
    }
}
