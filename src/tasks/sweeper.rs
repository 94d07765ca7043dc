//! Removes what is older than the retention, in the background and in small steps.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Leaving;
use crate::clock::{Clock, Timestamp};
use crate::domain::{Author, Deed, Done, SpaceId, UserId, Work};
use crate::error::{Result, chain};
use crate::store::Store;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_mins(1);

/// How many steps through the spaces a round makes, so that a million of them cost little: each is looked at within
/// the hour.
const STEPS_THROUGH_SPACES: usize = 40;

/// Removes what is too old.
pub struct Sweeper {
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
    leaving: Leaving,
    /// The last space that was looked at; empty before the first one.
    after: String,
}

/// How many rows were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub tasks: usize,
    pub changes: usize,
    pub answers: usize,
    pub tickets: usize,
    pub users: usize,
}

/// What one step through some spaces removed.
#[derive(Clone, Debug, Default)]
pub struct SpacesStep {
    pub changes: usize,
    pub answers: usize,
    /// The last of these spaces; none if there are no more.
    pub last: Option<String>,
}

impl Sweeper {
    pub fn new(store: Arc<Store>, clock: Clock, retention: Duration, leaving: Leaving) -> Self {
        Self {
            store,
            clock,
            retention,
            leaving,
            after: String::new(),
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

    /// One round: all that is old enough by now; but changes and answers only of the next 20,000 spaces, round by
    /// round.
    pub async fn sweep(&mut self) -> Result<Swept> {
        let now = self.clock.now();
        let until = now.minus(self.retention);
        // A failure in one part does not stop the others.
        let tasks = to_the_end(|| self.sweep_trash(until)).await;
        let spaces = self.sweep_spaces(until).await;
        let tickets = to_the_end(|| self.store.system_sweep_tickets(now)).await;
        let users = self.remove_users().await;
        let (changes, answers) = spaces?;
        Ok(Swept {
            tasks: tasks?,
            changes,
            answers,
            tickets: tickets?,
            users: users?,
        })
    }

    /// Continues interrupted removals.
    async fn remove_users(&self) -> Result<usize> {
        let spaces = self.store.system_list_leaving().await?;
        for space in &spaces {
            self.leaving.finish(&self.store, space).await?;
        }
        Ok(spaces.len())
    }

    /// A step through the spaces with the oldest trash.
    async fn sweep_trash(&self, until: Timestamp) -> Result<usize> {
        let mut swept = 0;
        for (space, until) in self.store.system_list_swept(until).await? {
            swept += self.work(space, Deed::SweepTrash { until }).await;
        }
        Ok(swept)
    }

    /// Through some spaces, each to its end. Gives how many changes and answers went.
    async fn sweep_spaces(&mut self, until: Timestamp) -> Result<(usize, usize)> {
        let (mut changes, mut answers, mut steps) = (0, 0, 0);
        while steps < STEPS_THROUGH_SPACES {
            let step = self.sweep_some_spaces(until).await?;
            changes += step.changes;
            answers += step.answers;
            // These spaces may have more.
            if step.changes + step.answers == 0 {
                self.after = step.last.unwrap_or_default();
                steps += 1;
                if self.after.is_empty() {
                    break;
                }
            }
            tokio::task::yield_now().await;
        }
        Ok((changes, answers))
    }

    /// One step in each of some spaces.
    pub async fn sweep_some_spaces(&self, until: Timestamp) -> Result<SpacesStep> {
        let now = self.clock.now();
        let spaces = self
            .store
            .system_list_due_spaces(&self.after, until, now)
            .await?;
        let last = spaces.last().map(|due| due.space.as_str().to_owned());
        let mut step = SpacesStep {
            last,
            ..SpacesStep::default()
        };
        for due in spaces {
            if due.has_answers {
                step.answers += self.store.sweep_answers(&due.space, now).await?;
            }
            if due.has_changes {
                step.changes += self.work(due.space, Deed::SweepChanges { until }).await;
            }
        }
        Ok(step)
    }

    /// Gives how many rows went. A space where it fails does not stop the others.
    async fn work(&self, space: SpaceId, deed: Deed) -> usize {
        let work = Work {
            space,
            // It makes no change that readers have to see.
            author: Author {
                actor: UserId::stored("sweeper".to_owned()),
                request_id: "-".into(),
            },
            now: self.clock.now(),
            deed,
            key: None,
            epoch: 0,
            most_tasks: i64::MAX,
        };
        match self
            .store
            .apply(work, None, 0)
            .await
            .map(|applied| applied.done)
        {
            Ok(Done::Swept(count)) => count,
            Ok(_) => 0,
            Err(error) => {
                tracing::warn!(error = chain(&error), "could not sweep in a space");
                0
            }
        }
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
        // Other works go first.
        tokio::task::yield_now().await;
    }
}
