//! The history of a task or a list.

use std::collections::BTreeMap;

use super::Tasks;
use crate::clock::Timestamp;
use crate::domain::{Change, Item, ItemId, Refusal, SpaceId};
use crate::error::Result;

/// How many later changes are read at a time to find what was before them, and how many in all.
const LATER_AT_ONCE: usize = 500;
const MOST_LATER: usize = 10_000;

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
        let latest = self.find_any(space, item).await?;
        let latest = latest.ok_or(Refusal::NotFound(item.noun()))?;
        let from = from.unwrap_or(latest.seq());
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

    /// A task or a list with the content that it had after each of these changes; all else is as it is now, and so is what no
    /// change that is still stored tells, or none of the latest ten thousand. Empty if it is not there any more, not even
    /// in the trash.
    ///
    /// # Errors
    /// What the database has.
    pub async fn contents_as_of(
        &self,
        space: &SpaceId,
        item: ItemId,
        mut seqs: Vec<i64>,
    ) -> Result<BTreeMap<i64, Item>> {
        let mut states = BTreeMap::new();
        // Before the changes: what happens between the two is among them.
        let Some(mut found) = self.find_any(space, item).await? else {
            return Ok(states);
        };
        // The latest is taken from the end.
        seqs.sort_unstable();
        let mut take = |until: i64, found: &Item| {
            while let Some(seq) = seqs.pop_if(|seq| *seq >= until) {
                states.insert(seq, found.clone());
            }
            seqs.is_empty()
        };
        let mut next = Some(found.seq());
        for _ in 0..MOST_LATER / LATER_AT_ONCE {
            let Some(from) = next.filter(|from| !take(*from, &found)) else {
                break;
            };
            let changes = self
                .store
                .list_history(space, item, from, LATER_AT_ONCE, Timestamp::MIN)
                .await?;
            for change in &changes {
                if take(change.seq, &found) {
                    break;
                }
                found.put_back(&change.replaced);
            }
            next = changes.last().and_then(|change| change.former_seq);
        }
        take(i64::MIN, &found);
        Ok(states)
    }

    async fn find_any(&self, space: &SpaceId, item: ItemId) -> Result<Option<Item>> {
        Ok(match item {
            ItemId::Task(id) => self.store.find_any_task(space, id).await?.map(Item::Task),
            ItemId::List(id) => self.store.find_any_list(space, id).await?.map(Item::List),
        })
    }

    /// Older changes are not shown, whether they were swept already or not: so a batch disappears as a whole.
    pub(super) fn kept_since(&self) -> Timestamp {
        self.clock.now().minus(self.retention)
    }
}
