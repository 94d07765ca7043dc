//! The filter language: AIP-160 (google.aip.dev/160) over the members of a task. A text is parsed into a tree
//! (`syntax`), the tree becomes a plan (`meaning`), and the plan, with the moment and the zone of the query, becomes a
//! selection. It decides for each task, and gives SQL conditions that narrow the search. `docs/filter.md` explains it
//! to users.

mod asked;
mod condition;
mod dates;
mod field;
mod keyset;
mod meaning;
mod mistake;
mod plan;
mod selection;
mod sorting;
mod syntax;
mod task;
#[cfg(test)]
mod tests;
mod tree;

pub use self::asked::Asked;
pub use self::condition::{Bound, Condition, Narrowed};
pub use self::dates::{Moment, TaskDate};
pub use self::field::Field;
pub use self::keyset::{Keyset, Mark};
pub use self::mistake::Mistake;
pub use self::plan::{Comparison, DependsOn};
pub use self::selection::{Selection, Subject, Value};
pub use self::sorting::{SortKey, Sorting};

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    plan: plan::Plan,
}

impl Filter {
    /// An empty filter selects everything.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let plan = meaning::plan(&syntax::read(text)?, false)?;
        Ok(Self { plan })
    }

    pub fn is_empty(&self) -> bool {
        self.plan == plan::Plan::All(Vec::new())
    }

    /// What an answer depends on besides the tasks: with `now()` there is no `ETag`.
    pub fn depends_on(&self) -> DependsOn {
        self.plan.depends_on()
    }

    /// The filter as it is meant when and where it is asked.
    pub fn at(&self, moment: &Moment) -> Selection {
        Selection::new(&self.plan, moment)
    }
}
