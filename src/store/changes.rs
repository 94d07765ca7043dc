//! Reading what has changed: each method is one statement.

use std::sync::Arc;

use serde_json::json;

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tasks::{StoredTask, owner};
use crate::error::{Cause, Error};
use crate::tasks::changes::{Numbers, Place};
use crate::tasks::model::{Task, UserId};

impl Store {
    /// At most `limit` tasks that have changed since `place`, in the order of their latest change. The numbers are as
    /// of the same moment; without a task there are none.
    pub async fn list_changes(
        &self,
        user: &UserId,
        place: Place,
        limit: usize,
    ) -> Result<(Vec<Task>, Option<Numbers>), Error> {
        let values = vec![
            owner(user),
            Value::Int(place.position),
            Value::Int(place.known_until()),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        let rows: Vec<ChangedTask> = self.read(Sql::ListChanges, values).await?;
        let numbers = rows.first().map(|row| row.numbers);
        let tasks = rows.into_iter().map(|row| row.stored.of(user)).collect();
        Ok((tasks, numbers))
    }

    /// Those of the user's account; zeros if there is none yet.
    pub async fn find_numbers(&self, user: &UserId) -> Result<Numbers, Error> {
        let found: Option<Numbers> = self.read(Sql::FindNumbers, vec![owner(user)]).await?.pop();
        Ok(found.unwrap_or_default())
    }

    /// The number of the latest change of each of these users; those without an account are left out.
    pub async fn system_list_seqs(&self, users: &[Arc<str>]) -> Result<Vec<(String, i64)>, Error> {
        let names = json!(users).to_string();
        let values = vec![Value::Text(names.into())];
        let rows: Vec<UserSeq> = self.read(Sql::SystemListSeqs, values).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }
}

struct ChangedTask {
    stored: StoredTask,
    numbers: Numbers,
}

impl FromRow for ChangedTask {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredTask::from_row(row)?,
            numbers: Numbers {
                seq: row.int(9)?,
                swept_seq: row.int(10)?,
            },
        })
    }
}

impl FromRow for Numbers {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            seq: row.int(0)?,
            swept_seq: row.int(1)?,
        })
    }
}

/// Somebody, and a number among those of the user's changes.
pub(super) struct UserSeq(pub(super) String, pub(super) i64);

impl FromRow for UserSeq {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(row.text(0)?, row.int(1)?))
    }
}
