//! One connection, from its first byte to its end. hyper detects the version of HTTP and parses the requests;
//! how long a connection may be idle, and that it ends with the server, is decided here.

use std::convert::Infallible;
use std::error::Error;
use std::future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::http::front::public_path::Peer;
use crate::http::front::unread::{LONGEST_PAUSE, Unread};
use crate::http::front::{FrontDoor, framing};

/// How long a client may take to send the head of a request; also how long an idle connection is kept.
pub(in crate::http) const HEADER_TIMEOUT: Duration = Duration::from_mins(1);

/// How much hyper may buffer for a client that does not read, on a connection of HTTP/1.1 or a stream of HTTP/2; also
/// how long the head of a request may be.
const MOST_BUFFERED: usize = 64 * 1024;

/// How often slow readers are looked for.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

const UNREAD: &str = "what was answered was not read";

/// How all connections are served.
pub(in crate::http) struct Connections {
    door: FrontDoor,
    hyper: auto::Builder<TokioExecutor>,
    stop: CancellationToken,
    unread: Arc<Unread>,
}

impl Connections {
    /// With `stop`, requests in flight are answered, and every connection ends.
    pub(in crate::http) fn new(door: FrontDoor, stop: CancellationToken) -> Arc<Self> {
        let mut hyper = auto::Builder::new(TokioExecutor::new());
        hyper
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(MOST_BUFFERED)
            .http2()
            .max_send_buf_size(MOST_BUFFERED)
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(HEADER_TIMEOUT));
        Arc::new(Self {
            door,
            hyper,
            stop,
            unread: Unread::new(),
        })
    }

    /// Until it is dropped: closes the connections of clients that do not read their responses.
    pub(in crate::http) async fn watch(self: Arc<Self>) {
        let mut looks = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            looks.tick().await;
            self.unread.cut_those_who_pause(LONGEST_PAUSE);
        }
    }

    /// Serves one until it ends.
    pub(in crate::http) async fn serve(
        self: Arc<Self>,
        socket: TcpStream,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        // A token of its own, because each look at it takes its lock.
        let stop = self.stop.child_token();
        let peer = socket.peer_addr().ok();
        let peer = peer.filter(|_| self.door.asks_for_peer());
        let place = self.unread.enter();
        let asked = Arc::new(Notify::new());
        let service = service_fn(|mut request: Request<Incoming>| {
            asked.notify_one();
            framing::note(&mut request);
            request.extensions_mut().insert(place.clone());
            if let Some(peer) = peer {
                request.extensions_mut().insert(Peer(peer.ip()));
            }
            let door = self.door.clone();
            // In a box, which is freed with the response: otherwise each connection would keep memory for it.
            Box::pin(async move { Ok::<_, Infallible>(door.handle(request.map(Body::new)).await) })
        });
        // hyper waits without a limit for the bytes that show the version.
        let silent = async {
            if timeout(HEADER_TIMEOUT, asked.notified()).await.is_ok() {
                future::pending::<()>().await;
            }
        };
        let mut connection = pin!(self.hyper.serve_connection(TokioIo::new(socket), service));
        tokio::select! {
            end = &mut connection => return end,
            () = place.cut() => return Err(UNREAD.into()),
            () = silent => {}
            () = stop.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            end = &mut connection => end,
            () = place.cut() => Err(UNREAD.into()),
        }
    }
}
