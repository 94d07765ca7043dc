//! Finds what is older than the retention, and removes what belongs to no account: each method is one short
//! step. What belongs to an account is removed by a work.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::space_value;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::domain::SpaceId;
use crate::domain::limits::{KEPT_ANSWERS, KEY_LIFETIME, SHORTEST_KEY_LIFETIME, SWEPT_TASKS};
use crate::error::{Cause, Error};

/// Of how many spaces a step looks at what is old.
const SPACES: i64 = 500;

/// How many answers a step removes.
const ANSWERS: i64 = 500;

impl Store {
    /// Where tasks were deleted before `until`: some spaces, each with the time until which a step sweeps it.
    pub async fn system_list_swept(
        &self,
        until: Timestamp,
    ) -> Result<Vec<(SpaceId, Timestamp)>, Error> {
        let rows: Vec<SpaceTime> = self.read(Sql::SystemListSwept, step(until)).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// The spaces that follow `after`, which is none at first: some, and what of each is old enough to go: changes from
    /// before `until`, answers by the time that they have by `now`.
    pub async fn system_list_due_spaces(
        &self,
        after: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<DueSpace>, Error> {
        let values = vec![
            Value::Text(after.into()),
            Value::Time(until),
            Value::Int(SPACES),
            Value::Time(now.minus(KEY_LIFETIME)),
            Value::Int(KEPT_ANSWERS),
        ];
        self.read(Sql::SystemListDueSpaces, values).await
    }

    /// A step: answers whose keys no longer stand for them, and the oldest where there are very many.
    pub async fn sweep_answers(&self, space: &SpaceId, now: Timestamp) -> Result<usize, Error> {
        let values = [
            space_value(space),
            Value::Time(now.minus(KEY_LIFETIME)),
            Value::Time(now.minus(SHORTEST_KEY_LIFETIME)),
            Value::Int(KEPT_ANSWERS - 1),
            Value::Int(ANSWERS),
        ];
        let steps = vec![Step::new(Sql::SweepAnswers, values)];
        let rows: Vec<()> = self.write(steps).await?;
        Ok(rows.len())
    }

    /// Tickets that nobody has used in time.
    pub async fn system_sweep_tickets(&self, now: Timestamp) -> Result<usize, Error> {
        let steps = vec![Step::new(Sql::SystemSweepTickets, step(now))];
        let rows: Vec<()> = self.write(steps).await?;
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

/// A space, and what of it is old enough to go.
#[derive(Clone, Debug)]
pub struct DueSpace {
    pub space: SpaceId,
    pub has_changes: bool,
    pub has_answers: bool,
}

impl FromRow for DueSpace {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            space: SpaceId::stored(&row.text(0)?),
            has_changes: row.int(1)? > 0,
            has_answers: row.int(2)? > 0,
        })
    }
}
