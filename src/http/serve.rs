//! Takes connections and feeds their requests to the front door, until told to stop; then lets those in flight end.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use super::FrontDoor;
use super::takeover::Takeover;

/// How long requests in flight may go on after the signal to stop. With what follows, less than the 30 s after
/// which container engines lose their patience.
pub const LONGEST_DRAIN: Duration = Duration::from_secs(28);

/// How long a client may take to send the head of a request; also how long an idle connection is kept.
pub(super) const HEADER_TIMEOUT: Duration = Duration::from_mins(1);

/// How long what was sent may stay unacknowledged, in milliseconds: then the reader is dead or stuck, and is cut off.
#[cfg(target_os = "linux")]
const LONGEST_SILENCE_MS: u32 = 30_000;

/// After an error of `accept` (too many open files, say) there is no use in asking again at once.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is done, then drains.
pub async fn serve(listener: TcpListener, door: FrontDoor, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let connections = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEADER_TIMEOUT));

    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted.and_then(|(stream, _)| prepared(stream)) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let takeover = Takeover::default();
        let connection = builder
            .serve_connection(
                takeover.line(stream),
                service(door.clone(), takeover.clone()),
            )
            .into_owned();
        // In a box, which is gone when the connection is taken over.
        let connection = Box::pin(connections.watch(connection));
        tasks.spawn(async move {
            // The client went away, or did not speak HTTP: its own affair.
            if let Err(error) = takeover.drive(connection).await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tracing::info!("stopping: requests in flight may end");
    tasks.close();
    let drained = async { tokio::join!(connections.shutdown(), tasks.wait()) };
    if tokio::time::timeout(LONGEST_DRAIN, drained).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

fn service(
    door: FrontDoor,
    takeover: Takeover,
) -> impl Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send> {
    service_fn(move |request: Request<Incoming>| {
        let (door, takeover) = (door.clone(), takeover.clone());
        // In a box, which is gone with the answer: else each connection would keep room for it, also an idle one.
        Box::pin(async move {
            let version = request.version();
            let answer = door.handle(request.map(Body::new)).await;
            Ok(takeover.answer(version, answer))
        })
    })
}

fn prepared(stream: TcpStream) -> io::Result<TcpStream> {
    // Small answers leave at once instead of waiting for more to send with them.
    stream.set_nodelay(true)?;
    // Nobody else would notice: a stream writes seldom, and waits for ever if nothing is taken.
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(&stream, LONGEST_SILENCE_MS)?;
    Ok(stream)
}
