//! Answers without end over HTTP/1.1: once the head is sent, the connection is taken away from hyper, which would keep
//! two buffers of 8 KiB for it, and the body is written here. What the body says is not made here.
//!
//! hyper gives a connection away for an upgrade only, so it is watched at two steps that it cannot take in another
//! order. It asks an answer for its body when the head is in its buffer: then [`Standin`] lays the real body down. It
//! flushes the line when its buffer is empty: then [`Line`] lays the socket down beside it. Who drives the connection
//! finds both, and drops what is left of hyper's.
//!
//! Dropped with it is what the client has sent behind its request, so the head announces `Connection: close`: a proxy
//! will not send another request on this line. The body is chunked all the same (RFC 9112 §7.1), because only then can
//! the end be told from a broken line. HTTP/1.0 and HTTP/2 are left to hyper.

use std::error::Error;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
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

type Failure = Box<dyn Error + Send + Sync>;

/// Marks an answer, as an extension, that goes on until the client leaves or the server stops. It has to end by itself
/// when the server does.
#[derive(Clone)]
pub(super) struct Endless;

/// Where the socket and the body of one connection are laid down on their way out of hyper.
#[derive(Clone, Default)]
pub(super) struct Takeover(Arc<Mutex<LaidDown>>);

#[derive(Default)]
struct LaidDown {
    body: Option<Body>,
    socket: Option<TcpStream>,
}

impl Takeover {
    /// The socket, as hyper is to have it.
    pub(super) fn line(&self, socket: TcpStream) -> Line {
        Line {
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

    /// Drives hyper's connection to its end, or until it is to be taken over: then that of the answer, until the client
    /// is gone.
    pub(super) async fn drive(
        self,
        mut connection: Pin<Box<impl Future<Output = Result<(), Failure>>>>,
    ) -> Result<(), Failure> {
        let taken = poll_fn(|context| {
            if let Poll::Ready(end) = connection.as_mut().poll(context) {
                return Poll::Ready(end.map(|()| None));
            }
            let mut laid_down = self.laid_down();
            if laid_down.socket.is_none() {
                return Poll::Pending;
            }
            Poll::Ready(Ok(laid_down.socket.take().zip(laid_down.body.take())))
        });
        let Some((mut socket, body)) = taken.await? else {
            return Ok(());
        };
        drop((connection, self));
        let (mut reader, mut writer) = socket.split();
        let leaving = async {
            let mut ignored = [0; 64];
            while reader.read(&mut ignored).await? > 0 {}
            Err(io::Error::from(io::ErrorKind::UnexpectedEof))
        };
        let end = tokio::select! {
            sent = send_chunks(&mut writer, body) => sent,
            left = leaving => left,
        };
        Ok(end?)
    }

    fn laid_down(&self) -> MutexGuard<'_, LaidDown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
}

impl Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_socket(|socket| socket.poll_read(context, buffer))
    }
}

impl Write for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_socket(|socket| socket.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_socket(|socket| socket.poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.as_ref().is_some_and(Write::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_socket(|socket| socket.poll_flush(context)))?;
        let line = &mut *self;
        let mut laid_down = line.takeover.laid_down();
        if laid_down.body.is_some() {
            laid_down.socket = line.socket.take().map(TokioIo::into_inner);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_socket(|socket| socket.poll_shutdown(context))
    }
}
