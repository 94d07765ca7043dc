//! Lists with a filter or an order, and the tags of a user.

use super::Tasks;
use crate::domain::filter::{Asked, Keyset};
use crate::domain::{SpaceId, TagCount, TaskPage};
use crate::error::Result;
use crate::store::{FilteredPage, chunk_of};

/// A part of a filtered list, and where the next one begins.
pub struct FilteredListing {
    pub page: TaskPage,
    /// Whether there are more than the page's total.
    pub has_more: bool,
    /// `None` on the last page.
    pub next: Option<Keyset>,
}

impl Tasks {
    /// At most `limit` tasks from the one after `after` on, and how many there are in all.
    ///
    /// # Errors
    /// [`crate::domain::Refusal::FilterTooWide`]: to find out takes too long.
    pub async fn list_filtered(
        &self,
        space: &SpaceId,
        asked: &Asked,
        after: Option<&Keyset>,
        limit: usize,
    ) -> Result<FilteredListing> {
        self.look_for(space, asked, after, (limit, true)).await
    }

    /// The next part of a list that is read to its end; how many there are in all is told if it is asked for.
    pub async fn list_filtered_chunk(
        &self,
        space: &SpaceId,
        asked: &Asked,
        after: Option<&Keyset>,
        counting: bool,
    ) -> Result<FilteredListing> {
        self.look_for(space, asked, after, (chunk_of(asked), counting))
            .await
    }

    /// The tags of the tasks that are not in the trash, each with how many have it.
    pub async fn list_tags(&self, space: &SpaceId) -> Result<Vec<TagCount>> {
        self.store.list_tags(space).await
    }

    async fn look_for(
        &self,
        space: &SpaceId,
        asked: &Asked,
        after: Option<&Keyset>,
        (limit, counting): (usize, bool),
    ) -> Result<FilteredListing> {
        // One more than asked for tells whether there is a next page.
        let found = self
            .store
            .list_filtered(space, asked, after, limit + 1, counting)
            .await?;
        let FilteredPage { mut page, has_more } = found;
        let more = page.tasks.len() > limit;
        page.tasks.truncate(limit);
        let last = page.tasks.last().filter(|_| more);
        Ok(FilteredListing {
            next: last.map(|task| asked.sorting.keyset(task)),
            page,
            has_more,
        })
    }
}
