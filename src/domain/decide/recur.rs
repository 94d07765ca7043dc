//! Recurring tasks: completing and skipping an occurrence. The next occurrence is computed in `content`.

use std::borrow::Cow;

use jiff::civil::Date;

use super::draft::Drafting;
use super::operate::change_on;
use crate::domain::content::{Breach, Content, Occurrence, Passing, Patch};
use crate::domain::filter::Moment;
use crate::domain::work::{Expected, Occasion, Outcome, Written};
use crate::domain::{Refusal, Task, TaskId, Timestamp};

const LATER_THAN_TOMORROW: Breach = Breach {
    fields: &["on"],
    rule: Cow::Borrowed("on must be at most tomorrow"),
};

/// A request that names an occurrence means only that one. If it is not the present one, another request came first,
/// or this is a repetition.
pub(super) fn complete(
    drafting: &mut Drafting<'_>,
    id: TaskId,
    (completed, occasion): (Option<bool>, &Occasion),
    expected: &Expected,
) -> Outcome {
    let Some(completed) = completed else {
        let task = drafting.expected::<Content>(id, expected)?;
        // Also of one whose last occurrence is over: a repetition is harmless.
        if task.content.recurrence.is_none() {
            return Err(Refusal::NotSaid("completed"));
        }
        return complete(drafting, id, (Some(true), occasion), expected);
    };
    if let Some(meant) = occasion.occurrence {
        let task = drafting.expected::<Content>(id, expected)?;
        let is_it = if completed {
            task.content.present_occurrence() == Some(meant.0)
        } else {
            task.content.occurrence == Some(meant)
        };
        if !is_it {
            return Ok(Written::Unchanged(task.into()));
        }
    }
    let patch = Patch {
        completed: Some(completed),
        ..Patch::default()
    };
    change_on(drafting, id, (&patch, occasion), expected)
}

pub(super) fn skip(
    drafting: &mut Drafting<'_>,
    id: TaskId,
    occasion: &Occasion,
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected::<Content>(id, expected)?;
    let present = old.content.present_occurrence().map(Occurrence);
    if occasion.occurrence.is_some() && occasion.occurrence != present {
        return Ok(Written::Unchanged(old.into()));
    }
    if present.is_none() {
        return Err(Refusal::NoOccurrence);
    }
    let mut new = old.clone();
    let goes_on = drafting.pass(&mut new, Passing::Skipped, occasion)?;
    let new = drafting.replace(&old, new, None);
    if goes_on {
        drafting.reopen_below(id)?;
    }
    Ok(Written::Changed(new.into()))
}

impl Drafting<'_> {
    /// Moves a task to its next occurrence. After the last one it is completed, and the result is `false`.
    pub(super) fn pass(
        &self,
        task: &mut Task,
        passing: Passing,
        occasion: &Occasion,
    ) -> Result<bool, Refusal> {
        let on = occasion.day(task.content.zone(), self.work.now);
        let on = on.map_err(Refusal::Breaks)?;
        let goes_on = task.content.pass(passing, on).map_err(Refusal::Breaks)?;
        if !goes_on {
            task.content.completed = true;
            task.content.completed_at = Some(self.time_after(task));
        }
        Ok(goes_on)
    }

    /// The tasks below a task are open again.
    pub(super) fn reopen_below(&mut self, id: TaskId) -> Result<(), Refusal> {
        let patch = Patch {
            completed: Some(false),
            ..Patch::default()
        };
        for id in self.below(id)? {
            let task = self.find::<Content>(id);
            let Some(old) = task.filter(|task| task.content.completed).cloned() else {
                continue;
            };
            let mut new = old.clone();
            let now = self.time_after(&old);
            new.content.obey(&patch, now).map_err(Refusal::Breaks)?;
            self.replace(&old, new, None);
        }
        Ok(())
    }
}

impl Occasion {
    /// The day of completion: as the request says, or today in the task's zone, or else in the caller's.
    fn day(&self, planned_in: Option<&str>, now: Timestamp) -> Result<Date, Breach> {
        let mut zones = [planned_in, self.zone.as_deref()].into_iter().flatten();
        let moment = zones.find_map(|zone| Moment::new(now, zone));
        let today = moment.unwrap_or_else(|| Moment::utc(now)).today();
        match self.on {
            None => Ok(today),
            Some(on) if today.tomorrow().is_ok_and(|tomorrow| on > tomorrow) => {
                Err(LATER_THAN_TOMORROW)
            }
            Some(on) => Ok(on),
        }
    }
}
