//! Takes connections until told to stop; then lets requests in flight end.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::connection::Connections;
use crate::http::front::FrontDoor;

/// How long requests in flight may go on after the signal to stop. With what follows, less than the 30 s after
/// which container engines lose their patience.
pub const LONGEST_DRAIN: Duration = Duration::from_secs(28);

/// How long what was sent may stay unacknowledged, in milliseconds: then the reader is dead or stuck, and is cut off.
#[cfg(target_os = "linux")]
const LONGEST_SILENCE_MS: u32 = 30_000;

/// After an error of `accept` (too many open files, say) there is no use in asking again at once.
pub(in crate::http) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is done, then drains.
pub async fn serve(listener: TcpListener, door: FrontDoor, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    let stopping = CancellationToken::new();
    let connections = Connections::new(door, stopping.clone());
    let tasks = TaskTracker::new();
    let watching = AbortOnDropHandle::new(TaskTracker::new().spawn(connections.clone().watch()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
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
            // The client went away, or did not speak HTTP: its own affair.
            if let Err(error) = connections.serve(socket).await {
                tracing::debug!(error, "a connection ended early");
            }
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

fn prepared(stream: TcpStream) -> io::Result<TcpStream> {
    // Small answers leave at once instead of waiting for more to send with them.
    stream.set_nodelay(true)?;
    // Nobody else would notice: a stream writes seldom, and waits for ever if nothing is taken.
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(&stream, LONGEST_SILENCE_MS)?;
    Ok(stream)
}
