//! The time and the number of database calls of one request, for the request log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

tokio::task_local! {
    static METER: Arc<Meter>;
}

/// Counts the calls to the database that one request makes.
#[derive(Debug, Default)]
pub struct Meter {
    micros: AtomicU64,
    calls: AtomicU32,
}

impl Meter {
    /// Runs the future of one request, and counts its database calls.
    pub async fn measure<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        METER.scope(self.clone(), work).await
    }

    pub fn time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }

    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }
}

pub(super) fn record(time: Duration) {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    // Outside a request (start, background work) nothing is counted.
    let _ = METER.try_with(|meter| {
        meter.micros.fetch_add(micros, Ordering::Relaxed);
        meter.calls.fetch_add(1, Ordering::Relaxed);
    });
}
