//! Finds what an import has created.

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::{item_of_kind, space_value};
use crate::domain::{ImportId, ItemId, SpaceId, Timestamp};
use crate::error::{Cause, Error};

impl Store {
    /// At most `limit` tasks and lists, the latest first, each with the number of the change that made it: from the
    /// one before the change `before` on, and none from before `since`.
    pub async fn list_imported(
        &self,
        space: &SpaceId,
        import: ImportId,
        before: Option<i64>,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<(i64, ItemId)>, Error> {
        let values = vec![
            space_value(space),
            Value::Text(import.mark().into()),
            Value::Int(before.unwrap_or(i64::MAX)),
            Value::Time(since),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        let rows: Vec<Made> = self.read(Sql::ListImported, values).await?;
        Ok(rows
            .into_iter()
            .map(|Made(seq, item)| (seq, item))
            .collect())
    }
}

struct Made(i64, ItemId);

impl FromRow for Made {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let item = item_of_kind(row.uuid(1)?, &row.text(2)?);
        Ok(Self(row.int(0)?, item))
    }
}
