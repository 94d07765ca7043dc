//! Reads all tasks of a space, each after its parent: each method is one statement.

use uuid::Uuid;

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::{StoredTask, TASK_COLUMNS, space_value};
use crate::domain::{Place, Position, SpaceId, Task, TaskId, Timestamp};
use crate::error::{Cause, Error};

/// A task, and whether it has tasks below it.
#[derive(Clone, Debug)]
pub struct Branch {
    pub task: Task,
    pub has_parts: bool,
}

impl Store {
    /// At most `limit` tasks without a parent, the oldest first, from the one after `after` on.
    pub async fn list_roots(
        &self,
        space: &SpaceId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Branch>, Error> {
        let (time, id) = after.map_or((Timestamp::from_micros(i64::MIN), Uuid::nil()), |after| {
            (after.created_at, after.id.0)
        });
        let values = [Value::Time(time), Value::Uuid(id), count(limit)];
        self.list_branches(Sql::ListRoots, space, values).await
    }

    /// At most `limit` tasks below a task, in their order, from the one after `after` on.
    pub async fn list_parts(
        &self,
        space: &SpaceId,
        parent: TaskId,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Branch>, Error> {
        let (key, id) = after.map_or(("", Uuid::nil()), |after| (after.key.as_str(), after.id.0));
        let values = [
            Value::Uuid(parent.0),
            Value::Text(key.into()),
            Value::Uuid(id),
            count(limit),
        ];
        self.list_branches(Sql::ListParts, space, values).await
    }

    async fn list_branches(
        &self,
        sql: Sql,
        space: &SpaceId,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Branch>, Error> {
        let values = std::iter::once(space_value(space)).chain(values).collect();
        let rows: Vec<StoredBranch> = self.read(sql, values).await?;
        let branches = rows.into_iter().map(|row| Branch {
            task: row.stored.of(space),
            has_parts: row.has_parts,
        });
        Ok(branches.collect())
    }
}

fn count(limit: usize) -> Value {
    Value::Int(i64::try_from(limit).unwrap_or(i64::MAX))
}

struct StoredBranch {
    stored: StoredTask,
    has_parts: bool,
}

impl FromRow for StoredBranch {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredTask::from_row(row)?,
            has_parts: row.int(TASK_COLUMNS)? > 0,
        })
    }
}
