//! The wish to stop, as the operating system brings it.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to stop: SIGTERM, or SIGINT (Ctrl-C).
pub async fn requested() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        // Without signals only SIGKILL can stop the process, but it can serve.
        tracing::error!("signals cannot be received");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
