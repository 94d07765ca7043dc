//! The query of a caller: the filter, the moment and zone in which it is evaluated, and the order.

use super::condition::{Bound, Condition, Narrowed};
use super::dates::Moment;
use super::field::Field;
use super::plan::Comparison;
use super::selection::Selection;
use super::sorting::Sorting;
use crate::domain::{ListScope, Task};

/// A list with a filter, an order, or both.
#[derive(Clone, Debug)]
pub struct Asked {
    pub shown: ListScope,
    pub sorting: Sorting,
    /// Without a filter, all of the list is counted already.
    pub has_filter: bool,
    selection: Selection,
}

impl Asked {
    pub fn new(
        shown: ListScope,
        filter: &super::Filter,
        sorting: Sorting,
        moment: &Moment,
    ) -> Self {
        Self {
            shown,
            sorting,
            has_filter: !filter.is_empty(),
            selection: filter.at(moment),
        }
    }

    /// Whether a task belongs to the list. Whether it is in the trash is not checked.
    pub fn matches(&self, task: &Task) -> bool {
        let completed = self.shown.completed;
        completed.is_none_or(|wanted| wanted == task.content.completed)
            && self.selection.matches(task)
    }

    /// The SQL conditions for its tasks. Tasks in the trash are in no index and no other table.
    pub fn narrowed(&self) -> Narrowed {
        if self.shown.deleted {
            return Narrowed {
                condition: Condition::Always,
                certain: Condition::NEVER,
            };
        }
        let Narrowed { condition, certain } = self.selection.narrowed();
        let Some(completed) = self.shown.completed else {
            return Narrowed { condition, certain };
        };
        let ticked =
            Condition::Compare(Field::Completed, Comparison::Equal, Bound::Flag(completed));
        Narrowed {
            condition: Condition::all(vec![condition, ticked.clone()]),
            certain: Condition::all(vec![certain, ticked]),
        }
    }
}
