//! What can be done with tasks: the use-cases. No HTTP and no SQL here.

pub mod model;

use std::sync::Arc;

use self::model::{Expected, Filter, NewTask, Position, Task, TaskId, TaskPage, TaskPatch, UserId};
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
}

/// A part of a list, and where the next one begins.
pub struct Listing {
    pub page: TaskPage,
    /// `None` on the last page.
    pub next: Option<Position>,
}

impl Tasks {
    pub fn new(store: Arc<Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    pub async fn create(&self, user: &UserId, new: &NewTask) -> Result<Task> {
        let id = TaskId(self.clock.new_id());
        self.store
            .create_task(user, id, new, self.clock.now())
            .await
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

    /// The number of the user's latest change.
    pub async fn latest_change(&self, user: &UserId) -> Result<i64> {
        let (_, seq) = self.store.count_tasks(user, Filter::default()).await?;
        Ok(seq)
    }

    /// # Errors
    /// [`Error::TaskNotFound`] also when the task is somebody else's; [`Error::TaskChanged`] if it has
    /// another version than expected.
    pub async fn change(
        &self,
        user: &UserId,
        id: TaskId,
        patch: &TaskPatch,
        expected: &Expected,
    ) -> Result<Task> {
        let now = self.clock.now();
        match self
            .store
            .change_task(user, id, patch, expected, now)
            .await?
        {
            Some(task) => Ok(task),
            None => Err(self.why_not(user, id, expected).await?),
        }
    }

    /// Sets whether the task is done; saying the same again changes nothing but its version.
    ///
    /// # Errors
    /// As [`Tasks::change`].
    pub async fn complete(
        &self,
        user: &UserId,
        id: TaskId,
        completed: bool,
        expected: &Expected,
    ) -> Result<Task> {
        let patch = TaskPatch {
            completed: Some(completed),
            ..TaskPatch::default()
        };
        self.change(user, id, &patch, expected).await
    }

    /// # Errors
    /// As [`Tasks::change`].
    pub async fn delete(&self, user: &UserId, id: TaskId, expected: &Expected) -> Result<()> {
        if self.store.delete_task(user, id, expected).await? {
            return Ok(());
        }
        Err(self.why_not(user, id, expected).await?)
    }

    /// Why a write found no task to change: there is none, or it is not the one that the caller knows.
    async fn why_not(&self, user: &UserId, id: TaskId, expected: &Expected) -> Result<Error> {
        if *expected == Expected::Anything {
            return Ok(Error::TaskNotFound);
        }
        let found = self.store.find_task(user, id).await?;
        Ok(found.map_or(Error::TaskNotFound, |task| {
            Error::TaskChanged(Box::new(task))
        }))
    }
}
