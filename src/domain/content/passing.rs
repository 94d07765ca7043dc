//! From one occurrence of a task to the next: where a rule begins, when the task is due next, and which occurrences
//! follow.

use jiff::civil::Date;

use super::recurrence::{Anchor, Occurrence, TimesDone};
use super::{Breach, Content, When};

/// What happens to the present occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain) enum Passing {
    Completed,
    Skipped,
}

impl Content {
    /// Starts the rule at `due`, or removes its present occurrence if there is no `due`.
    pub(super) fn begin(&mut self) -> Result<(), Breach> {
        (self.anchor, self.occurrence, self.done) = (None, None, None);
        let (Some(recurrence), Some(due)) = (&self.recurrence, &self.due) else {
            return Ok(());
        };
        recurrence.series(due)?;
        self.occurrence = due.day().map(Occurrence);
        self.anchor = Some(Anchor(due.clone()));
        self.done = Some(TimesDone(0));
        Ok(())
    }

    /// Continues a rule at its occurrence in the other program; starts it at `due` if that is not known.
    ///
    /// # Errors
    /// The rule gives no day.
    pub fn resume(&mut self) -> Result<(), Breach> {
        let stands = self.due.is_some() && self.occurrence.is_some() && self.done.is_some();
        if let (Some(Anchor(anchor)), Some(recurrence)) = (&self.anchor, &self.recurrence)
            && stands
        {
            // Its `due` may have been moved to where the rule gives no day.
            return recurrence.series(anchor).map(drop);
        }
        self.begin()
    }

    /// The day of the present occurrence, while there is one.
    pub fn present_occurrence(&self) -> Option<Date> {
        let repeats = self.recurrence.is_some() && !self.completed;
        self.occurrence
            .filter(|_| repeats)
            .map(|Occurrence(day)| day)
    }

    /// The zone in which it is planned.
    pub fn zone(&self) -> Option<&str> {
        self.due.as_ref().and_then(When::zone)
    }

    /// Goes on to the next occurrence; `false`, if that was the last one. `on` is the day on which it was completed or
    /// skipped.
    ///
    /// # Errors
    /// The next one takes too much work to find.
    pub(in crate::domain) fn pass(&mut self, passing: Passing, on: Date) -> Result<bool, Breach> {
        let (Some(recurrence), Some(Anchor(anchor)), Some(Occurrence(present))) =
            (&self.recurrence, &self.anchor, self.occurrence)
        else {
            return Ok(false);
        };
        let before = self.done.map_or(0, |TimesDone(count)| count);
        let (done, on) = match passing {
            Passing::Completed => (before.saturating_add(1), on),
            // Nothing was done ahead of its time.
            Passing::Skipped => (before, on.max(present)),
        };
        let next = recurrence.next(anchor, present, done, on)?;
        if let Some(next) = next {
            let due = anchor.on_day(next);
            if let (Some(start), Some(old)) = (&self.start, &self.due) {
                self.start = Some(start_before(&due, start, old, next - present));
            }
            self.due = Some(due);
            self.occurrence = Some(Occurrence(next));
        }
        self.done = Some(TimesDone(done));
        Ok(next.is_some())
    }

    /// The present occurrence and those after it, at most `most`, as they are due if each is completed on its day.
    ///
    /// # Errors
    /// They take too much work to find.
    pub fn occurrences(&self, most: usize) -> Result<Vec<When>, Breach> {
        let Some(due) = self.due.clone().filter(|_| !self.completed) else {
            return Ok(Vec::new());
        };
        let mut found = vec![due];
        let Some(present) = self.present_occurrence() else {
            return Ok(found);
        };
        if let (Some(recurrence), Some(Anchor(anchor))) = (&self.recurrence, &self.anchor)
            && recurrence.counts_from_due()
        {
            let days = recurrence.series(anchor)?;
            let days = days.after(present, most.saturating_sub(1));
            let days = days.map_err(super::recurrence::breach)?;
            found.extend(days.into_iter().map(|day| anchor.on_day(day)));
            return Ok(found);
        }
        let mut ahead = self.clone();
        while found.len() < most {
            let Some(Occurrence(day)) = ahead.occurrence else {
                break;
            };
            if !ahead.pass(Passing::Completed, day)? {
                break;
            }
            found.extend(ahead.due.clone());
        }
        Ok(found)
    }
}

/// The new `start` of a task whose `due` has moved: later by as many days as the rule has moved, if that is still
/// before `due` and in its form; else as many days before `due` as it was.
fn start_before(due: &When, start: &When, old_due: &When, gone_on: jiff::Span) -> When {
    let later = |days: jiff::Span| start.day().and_then(|day| day.checked_add(days).ok());
    let start_then = later(gone_on).map(|day| start.on_day(day));
    let is_good = |it: &When| it.is_alike(due) && !it.is_after(due);
    if let Some(start) = start_then.filter(is_good) {
        return start;
    }
    let (began, was_due, is_due) = (start.day(), old_due.day(), due.day());
    let day = began
        .zip(was_due)
        .zip(is_due)
        .and_then(|((began, was), is)| {
            let ahead = (was - began).get_days().max(0);
            is.checked_sub(jiff::Span::new().days(ahead)).ok()
        });
    day.map_or_else(|| due.clone(), |day| due.on_day(day))
}
