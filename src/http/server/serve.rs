//! Accepts connections until the server is told to stop; then waits for requests in flight.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::connection::Connections;
use crate::http::front::FrontDoor;

/// How long requests in flight may go on after the signal to stop. Together with the rest of the stop, less than the
/// 30 s after which container engines kill the process.
pub const LONGEST_DRAIN: Duration = Duration::from_secs(28);

/// How long sent data may stay unacknowledged, in milliseconds: then the reader is dead or stuck, and is disconnected.
#[cfg(target_os = "linux")]
const LONGEST_SILENCE_MS: u32 = 30_000;

/// How often the log says that the limit of connections is reached.
const BETWEEN_WARNINGS: Duration = Duration::from_mins(1);

/// After an error of `accept` (too many open files, for example) an immediate retry does not help.
pub(in crate::http) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is done, then drains. At most `most` connections are open at a time; further ones wait to be
/// accepted, so that files are left for the database.
pub async fn serve(
    listener: TcpListener,
    door: FrontDoor,
    most: usize,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let stopping = CancellationToken::new();
    let connections = Connections::new(door, stopping.clone());
    let tasks = TaskTracker::new();
    let mut warned = None;
    let watching = AbortOnDropHandle::new(TaskTracker::new().spawn(connections.clone().watch()));
    loop {
        let taking = async {
            let place = place(&places, &mut warned).await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            taken = taking => taken,
            () = &mut stop => break,
        };
        let socket = match accepted.and_then(|(socket, _)| prepared(socket)) {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connections = connections.clone();
        tasks.spawn(async move {
            // The client disconnected, or did not speak HTTP.
            if let Err(error) = connections.serve(socket).await {
                tracing::debug!(error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    tracing::info!("stopping: requests in flight may end");
    stopping.cancel();
    tasks.close();
    if tokio::time::timeout(LONGEST_DRAIN, tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    drop(watching);
}

/// A permit for one more connection.
async fn place(
    places: &Arc<Semaphore>,
    warned: &mut Option<Instant>,
) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = places.clone().try_acquire_owned() {
        return Some(place);
    }
    if warned.is_none_or(|at| at.elapsed() >= BETWEEN_WARNINGS) {
        *warned = Some(Instant::now());
        tracing::warn!(
            "there are as many connections as may be open: further ones wait (LimitNOFILE, ulimit -n)"
        );
    }
    // The semaphore is never closed.
    places.clone().acquire_owned().await.ok()
}

fn prepared(stream: TcpStream) -> io::Result<TcpStream> {
    // Small answers leave at once instead of waiting for more to send with them.
    stream.set_nodelay(true)?;
    // Nothing else would notice: a stream writes rarely, and would wait for ever if nothing is read.
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(&stream, LONGEST_SILENCE_MS)?;
    Ok(stream)
}
