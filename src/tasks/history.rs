//! The history of a task or a list.

use super::Tasks;
use crate::clock::Timestamp;
use crate::domain::{Change, ItemId, Refusal, SpaceId};
use crate::error::Result;

/// A part of a history, and the number of the change where the next part begins.
pub struct HistoryPage {
    pub changes: Vec<Change>,
    /// `None` on the last page.
    pub next: Option<i64>,
}

impl Tasks {
    /// At most `limit` changes of a task or a list, newest first, from the change `from` on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; what is in the trash has a history.
    pub async fn list_history(
        &self,
        space: &SpaceId,
        item: ItemId,
        from: Option<i64>,
        limit: usize,
    ) -> Result<HistoryPage> {
        let latest = match item {
            ItemId::Task(id) => {
                let task = self.store.find_any_task(space, id).await?;
                task.map(|task| task.seq)
            }
            ItemId::List(id) => {
                let list = self.store.find_any_list(space, id).await?;
                list.map(|list| list.seq)
            }
        };
        let latest = latest.ok_or(Refusal::NotFound(item.noun()))?;
        let from = from.unwrap_or(latest);
        // One more than asked for tells whether there is a next page.
        let since = self.kept_since();
        let mut changes = self
            .store
            .list_history(space, item, from, limit + 1, since)
            .await?;
        let next = changes.get(limit).map(|change| change.seq);
        changes.truncate(limit);
        Ok(HistoryPage { changes, next })
    }

    /// Older changes are not shown, whether they were swept already or not: so a batch disappears as a whole.
    pub(super) fn kept_since(&self) -> Timestamp {
        self.clock.now().minus(self.retention)
    }
}
