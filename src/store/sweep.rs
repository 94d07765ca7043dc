//! Finding what has been kept long enough, and removing what belongs to no account: each method is one step, small
//! enough to hold nobody up. What belongs to an account is removed by some work.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::domain::SpaceId;
use crate::domain::limits::{KEY_LIFETIME, SWEPT_TASKS};
use crate::error::{Cause, Error};

/// Of how many spaces a step looks at the changes.
const SPACES: i64 = 500;

impl Store {
    /// Where tasks were deleted before `until`: some spaces, each with the time until which a step sweeps it.
    pub async fn system_list_swept(
        &self,
        until: Timestamp,
    ) -> Result<Vec<(SpaceId, Timestamp)>, Error> {
        let rows: Vec<SpaceTime> = self.read(Sql::SystemListSwept, step(until)).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// The spaces that follow `after`, which is none at first: some, and of each whether it has changes from before
    /// `until`.
    pub async fn system_list_first_changes(
        &self,
        after: &str,
        until: Timestamp,
    ) -> Result<Vec<(SpaceId, bool)>, Error> {
        let values = vec![
            Value::Text(after.into()),
            Value::Time(until),
            Value::Int(SPACES),
        ];
        let rows: Vec<SpaceSeq> = self.read(Sql::SystemListFirstChanges, values).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1 > 0)).collect())
    }

    /// Answers whose keys no longer stand for them.
    pub async fn system_sweep_answers(&self, now: Timestamp) -> Result<usize, Error> {
        let until = now.minus(KEY_LIFETIME);
        self.sweep(Sql::SystemSweepAnswers, until).await
    }

    /// Tickets that nobody has used in time.
    pub async fn system_sweep_tickets(&self, now: Timestamp) -> Result<usize, Error> {
        self.sweep(Sql::SystemSweepTickets, now).await
    }

    async fn sweep(&self, sql: Sql, until: Timestamp) -> Result<usize, Error> {
        let rows: Vec<()> = self.write(vec![Step::new(sql, step(until))]).await?;
        Ok(rows.len())
    }
}

fn step(until: Timestamp) -> Vec<Value> {
    let count = i64::try_from(SWEPT_TASKS).unwrap_or(i64::MAX);
    vec![Value::Time(until), Value::Int(count)]
}

struct SpaceTime(SpaceId, Timestamp);

impl FromRow for SpaceTime {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(SpaceId::stored(&row.text(0)?), row.time(1)?))
    }
}

struct SpaceSeq(SpaceId, i64);

impl FromRow for SpaceSeq {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(SpaceId::stored(&row.text(0)?), row.int(1)?))
    }
}
