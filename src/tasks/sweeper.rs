//! Removes what is older than the retention, in the background and in small steps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Leaving;
use crate::clock::{Clock, Timestamp};
use crate::domain::limits::{KEY_LIFETIME, SHORTEST_KEY_LIFETIME};
use crate::domain::{Author, Deed, Done, SpaceId, UserId, Work};
use crate::error::{Error, Result, chain};
use crate::store::{Old, Store};

/// The time between two rounds.
const PAUSE: Duration = Duration::from_mins(1);

/// How long a round goes on with one kind of things, so that the others have their turn.
const LONGEST_PART: Duration = Duration::from_mins(1);

/// Changes are swept when they are so much older than they have to be, of the time that they are kept: an hour of 30
/// days. So one who writes all day long is swept once an hour and not once a minute.
const DELAY_OF_CHANGES: u32 = 720;

/// The same of answers.
const DELAY_OF_ANSWERS: Duration = SHORTEST_KEY_LIFETIME;

/// Removes what is too old.
pub struct Sweeper {
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
    leaving: Leaving,
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

impl Sweeper {
    pub fn new(store: Arc<Store>, clock: Clock, retention: Duration, leaving: Leaving) -> Self {
        Self {
            store,
            clock,
            retention,
            leaving,
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
        // A failure in one part does not stop the others.
        let tasks = to_the_end(|| self.sweep_trash(until)).await;
        let changes = self.sweep_changes(until).await;
        let answers = self.sweep_answers(now).await;
        let tickets = to_the_end(|| self.store.system_sweep_tickets(now)).await;
        let users = self.remove_users().await;
        Ok(Swept {
            tasks: tasks?,
            changes: changes?,
            answers: answers?,
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
        for Old { space, time } in self.store.system_list_swept(until).await? {
            let (rows, _) = self.work(space, Deed::SweepTrash { until: time }).await;
            swept += rows;
        }
        Ok(swept)
    }

    /// The spaces with the oldest changes first, each to its end.
    async fn sweep_changes(&self, until: Timestamp) -> Result<usize> {
        let due = until.minus(self.retention / DELAY_OF_CHANGES);
        let (mut swept, mut after, start) = (0, None, Instant::now());
        loop {
            let list = self.store.system_list_old_changes(due, after.as_ref());
            let spaces = list.await?;
            for old in &spaces {
                loop {
                    let (rows, more) = self.sweep_some_changes(&old.space, until).await;
                    swept += rows;
                    if start.elapsed() > LONGEST_PART {
                        return Ok(swept);
                    }
                    if !more {
                        break;
                    }
                }
            }
            after = spaces.into_iter().next_back();
            if after.is_none() {
                return Ok(swept);
            }
        }
    }

    /// One step in one space: how many changes went, and whether there are more.
    pub async fn sweep_some_changes(&self, space: &SpaceId, until: Timestamp) -> (usize, bool) {
        // Others who wait go first.
        tokio::task::yield_now().await;
        self.work(space.clone(), Deed::SweepChanges { until }).await
    }

    /// The same of answers.
    async fn sweep_answers(&self, now: Timestamp) -> Result<usize> {
        let due = now.minus(KEY_LIFETIME + DELAY_OF_ANSWERS);
        let (mut swept, mut after, start) = (0, None, Instant::now());
        loop {
            let list = self.store.system_list_old_answers(due, after.as_ref());
            let spaces = list.await?;
            for old in &spaces {
                tokio::task::yield_now().await;
                match self.store.sweep_answers(&old.space, now).await {
                    Ok(rows) => swept += rows,
                    Err(error) => could_not_sweep(&error),
                }
                if start.elapsed() > LONGEST_PART {
                    return Ok(swept);
                }
            }
            after = spaces.into_iter().next_back();
            if after.is_none() {
                return Ok(swept);
            }
        }
    }

    /// Gives how many rows went, and whether there are more. A space where it fails does not stop the others.
    async fn work(&self, space: SpaceId, deed: Deed) -> (usize, bool) {
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
            Ok(Done::Swept { rows, more }) => (rows, more),
            Ok(_) => (0, false),
            Err(error) => {
                could_not_sweep(&error);
                (0, false)
            }
        }
    }
}

fn could_not_sweep(error: &Error) {
    tracing::warn!(error = chain(error), "could not sweep in a space");
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
