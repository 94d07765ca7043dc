//! Reading what happened to a task.

use super::Store;
use super::row::Value;
use super::statements::Sql;
use super::tables::{optional_int, space_value};
use crate::clock::Timestamp;
use crate::domain::{Change, SpaceId, TaskId};
use crate::error::Error;

impl Store {
    /// At most `limit` changes of a task that were made `since` then, newest first, from the change `from` on or from the
    /// latest one.
    pub async fn list_history(
        &self,
        space: &SpaceId,
        id: TaskId,
        from: Option<i64>,
        limit: usize,
        since: Timestamp,
    ) -> Result<Vec<Change>, Error> {
        let values = vec![
            space_value(space),
            Value::Uuid(id.0),
            optional_int(from),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
            Value::Time(since),
        ];
        self.read(Sql::ListHistory, values).await
    }
}
