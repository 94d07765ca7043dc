//! Reads lists.

use super::Tasks;
use crate::domain::{List, ListId, Noun, Refusal, SpaceId};
use crate::error::Result;

/// All lists of a space, or those in its trash.
pub struct Lists {
    /// In their order, each with the number of its open tasks.
    pub lists: Vec<(List, i64)>,
    /// The number of the space's latest change, and its account's epoch: with the same, they are the same.
    pub seq: i64,
    pub epoch: i64,
}

impl Tasks {
    /// # Errors
    /// [`Refusal::NotFound`] also when the list is somebody else's.
    pub async fn get_list(&self, space: &SpaceId, id: ListId) -> Result<List> {
        let list = self.store.find_list(space, id).await?;
        Ok(list.ok_or(Refusal::NotFound(Noun::List))?)
    }

    pub async fn lists(&self, space: &SpaceId, deleted: bool) -> Result<Lists> {
        // Before the lists: a change meanwhile has a later number, so a reader with this one asks again.
        let account = self.store.find_account(space).await?;
        Ok(Lists {
            lists: self.store.list_lists(space, deleted).await?,
            seq: account.seq,
            epoch: account.epoch,
        })
    }
}
