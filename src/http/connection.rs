//! One connection, from its first byte to its end: which version of HTTP is spoken, and who reads its requests. hyper does,
//! from a first byte on; while nothing is said, only the socket is kept, because hyper would keep two buffers of 8 KiB.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::FrontDoor;
use super::public_path::Peer;
use super::takeover::{self, Failure, LaidDown, Takeover};

/// How long a client may take to send the head of a request; also how long an idle connection is kept.
pub(super) const HEADER_TIMEOUT: Duration = Duration::from_mins(1);

/// After so long without a byte in either direction, and at most twice as long, an idle connection leaves hyper.
const QUIET: Duration = Duration::from_secs(2);

/// How long it is kept from then on: a minute in all, or two seconds more.
const IDLE_TIMEOUT: Duration = Duration::from_secs(58);

/// How HTTP/2 begins (RFC 9113 §3.4). No request of HTTP/1 does.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Http1,
    Http2,
}

/// What is left of a connection of HTTP/1 when hyper has no more to do.
enum Left {
    Nothing,
    /// The body of an answer whose head was sent.
    Stream(TcpStream, Body),
    /// What was read and not understood yet.
    Idle(TcpStream, Bytes),
}

/// How connections are served, all in the same way.
pub(super) struct Connections {
    door: FrontDoor,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    stop: CancellationToken,
}

impl Connections {
    /// With `stop`, requests under way are answered, and every connection ends.
    pub(super) fn new(door: FrontDoor, stop: CancellationToken) -> Arc<Self> {
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(HEADER_TIMEOUT));
        Arc::new(Self {
            door,
            http1,
            http2,
            stop,
        })
    }

    /// Serves one until it ends. What is large stands in boxes, which are gone when nothing is said.
    pub(super) async fn serve(self: Arc<Self>, mut socket: TcpStream) -> Result<(), Failure> {
        // One of its own: whoever looks at it locks it.
        let stop = self.stop.child_token();
        let mut heard = Vec::new();
        let version = within(&stop, HEADER_TIMEOUT, find_version(&mut socket, &mut heard)).await?;
        let mut heard = Bytes::from(heard);
        match version {
            None => return Ok(()),
            Some(Version::Http2) => return Box::pin(self.serve_2(socket, heard, &stop)).await,
            Some(Version::Http1) => {}
        }
        loop {
            match Box::pin(self.serve_1(socket, heard, &stop)).await? {
                Left::Nothing => return Ok(()),
                Left::Stream(socket, body) => return Ok(takeover::stream(socket, body).await?),
                Left::Idle(idle, rest) => (socket, heard) = (idle, rest),
            }
            let readable = socket.readable();
            if heard.is_empty() && within(&stop, IDLE_TIMEOUT, readable).await?.is_none() {
                return Ok(());
            }
        }
    }

    /// Serves requests of HTTP/1 until hyper has no more to do.
    async fn serve_1(
        &self,
        socket: TcpStream,
        heard: Bytes,
        stop: &CancellationToken,
    ) -> Result<Left, Failure> {
        let takeover = Takeover::default();
        let service = self.service(&socket, &takeover);
        let line = takeover.line(socket, heard);
        let mut connection = Box::new(self.http1.serve_connection(line, service));
        let (mut stopped, mut stopping) = (pin!(stop.cancelled()), false);
        let (mut tick, mut moves) = (pin!(sleep(QUIET)), 0);
        poll_fn(|context| {
            loop {
                if let Poll::Ready(end) = Pin::new(&mut *connection).poll(context) {
                    return Poll::Ready(end);
                }
                if takeover.has_socket() {
                    return Poll::Ready(Ok(()));
                }
                takeover.keep(false);
                if !stopping && stopped.as_mut().poll(context).is_ready() {
                    stopping = true;
                    Pin::new(&mut *connection).graceful_shutdown();
                } else if tick.as_mut().poll(context).is_ready() {
                    tick.as_mut().reset(Instant::now() + QUIET);
                    let before = std::mem::replace(&mut moves, takeover.moves());
                    if before == moves && !stopping && takeover.is_idle() {
                        // hyper ends an idle connection at once then, and the line keeps the socket.
                        takeover.keep(true);
                        Pin::new(&mut *connection).graceful_shutdown();
                    }
                } else {
                    return Poll::Pending;
                }
            }
        })
        .await?;
        let LaidDown { socket, body } = takeover.take();
        Ok(match (socket, body) {
            (Some(socket), Some(body)) => Left::Stream(socket, body),
            // A copy: also an empty rest would keep the buffer.
            (Some(socket), None) => {
                let rest = Bytes::copy_from_slice(&connection.into_parts().read_buf);
                Left::Idle(socket, rest)
            }
            (None, _) => Left::Nothing,
        })
    }

    async fn serve_2(
        &self,
        socket: TcpStream,
        heard: Bytes,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let takeover = Takeover::default();
        let service = self.service(&socket, &takeover);
        let line = takeover.line(socket, heard);
        let mut connection = pin!(self.http2.serve_connection(line, service));
        tokio::select! {
            end = &mut connection => return Ok(end?),
            () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        Ok(connection.await?)
    }

    fn service(
        &self,
        socket: &TcpStream,
        takeover: &Takeover,
    ) -> impl Service<
        Request<Incoming>,
        Response = Response<Body>,
        Error = Infallible,
        Future: Send + Unpin,
    > + use<> {
        let (door, takeover) = (self.door.clone(), takeover.clone());
        let peer = socket.peer_addr().ok().filter(|_| door.asks_for_peer());
        let peer = peer.map(|address| Peer(address.ip()));
        service_fn(move |mut request: Request<Incoming>| {
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            let (door, takeover) = (door.clone(), takeover.clone());
            // In a box, which is gone with the answer: else each connection would keep room for it.
            Box::pin(async move {
                let _under_way = takeover.begin();
                let version = request.version();
                let answer = door.handle(request.map(Body::new)).await;
                Ok(takeover.answer(version, answer))
            })
        })
    }
}

/// What comes of it in time, unless the server stops before.
async fn within<T>(
    stop: &CancellationToken,
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> io::Result<Option<T>> {
    tokio::select! {
        outcome = timeout(limit, work) => outcome.ok().transpose(),
        () = stop.cancelled() => Ok(None),
    }
}

/// Reads as much as it takes to tell.
async fn find_version(socket: &mut TcpStream, heard: &mut Vec<u8>) -> io::Result<Version> {
    heard.reserve_exact(PREFACE.len());
    while heard.len() < PREFACE.len() && PREFACE.starts_with(heard) {
        let room = PREFACE.len() - heard.len();
        if (&mut *socket).take(room as u64).read_buf(heard).await? == 0 {
            // Whatever it was going to be: hyper deals with what is cut off.
            return Ok(Version::Http1);
        }
    }
    let is_2 = heard == PREFACE;
    Ok(if is_2 { Version::Http2 } else { Version::Http1 })
}
