//! Reading what happened to a task, and which changes were made together: each method is one statement.

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tasks::owner;
use crate::clock::Timestamp;
use crate::error::{Cause, Error};
use crate::tasks::history::{Before, Kind, Made, PastChange};
use crate::tasks::model::{Description, Task, TaskId, Title, UserId};
use crate::tasks::operation::MOST_OPERATIONS;

impl Store {
    /// At most `limit` changes of a task that were made `since` then, newest first, from the change `from` on or from the
    /// latest one.
    pub async fn list_history(
        &self,
        user: &UserId,
        id: TaskId,
        from: Option<i64>,
        limit: usize,
        since: Timestamp,
    ) -> Result<Vec<PastChange>, Error> {
        let values = vec![
            owner(user),
            Value::Uuid(id.0),
            from.map_or(Value::Null, Value::Int),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
            Value::Time(since),
        ];
        self.read(Sql::ListHistory, values).await
    }

    /// Also one in the trash.
    pub async fn find_any_task(&self, user: &UserId, id: TaskId) -> Result<Option<Task>, Error> {
        let values = vec![owner(user), Value::Uuid(id.0)];
        let mut found: Vec<super::tasks::StoredTask> = self.read(Sql::FindAnyTask, values).await?;
        Ok(found.pop().map(|stored| stored.of(user)))
    }

    /// The change of this number, made `since` then, and those that were made together with it, in order; none if there
    /// is no such change.
    pub async fn find_change_and_batch(
        &self,
        user: &UserId,
        seq: i64,
        since: Timestamp,
    ) -> Result<Vec<Made>, Error> {
        let values = vec![
            owner(user),
            Value::Int(seq),
            Value::Int(i64::try_from(MOST_OPERATIONS).unwrap_or(i64::MAX)),
            Value::Time(since),
        ];
        self.read(Sql::FindChangeAndBatch, values).await
    }
}

fn kind(text: &str) -> Result<Kind, Cause> {
    Ok(match text {
        "created" => Kind::Created,
        "changed" => Kind::Changed,
        "deleted" => Kind::Deleted,
        "restored" => Kind::Restored,
        other => return Err(format!("a change of the kind {other:?}").into()),
    })
}

impl FromRow for PastChange {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let undoes = Some(row.int(5)?).filter(|seq| *seq > 0);
        let before = match row.optional_text(6)? {
            None => None,
            Some(title) => Some(Before {
                title: Title::stored(title),
                description: row.optional_text(7)?.map(Description::stored),
                completed: row.bool(8)?,
            }),
        };
        Ok(Self {
            seq: row.int(0)?,
            kind: kind(&row.text(1)?)?,
            at: row.time(2)?,
            actor: row.text(3)?,
            request_id: row.text(4)?,
            undoes,
            before,
        })
    }
}

impl FromRow for Made {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            seq: row.int(0)?,
            task: TaskId(row.uuid(1)?),
        })
    }
}
