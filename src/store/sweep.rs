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

/// How many spaces are told at once.
const SPACES: i64 = 500;

/// How many answers a step removes.
const ANSWERS: i64 = 500;

impl Store {
    /// Where tasks were deleted before `until`: some spaces, each with the time until which a step sweeps it.
    pub async fn system_list_swept(&self, until: Timestamp) -> Result<Vec<Old>, Error> {
        self.read(Sql::SystemListSwept, step(until)).await
    }

    /// Of the spaces where the log has a change from before `until` that no sweep has looked at: some, those with the
    /// oldest first, behind `after`; each with its time.
    pub async fn system_list_old_changes(
        &self,
        until: Timestamp,
        after: Option<&Old>,
    ) -> Result<Vec<Old>, Error> {
        self.read(Sql::SystemListOldChanges, behind(after, until))
            .await
    }

    /// The same of spaces that have an answer from before `until`, or have had too many for as long.
    pub async fn system_list_old_answers(
        &self,
        until: Timestamp,
        after: Option<&Old>,
    ) -> Result<Vec<Old>, Error> {
        self.read(Sql::SystemListOldAnswers, behind(after, until))
            .await
    }

    /// Removes answers, step by step: those whose keys no longer stand for them, and the oldest where there are very
    /// many. Gives how many went.
    pub async fn sweep_answers(&self, space: &SpaceId, now: Timestamp) -> Result<usize, Error> {
        let values = [
            space_value(space),
            Value::Time(now.minus(KEY_LIFETIME)),
            Value::Time(now.minus(SHORTEST_KEY_LIFETIME)),
            Value::Int(KEPT_ANSWERS),
            Value::Int(ANSWERS),
        ];
        let mut swept = 0;
        loop {
            let steps = vec![Step::new(Sql::SweepAnswers, values.clone())];
            let rows: Vec<()> = self.write(steps).await?;
            if rows.is_empty() {
                break;
            }
            swept += rows.len();
        }
        // As when there come to be too many (`Account::count_answer`).
        let values = [
            space_value(space),
            Value::Time(now.minus(KEY_LIFETIME)),
            Value::Int(KEPT_ANSWERS),
        ];
        // Whoever keeps one meanwhile waits.
        let lock = Step::new(Sql::LockAccount, [space_value(space)]);
        let steps = vec![lock, Step::new(Sql::CountAnswers, values)];
        let _: Vec<()> = self.write(steps).await?;
        Ok(swept)
    }

    /// The statements that look for what is old, whosever it is: for whoever asks the database how it does that.
    pub fn statements_of_sweeper(&self) -> Vec<String> {
        let all = [
            Sql::SystemListSwept,
            Sql::SystemListOldChanges,
            Sql::SystemListOldAnswers,
            Sql::SystemListLeaving,
            Sql::SystemSweepTickets,
        ];
        let texts = all.map(|sql| self.dialect().render(sql.template().1));
        texts.into()
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

fn behind(after: Option<&Old>, until: Timestamp) -> Vec<Value> {
    let (since, space) = after.map_or_else(
        || (Timestamp::from_micros(0), Value::Text("".into())),
        |old| (old.time, space_value(&old.space)),
    );
    vec![
        Value::Time(until),
        Value::Time(since),
        space,
        Value::Int(SPACES),
    ]
}

/// A space with something that is old, and from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    pub space: SpaceId,
    pub time: Timestamp,
}

impl FromRow for Old {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            space: SpaceId::stored(&row.text(0)?),
            time: row.time(1)?,
        })
    }
}
