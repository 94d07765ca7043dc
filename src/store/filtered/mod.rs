//! Reads what a filter selects, in an order: SQL finds tasks by an index where one fits, and the domain decides where
//! SQL cannot. Usually that is one statement. Where no index fits, all tasks of the space are scanned in
//! steps, for a limited time.

mod conditions;
mod keys;
mod look;
mod statements;
#[cfg(test)]
pub(super) mod tests;
mod ways;

use std::time::{Duration, Instant};

use self::look::{FEW, Look, STEP};
pub(super) use self::statements::Query;
use self::statements::{Reading, Statements, Told};
use self::ways::{Phase, Way, has_index, phases, way};
use super::Store;
use super::dialect::Dialect;
use crate::domain::filter::{Asked, Condition, Field, Keyset, Narrowed};
use crate::domain::limits::{COUNTED, PAGE};
use crate::domain::{MATCHING_STEP, Position, SpaceId, TaskPage};
use crate::error::Error;

/// The time limit of one list.
pub(super) const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// How many tasks are read at a time from a list that is read to its end: few where an index leads to the next ones,
/// more where all are looked at each time.
const CHUNK: usize = 250;
const LARGE_CHUNK: usize = 5000;

/// A part of a filtered list.
pub struct FilteredPage {
    /// With a filter, its total is at most [`COUNTED`].
    pub page: TaskPage,
    /// Whether there are more than the total.
    pub has_more: bool,
}

impl Store {
    /// At most `limit` tasks in the order that was asked for, from the one after `after` on; and how many there are in
    /// all, if that is asked for.
    ///
    /// # Errors
    /// [`crate::domain::Refusal::FilterTooWide`] where that takes too long.
    pub async fn list_filtered(
        &self,
        space: &SpaceId,
        asked: &Asked,
        after: Option<&Keyset>,
        limit: usize,
        counting: bool,
    ) -> Result<FilteredPage, Error> {
        let narrowed = asked.narrowed();
        let look = Look {
            store: self,
            statements: Statements {
                dialect: self.dialect(),
                space,
                asked,
                narrowed: &narrowed,
            },
            until: Instant::now() + LONGEST_LOOK,
        };
        let (tasks, numbers, count) = if is_walked(asked, &narrowed) {
            look.walk(after, limit, counting).await?
        } else {
            look.page(after, limit, counting).await?
        };
        let are_many = count > COUNTED;
        let total = if are_many && !asked.has_filter {
            asked.shown.count_in(&self.find_account(space).await?)
        } else {
            i64::try_from(count.min(COUNTED)).unwrap_or(i64::MAX)
        };
        let page = TaskPage {
            tasks,
            total,
            seq: numbers.seq,
            epoch: numbers.epoch,
        };
        Ok(FilteredPage {
            page,
            has_more: are_many && asked.has_filter,
        })
    }
}

impl Store {
    /// The statement that looks for the first tasks of a list, and counts all of them: for whoever asks the database
    /// how it does that.
    pub fn statement_of(&self, space: &SpaceId, asked: &Asked) -> String {
        let narrowed = asked.narrowed();
        let statements = Statements {
            dialect: self.dialect(),
            space,
            asked,
            narrowed: &narrowed,
        };
        let phases = phases(asked, &narrowed.condition);
        match phases.first().filter(|_| !is_walked(asked, &narrowed)) {
            Some(phase) => {
                let reading = match way(asked, &narrowed.condition, *phase) {
                    Way::Order if phase.leaves_ties(asked) => Reading::TiesUnsorted,
                    Way::Order => Reading::Sorted,
                    Way::Condition | Way::Either => Reading::Found(FEW),
                };
                let told = (PAGE, Told::Count);
                statements.page(*phase, None, told, reading).text
            }
            None => statements.walk(Position::START, STEP, Told::Account).text,
        }
    }
}

/// The next of the tasks that may match, newest first, for a write that does something to all of them.
pub(super) fn matching(
    dialect: &Dialect,
    space: &SpaceId,
    asked: &Asked,
    after: Option<Position>,
) -> Query {
    let narrowed = asked.narrowed();
    let statements = Statements {
        dialect,
        space,
        asked,
        narrowed: &narrowed,
    };
    let phase = Phase::LAST;
    let reading = match way(asked, &narrowed.condition, phase) {
        Way::Order => Reading::Sorted,
        Way::Condition | Way::Either => Reading::Found(usize::MAX),
    };
    let place = after.map(|position| Keyset {
        marks: Vec::new(),
        position,
    });
    let told = (MATCHING_STEP, Told::Nothing);
    statements.page(phase, place.as_ref(), told, reading)
}

/// How many tasks of a list are best read at a time, if it is read to its end.
pub fn chunk_of(asked: &Asked) -> usize {
    let narrowed = asked.narrowed();
    let is_led = if is_walked(asked, &narrowed) {
        asked.sorting.keys().is_empty()
    } else {
        let phases = phases(asked, &narrowed.condition);
        phases.iter().all(|phase| has_index(phase.leader(asked)))
    };
    if is_led { CHUNK } else { LARGE_CHUNK }
}

/// Whether no index leads to the tasks: SQL cannot sort them so, or the domain must decide about each.
fn is_walked(asked: &Asked, narrowed: &Narrowed) -> bool {
    let sorts = |field| match field {
        // Where nobody has moved a task in the inbox, its place is told by the time of its creation.
        Field::Order => [Field::ListId, Field::ParentId]
            .iter()
            .any(|shelf| narrowed.condition.needs(*shelf)),
        field => conditions::sorted(field).is_some(),
    };
    !asked.sorting.keys().iter().all(|key| sorts(key.field))
        || narrowed.certain == Condition::NEVER && !leads(&narrowed.condition)
}

/// Whether an index leads to the tasks for which the condition holds.
fn leads(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(leads),
        Condition::Any(parts) => parts.iter().all(leads),
        Condition::Compare(Field::Id | Field::ListId | Field::ParentId, ..)
        | Condition::Contains(..) => true,
        Condition::Compare(field, ..) => has_index(*field),
        _ => false,
    }
}
