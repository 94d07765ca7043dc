//! Removes a whole space, in short steps; a removal that was interrupted is found again.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::space_value;
use super::{Step, Store};
use crate::domain::SpaceId;
use crate::error::{Cause, Error};

/// How many rows of each table a step removes.
const ROWS: i64 = 1000;

impl Store {
    /// One step; returns whether it was the last one. No other work of the space is accepted any more.
    pub async fn forget_some(&self, space: &SpaceId) -> Result<bool, Error> {
        let some = [
            Sql::ForgetReferences,
            Sql::ForgetTags,
            Sql::ForgetTasks,
            Sql::ForgetLists,
            Sql::ForgetAnswers,
            Sql::ForgetChanges,
        ];
        let some = some.map(|sql| Step::new(sql, [space_value(space), Value::Int(ROWS)]));
        let all = [Sql::ForgetAllTickets, Sql::ForgetAccount];
        let all = all.map(|sql| Step::new(sql, [space_value(space)]));
        let steps = some.into_iter().chain(all).collect();
        let gone: Vec<Leaving> = self.write(steps).await?;
        Ok(!gone.is_empty())
    }

    /// Some of the spaces that are being removed.
    pub async fn system_list_leaving(&self) -> Result<Vec<SpaceId>, Error> {
        let rows: Vec<Leaving> = self
            .read(Sql::SystemListLeaving, vec![Value::Int(ROWS)])
            .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

struct Leaving(SpaceId);

impl FromRow for Leaving {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(SpaceId::stored(&row.text(0)?)))
    }
}
