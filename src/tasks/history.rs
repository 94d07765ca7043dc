//! What happened to a task.

use super::Tasks;
use crate::clock::Timestamp;
use crate::domain::{Change, Refusal, SpaceId, TaskId};
use crate::error::Result;

/// A part of a task's history, and the number of the change where the next part begins.
pub struct HistoryPage {
    pub changes: Vec<Change>,
    /// `None` on the last page.
    pub next: Option<i64>,
}

impl Tasks {
    /// At most `limit` changes of a task, newest first, from the change `from` on.
    ///
    /// # Errors
    /// [`Refusal::TaskNotFound`]; a task in the trash has a history.
    pub async fn list_history(
        &self,
        space: &SpaceId,
        id: TaskId,
        from: Option<i64>,
        limit: usize,
    ) -> Result<HistoryPage> {
        // One more than asked for tells whether there is a next page.
        let since = self.kept_since();
        let mut changes = self
            .store
            .list_history(space, id, from, limit + 1, since)
            .await?;
        // The changes of a task that is there may have been swept.
        if changes.is_empty() && self.store.find_any_task(space, id).await?.is_none() {
            return Err(Refusal::TaskNotFound.into());
        }
        let next = changes.get(limit).map(|change| change.seq);
        changes.truncate(limit);
        Ok(HistoryPage { changes, next })
    }

    /// What is older is no longer told, whether it was swept already or not: so a batch goes at once.
    pub(super) fn kept_since(&self) -> Timestamp {
        self.clock.now().minus(self.retention)
    }
}
