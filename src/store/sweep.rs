//! Removing for good what has been kept long enough: each method is one step, small enough to hold nobody up, and says
//! how many rows it removed. Several processes may sweep at once: what one has removed, the other does not find.

use super::changes::UserSeq;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::{Step, Store, answers};
use crate::clock::Timestamp;
use crate::error::{Cause, Error};

/// About how many rows a step removes.
const STEP: i64 = 250;

/// Of how many users a step removes changes.
const USERS: i64 = 500;

/// At most so many of each, which is more than a batch has: else a long one would stay for ever.
const CHANGES: i64 = 750;

impl Store {
    /// Tasks that were deleted before `until`, user by user.
    pub async fn system_sweep_trash(&self, until: Timestamp) -> Result<usize, Error> {
        let users: Vec<SweptUser> = self.read(Sql::SystemListSwept, step(until)).await?;
        let mut swept = 0;
        for SweptUser { user, until } in users {
            let user = Value::Text(user.into());
            let which = [user.clone(), Value::Time(until)];
            let steps = vec![
                Step::new(Sql::LockAccount, [user]),
                Step::new(Sql::SweepTrashCount, which.clone()),
                Step::kept(Sql::SweepTrash, which),
            ];
            let rows = self.write::<()>(steps, None).await?;
            swept += rows.iter().map(Vec::len).sum::<usize>();
        }
        Ok(swept)
    }

    /// Changes that were made before `until`, of some users: those that follow `after`, which is nobody at first. Gives
    /// the last of them too, or nobody if there are no more.
    pub async fn system_sweep_changes(
        &self,
        after: &str,
        until: Timestamp,
    ) -> Result<(usize, Option<String>), Error> {
        let values = vec![
            Value::Text(after.into()),
            Value::Time(until),
            Value::Int(USERS),
        ];
        // With the number of the first change, or 0 if none is to be swept.
        let mut users: Vec<UserSeq> = self.read(Sql::SystemListFirstChanges, values).await?;
        let mut swept = 0;
        for UserSeq(user, seq) in users.iter().filter(|first| first.1 > 0) {
            let user = Value::Text(user.as_str().into());
            let which = [user.clone(), Value::Time(until), Value::Int(seq + CHANGES)];
            let steps = vec![
                // Whoever is about to undo a change of this user must find it to the end.
                Step::new(Sql::LockAccount, [user]),
                Step::kept(Sql::SweepChanges, which),
            ];
            let rows = self.write::<()>(steps, None).await?;
            swept += rows.iter().map(Vec::len).sum::<usize>();
        }
        Ok((swept, users.pop().map(|last| last.0)))
    }

    /// Answers whose keys no longer stand for them.
    pub async fn system_sweep_answers(&self, now: Timestamp) -> Result<usize, Error> {
        let until = now.minus(answers::KEPT_FOR);
        self.sweep(Sql::SystemSweepAnswers, until).await
    }

    /// Tickets that nobody has used in time.
    pub async fn system_sweep_tickets(&self, now: Timestamp) -> Result<usize, Error> {
        self.sweep(Sql::SystemSweepTickets, now).await
    }

    async fn sweep(&self, sql: Sql, until: Timestamp) -> Result<usize, Error> {
        let steps = vec![Step::kept(sql, step(until))];
        let rows = self.write::<()>(steps, None).await?;
        Ok(rows.iter().map(Vec::len).sum())
    }
}

fn step(until: Timestamp) -> Vec<Value> {
    vec![Value::Time(until), Value::Int(STEP)]
}

/// Somebody, and until when their trash is swept in this step.
struct SweptUser {
    user: String,
    until: Timestamp,
}

impl FromRow for SweptUser {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            user: row.text(0)?,
            until: row.time(1)?,
        })
    }
}
