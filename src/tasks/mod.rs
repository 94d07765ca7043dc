//! What can be done with tasks: the use-cases. No HTTP and no SQL here.

pub mod changes;
pub mod history;
pub mod model;
pub mod operation;
pub mod sweeper;
pub mod tickets;
mod under_way;
pub mod watch;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::model::{Filter, NewTask, Position, Task, TaskId, TaskPage, UserId};
use self::operation::{Done, Operation, Twice, Work};
use self::under_way::UnderWay;
use self::watch::Watches;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::Store;

/// How many tasks a list without a limit reads at a time: little enough to hold for a slow reader
/// (2 MiB if every description is as long as it may be), much enough to ask seldom.
const CHUNK: usize = 250;

/// The use-cases, for whoever has an identity.
#[derive(Clone)]
pub struct Tasks {
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
    under_way: UnderWay,
    watches: Watches,
}

/// A part of a list, and where the next one begins.
pub struct Listing {
    pub page: TaskPage,
    /// `None` on the last page.
    pub next: Option<Position>,
}

impl Tasks {
    pub fn new(store: Arc<Store>, clock: Clock, retention: Duration) -> Self {
        Self {
            store,
            clock,
            retention,
            under_way: UnderWay::default(),
            watches: Watches::default(),
        }
    }

    /// Hears in the background, until `stop`, of what nobody here says: what other processes write, and what was
    /// written after its caller had gone.
    pub fn start(&self, background: &TaskTracker, stop: CancellationToken) {
        background.spawn(self.watches.clone().follow(self.store.clone(), stop));
    }

    /// For how many users somebody waits for changes.
    pub fn watched_users(&self) -> usize {
        self.watches.len()
    }

    /// A task that is to be created, under an id that is new.
    pub fn creation(&self, new: NewTask) -> Operation {
        Operation::Create {
            id: TaskId(self.clock.new_id()),
            new,
            twice: Twice::Impossible,
        }
    }

    /// Does the work in one transaction.
    ///
    /// # Errors
    /// [`Error::KeyReused`] and [`Error::KeyInUse`], or a failure. What an operation is refused for stands in its outcome.
    pub async fn apply(&self, work: Work) -> Result<Done> {
        let key = work.repeat.as_ref().map(|repeat| repeat.key.clone());
        let _turn = match key {
            Some(key) => Some(self.under_way.enter(work.user.clone(), key)?),
            None => None,
        };
        let several = work.operations.len() > 1;
        let batch = several.then(|| self.clock.new_id());
        let (user, is_atomic, dry_run) = (work.user.clone(), work.atomic, work.dry_run);
        let done = self.store.apply(work, batch, self.clock.now()).await?;
        if !dry_run && let Some(seq) = watch::latest_change(&done, is_atomic) {
            self.watches.wake(&user, seq);
        }
        Ok(done)
    }

    /// # Errors
    /// [`Error::TaskNotFound`] also when the task is somebody else's.
    pub async fn get(&self, user: &UserId, id: TaskId) -> Result<Task> {
        let task = self.store.find_task(user, id).await?;
        task.ok_or(Error::TaskNotFound)
    }

    /// At most `limit` tasks from the one after `after` on, newest first.
    pub async fn list(
        &self,
        user: &UserId,
        filter: Filter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Listing> {
        // One more than asked for tells whether there is a next page.
        let mut page = self
            .store
            .list_tasks(user, filter, after, limit + 1)
            .await?;
        let more = page.tasks.len() > limit;
        page.tasks.truncate(limit);
        let next = page.tasks.last().filter(|_| more).map(Task::position);
        Ok(Listing { page, next })
    }

    /// The next part of a list that is read to its end.
    pub async fn list_chunk(
        &self,
        user: &UserId,
        filter: Filter,
        after: Option<Position>,
    ) -> Result<Listing> {
        self.list(user, filter, after, CHUNK).await
    }

    /// How many tasks a list has, and the number of the user's latest change.
    pub async fn count(&self, user: &UserId, filter: Filter) -> Result<(i64, i64)> {
        self.store.count_tasks(user, filter).await
    }
}
