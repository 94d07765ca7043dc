//! Reads the history of a task or a list.

use super::Store;
use super::needs::item_value;
use super::row::Value;
use super::statements::Sql;
use super::tables::space_value;
use crate::clock::Timestamp;
use crate::domain::{Change, ItemId, SpaceId};
use crate::error::Error;

impl Store {
    /// At most `limit` changes of a task or a list that were made `since` then, newest first, from the change `from`
    /// on.
    pub async fn list_history(
        &self,
        space: &SpaceId,
        item: ItemId,
        from: i64,
        limit: usize,
        since: Timestamp,
    ) -> Result<Vec<Change>, Error> {
        let values = vec![
            space_value(space),
            item_value(item),
            Value::Int(from),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
            Value::Time(since),
        ];
        self.read(Sql::ListHistory, values).await
    }
}
