//! Finds a page of a filtered list: statement after statement, until there are enough tasks, all are counted,
//! or the time limit is reached.

use std::time::Instant;

use super::super::Store;
use super::super::row::{Columns, FromRow};
use super::super::tasks::ListedTask;
use super::statements::{Query, Reading, Statements, Told};
use super::ways::{Phase, Way, phases, way};
use crate::domain::filter::{Asked, Keyset, Narrowed};
use crate::domain::limits::{COUNTED, PAGE};
use crate::domain::{Position, Refusal, Task};
use crate::error::{Cause, Error};

/// The most tasks that one statement scans, because others wait behind it.
pub(super) const STEP: usize = 5000;

/// Fewer tasks than these are read and sorted; with more, tasks are read in the order until enough of them match.
pub(super) const FEW: usize = 2000;

/// The numbers of a list beside its tasks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) seq: i64,
    pub(super) epoch: i64,
    /// The number of all tasks to which the filter is applied.
    all: usize,
    /// Of these at most one more than are counted: for which the condition holds, and which are certain.
    wanted: usize,
    certain: usize,
}

/// The search for a page of a list.
pub(super) struct Look<'a> {
    pub(super) store: &'a Store,
    pub(super) statements: Statements<'a>,
    pub(super) until: Instant,
}

/// Some tasks of a phase, and what was told with them.
struct PageRead {
    tasks: Vec<Task>,
    told: Option<Numbers>,
    /// Whether there are no more in this phase.
    is_last: bool,
}

pub(super) type Found = (Vec<Task>, Numbers, usize);

impl Look<'_> {
    fn asked(&self) -> &Asked {
        self.statements.asked
    }

    /// Reads phase after phase, each from an index, until there are enough.
    pub(super) async fn page(
        &self,
        after: Option<&Keyset>,
        limit: usize,
        counting: bool,
    ) -> Result<Found, Error> {
        let Narrowed { condition, .. } = self.statements.narrowed;
        let is_exact = self.statements.narrowed.is_exact();
        let mut told = if counting { Told::Count } else { Told::Account };
        let mut numbers = None;
        let mut found: Vec<Task> = Vec::new();
        for phase in phases(self.asked(), condition) {
            if after.is_some_and(|place| phase.is_before(place)) {
                continue;
            }
            let mut place = after.filter(|place| phase.has(place)).cloned();
            // At first as many as are wanted; then as many as are still missing, or more if most of them did not match.
            let mut step = limit;
            let mut may_tie = phase.leaves_ties(self.asked());
            while found.len() < limit {
                let rows = if is_exact { limit - found.len() } else { step };
                let reading = match self.by_condition(phase, counting, numbers) {
                    Some(most) => Reading::Found(most),
                    None if may_tie => Reading::TiesUnsorted,
                    None => Reading::Sorted,
                };
                let mut page = self
                    .read_page(phase, place.as_ref(), (rows, told), reading)
                    .await?;
                numbers = numbers.or(page.told);
                // There were more than were looked at.
                if reading == Reading::Found(FEW)
                    && numbers.is_some_and(|numbers| numbers.wanted >= FEW)
                {
                    page = self
                        .read_page(
                            phase,
                            place.as_ref(),
                            (rows, Told::Nothing),
                            Reading::Sorted,
                        )
                        .await?;
                }
                told = if numbers.is_some() {
                    Told::Nothing
                } else {
                    told
                };
                // What was left out of it is read in its order.
                may_tie = false;
                let sorting = &self.asked().sorting;
                place = page.tasks.last().map(|task| sorting.keyset(task)).or(place);
                let (read, before) = (page.tasks.len(), found.len());
                page.tasks.retain(|task| self.asked().matches(task));
                found.append(&mut page.tasks);
                let do_most_match = 2 * (found.len() - before) >= read;
                step = if do_most_match {
                    limit.saturating_sub(found.len()).max(step / 4)
                } else {
                    (step * 4).min(PAGE.max(limit))
                };
                if page.is_last {
                    break;
                }
            }
        }
        let is_whole = after.is_none() && found.len() < limit;
        found.truncate(limit);
        let numbers = match numbers {
            Some(numbers) => numbers,
            None if counting && !is_whole => {
                let told: Vec<ToldNumbers> = self.ask(self.statements.count()).await?;
                told.first()
                    .map_or(Ok(Numbers::default()), |told| Numbers::read(&told.0))?
            }
            None => self.account().await?,
        };
        let count = match (is_whole, counting) {
            (true, _) => found.len(),
            (false, true) => self.count(numbers).await?,
            (false, false) => 0,
        };
        Ok((found, numbers, count))
    }

    /// The next tasks of a phase, in their order: at most `rows`.
    async fn read_page(
        &self,
        phase: Phase,
        after: Option<&Keyset>,
        (rows, told): (usize, Told),
        reading: Reading,
    ) -> Result<PageRead, Error> {
        let unsorted = reading == Reading::TiesUnsorted;
        // Those that tie with the last one are read again, so a few more spare most pages another statement.
        let asked = if unsorted { rows + 1 + rows / 4 } else { rows };
        let query = self.statements.page(phase, after, (asked, told), reading);
        let (mut tasks, told) = self.read(query).await?;
        let is_last = tasks.len() < asked;
        if unsorted {
            tasks = self.sort_ties(phase, tasks, is_last);
        }
        Ok(PageRead {
            tasks,
            told,
            is_last,
        })
    }

    /// Sorts tasks that come in the order of what leads a phase. Where more come behind them, those that are equal to
    /// the last in that are left out: some of them may be missing.
    fn sort_ties(&self, phase: Phase, tasks: Vec<Task>, is_last: bool) -> Vec<Task> {
        let sorting = &self.asked().sorting;
        let mut places: Vec<(Keyset, usize)> = tasks
            .iter()
            .enumerate()
            .map(|(number, task)| (sorting.keyset(task), number))
            .collect();
        if !is_last && let Some((last, _)) = places.last() {
            let mark = last.marks.get(phase.missing).cloned();
            let is_equal =
                |(place, _): &(Keyset, usize)| place.marks.get(phase.missing) == mark.as_ref();
            let equal = places.iter().rev().take_while(|it| is_equal(it)).count();
            places.truncate(places.len() - equal);
        }
        places.sort_by(|(first, _), (second, _)| sorting.compare_keysets(first, second));
        // Tasks are large: each is taken once, when its place is known.
        let mut tasks: Vec<_> = tasks.into_iter().map(Some).collect();
        let sorted = places.iter().map(|(_, number)| tasks[*number].take());
        sorted.flatten().collect()
    }

    /// How many tasks are looked for by the condition, if that is the better way.
    fn by_condition(
        &self,
        phase: Phase,
        counting: bool,
        numbers: Option<Numbers>,
    ) -> Option<usize> {
        match way(self.asked(), &self.statements.narrowed.condition, phase) {
            Way::Order => None,
            Way::Condition => Some(usize::MAX),
            Way::Either => {
                let are_few = numbers.is_none_or(|numbers| numbers.wanted < FEW);
                (counting && are_few).then_some(FEW)
            }
        }
    }

    /// How many tasks match, if SQL cannot decide for all of them.
    async fn count(&self, numbers: Numbers) -> Result<usize, Error> {
        let Numbers {
            wanted, certain, ..
        } = numbers;
        if wanted == certain || certain > COUNTED {
            return Ok(certain);
        }
        if wanted <= COUNTED {
            let (tasks, _) = self.read(self.statements.uncertain()).await?;
            if tasks.len() <= COUNTED {
                let more = tasks.iter().filter(|task| self.asked().matches(task));
                return Ok(certain + more.count());
            }
        }
        let (_, _, count) = self.walk(None, 0, true).await?;
        Ok(count)
    }

    /// Scans all tasks, newest first, and keeps those that come first in the order.
    pub(super) async fn walk(
        &self,
        after: Option<&Keyset>,
        limit: usize,
        counting: bool,
    ) -> Result<Found, Error> {
        let sorting = &self.asked().sorting;
        let is_in_order = sorting.keys().is_empty() || limit == 0;
        let mut position = match after {
            Some(place) if is_in_order && !counting => place.position,
            _ => Position::START,
        };
        let (mut numbers, mut walked, mut count) = (None, 0, 0);
        let mut best: Vec<(Keyset, Task)> = Vec::new();
        loop {
            let told = match numbers {
                None => Told::Account,
                Some(_) => Told::Nothing,
            };
            let (tasks, said) = self
                .read(self.statements.walk(position, STEP, told))
                .await?;
            numbers = numbers.or(said);
            let Some(last) = tasks.last() else { break };
            position = last.position();
            walked += STEP;
            for task in tasks.into_iter().filter(|task| self.asked().matches(task)) {
                count += 1;
                let place = sorting.keyset(&task);
                if after.is_none_or(|after| sorting.compare_keysets(&place, after).is_gt()) {
                    best.push((place, task));
                }
            }
            best.sort_by(|(first, _), (second, _)| sorting.compare_keysets(first, second));
            best.truncate(limit);
            let is_enough = best.len() >= limit && (!counting || count > COUNTED);
            if is_in_order && is_enough || numbers.is_some_and(|numbers| numbers.all <= walked) {
                break;
            }
        }
        let numbers = match numbers {
            Some(numbers) => numbers,
            None => self.account().await?,
        };
        let tasks = best.into_iter().map(|(_, task)| task).collect();
        Ok((tasks, numbers, count))
    }

    async fn account(&self) -> Result<Numbers, Error> {
        let account = self.store.find_account(self.statements.space).await?;
        Ok(Numbers {
            seq: account.seq,
            epoch: account.epoch,
            ..Numbers::default()
        })
    }

    async fn read(&self, query: Query) -> Result<(Vec<Task>, Option<Numbers>), Error> {
        let rows: Vec<ListedTask> = self.ask(query).await?;
        let told = rows.first().map(|row| row.account.as_str());
        let told = told.filter(|told| !told.is_empty());
        let numbers = told.map(Numbers::read).transpose()?;
        let space = self.statements.space;
        let tasks = rows.into_iter().map(|row| row.stored.of(space));
        Ok((tasks.collect(), numbers))
    }

    async fn ask<T: FromRow>(&self, query: Query) -> Result<Vec<T>, Error> {
        if Instant::now() >= self.until {
            return Err(Refusal::FilterTooWide.into());
        }
        self.store.ask(query, self.until).await
    }
}

impl Numbers {
    fn read(text: &str) -> Result<Self, Error> {
        let numbers: Result<Vec<i64>, _> = text.split(' ').map(str::parse).collect();
        let numbers = numbers.map_err(|error| Error::Internal(error.into()))?;
        let number = |place: usize| numbers.get(place).copied().unwrap_or_default();
        let count = |place| usize::try_from(number(place)).unwrap_or_default();
        Ok(Self {
            seq: number(0),
            epoch: number(1),
            all: count(2),
            wanted: count(3),
            certain: count(4),
        })
    }
}

/// Zeros, if there is no account.
struct ToldNumbers(String);

impl FromRow for ToldNumbers {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(
            row.optional_text(0)?
                .unwrap_or_else(|| "0 0 0 0 0".to_owned()),
        ))
    }
}
