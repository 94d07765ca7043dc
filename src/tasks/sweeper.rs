//! Removes for good what has been kept long enough, in the background and in small steps.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Timestamp};
use crate::error::{Result, chain};
use crate::store::Store;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_mins(1);

/// How many steps through the users a round makes, so that a million of them cost little: each is looked at within
/// the hour.
const STEPS_THROUGH_USERS: usize = 40;

/// Sweeps up behind everybody.
pub struct Sweeper {
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
    /// The last user whose changes were looked at; empty before the first one.
    place: String,
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
            place: String::new(),
        }
    }

    /// Sweeps at once and then every minute, until `stop`.
    pub fn start(mut self, tasks: &TaskTracker, stop: CancellationToken) {
        tasks.spawn(async move {
            stop.run_until_cancelled(self.keep_clean()).await;
        });
    }

    async fn keep_clean(&mut self) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(?swept, "swept"),
                Err(error) => tracing::warn!(error = chain(&error), "could not sweep"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One round: all that is old enough by now; but changes only of the next 20,000 users, round by round.
    pub async fn sweep(&mut self) -> Result<Swept> {
        let now = self.clock.now();
        let until = now.minus(self.retention);
        Ok(Swept {
            tasks: to_the_end(|| self.store.system_sweep_trash(until)).await?,
            changes: self.sweep_changes(until).await?,
            answers: to_the_end(|| self.store.system_sweep_answers(now)).await?,
            tickets: to_the_end(|| self.store.system_sweep_tickets(now)).await?,
        })
    }

    async fn sweep_changes(&mut self, until: Timestamp) -> Result<usize> {
        let (mut sum, mut steps) = (0, 0);
        while steps < STEPS_THROUGH_USERS {
            let (swept, last) = self.store.system_sweep_changes(&self.place, until).await?;
            sum += swept;
            // These users may have more.
            if swept == 0 {
                self.place = last.unwrap_or_default();
                steps += 1;
                if self.place.is_empty() {
                    break;
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(sum)
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
