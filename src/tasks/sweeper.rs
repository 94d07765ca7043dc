//! Removes for good what has been kept long enough, in the background and in small steps.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::error::{Result, chain};
use crate::store::Store;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_mins(1);

/// Sweeps up behind everybody.
pub struct Sweeper {
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
}

/// How many rows were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub tasks: usize,
    pub changes: usize,
    pub answers: usize,
    pub tickets: usize,
}

impl Sweeper {
    pub fn new(store: Arc<Store>, clock: Clock, retention: Duration) -> Self {
        Self {
            store,
            clock,
            retention,
        }
    }

    /// Sweeps at once and then every minute, until `stop`.
    pub fn start(self, tasks: &TaskTracker, stop: CancellationToken) {
        tasks.spawn(async move {
            stop.run_until_cancelled(self.keep_clean()).await;
        });
    }

    async fn keep_clean(&self) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(?swept, "swept"),
                Err(error) => tracing::warn!(error = chain(&error), "could not sweep"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One round: all that is old enough by now.
    pub async fn sweep(&self) -> Result<Swept> {
        let now = self.clock.now();
        let until = now.minus(self.retention);
        Ok(Swept {
            tasks: to_the_end(|| self.store.system_sweep_trash(until)).await?,
            changes: to_the_end(|| self.store.system_sweep_changes(until)).await?,
            answers: to_the_end(|| self.store.system_sweep_answers(now)).await?,
            tickets: to_the_end(|| self.store.system_sweep_tickets(now)).await?,
        })
    }
}

/// Step after step, until one finds nothing.
async fn to_the_end<F: Future<Output = Result<usize>>>(step: impl Fn() -> F) -> Result<usize> {
    let mut sum = 0;
    loop {
        match step().await? {
            0 => return Ok(sum),
            swept => sum += swept,
        }
        // Others who wait go first.
        tokio::task::yield_now().await;
    }
}
