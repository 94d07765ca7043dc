//! The statements that find what a filter selects, built from conditions and an order. Each has the space as its first
//! parameter, and names it for every table.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::super::dialect::Dialect;
use super::super::row::Value;
use super::super::tables::{ACCOUNTS, TASKS};
use super::conditions::Writing;
use super::keys::{asked_keys, behind, sort_by};
use super::ways::{Phase, beyond, by_index, has_index, holders, without};
use crate::domain::filter::{Asked, Bound, Condition, Field, Keyset, Narrowed};
use crate::domain::limits::COUNTED;
use crate::domain::{Position, SpaceId};

/// A statement that was built for one query.
#[derive(Debug)]
pub(in crate::store) struct Query {
    /// The same text for all queries of the same form.
    pub(in crate::store) text: String,
    pub(in crate::store) values: Vec<Value>,
}

/// What a statement returns beside its tasks, with each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    /// The numbers of the account.
    Account,
    /// These, and how many tasks fulfil the condition, and how many of them are certain.
    Count,
}

/// How the tasks of a page are found, and in which order they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// By the index of what leads the order, then sorted by the rest of it.
    Sorted,
    /// By the same index, and in its order: those that are equal in what leads come in any.
    TiesUnsorted,
    /// By the condition, if there are at most so many; then sorted.
    Found(usize),
}

/// The columns of a task.
static COLUMNS: LazyLock<String> = LazyLock::new(|| TASKS.list(""));

/// Builds the statements of one query.
pub(super) struct Statements<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) space: &'a SpaceId,
    pub(super) asked: &'a Asked,
    pub(super) narrowed: &'a Narrowed,
}

impl<'a> Statements<'a> {
    /// Tasks of a phase in their order, from the one after a place on.
    pub(super) fn page(
        &self,
        phase: Phase,
        after: Option<&Keyset>,
        (limit, told): (usize, Told),
        reading: Reading,
    ) -> Query {
        let mut writing = self.tasks(told);
        match reading {
            Reading::Found(_) => {
                writing.push("(SELECT * FROM ");
                self.wanted(&mut writing);
            }
            Reading::Sorted | Reading::TiesUnsorted => self.wanted_in_order(phase, &mut writing),
        }
        let keys = asked_keys(self.asked, phase);
        let missing = self.asked.sorting.keys()[..phase.missing].iter();
        let missing = missing.map(|key| Condition::Lacks(key.field));
        let leader = keys.first().filter(|key| !key.field.is_always_there());
        for condition in missing.chain(leader.map(|key| Condition::Has(key.field))) {
            writing.push(" AND ");
            writing.condition(&condition);
        }
        if let Some(place) = after {
            let marks = &place.marks[phase.missing..];
            writing.push(" AND ");
            behind(&keys, marks, place, &mut writing);
        }
        if let Reading::Found(most) = reading {
            // What has a limit is found before it is sorted.
            writing.push(" LIMIT ");
            writing.bind(count(most));
            writing.push(") AS found");
        }
        writing.push(" ORDER BY ");
        match keys.first() {
            Some(leader) if reading == Reading::TiesUnsorted => leader.order(&mut writing),
            _ => sort_by(&keys, &mut writing),
        }
        writing.push(" LIMIT ");
        writing.bind(count(limit));
        writing.into()
    }

    /// The values of [`Told::Count`] if there is no task to return them with.
    pub(super) fn count(&self) -> Query {
        let mut writing = self.writing();
        writing.push("SELECT ");
        self.told(Told::Count, &mut writing);
        writing.into()
    }

    /// Tasks of which it must be decided whether they count: one more than are counted, if there are so many.
    pub(super) fn uncertain(&self) -> Query {
        let mut writing = self.tasks(Told::Nothing);
        self.wanted(&mut writing);
        writing.push(" AND (");
        self.certain(&mut writing);
        writing.push(") IS NOT TRUE LIMIT ");
        writing.bind(count(COUNTED + 1));
        writing.into()
    }

    /// Of the next `step` tasks of all, newest first, those for which the condition holds, and in any case the last.
    pub(super) fn walk(&self, after: Position, step: usize, told: Told) -> Query {
        let mut writing = self.writing();
        let next = |writing: &mut Writing<'_>| {
            writing.table(TASKS.name);
            writing.push(" WHERE ");
            self.scope(writing);
            writing.push(" AND (created_at, id) < (");
        };
        writing.push("WITH last AS MATERIALIZED (SELECT n.created_at, n.id FROM (SELECT created_at, id FROM ");
        next(&mut writing);
        let time = writing.values.len() + 1;
        writing.bind(Value::Time(after.created_at));
        writing.push(", ");
        writing.bind(Value::Uuid(after.id.0));
        writing.push(") ORDER BY created_at DESC, id DESC LIMIT ");
        writing.bind(count(step));
        writing.push(") AS n ORDER BY n.created_at, n.id LIMIT 1) ");
        self.begin(told, &mut writing);
        next(&mut writing);
        writing.parameter(time);
        writing.push(", ");
        writing.parameter(time + 1);
        writing.push(
            ") AND (created_at, id) >= ((SELECT l.created_at FROM last AS l), (SELECT l.id FROM last AS l)) AND (",
        );
        writing.condition(&self.narrowed.condition);
        writing.push(" OR id = (SELECT l.id FROM last AS l)) ORDER BY created_at DESC, id DESC");
        writing.into()
    }

    fn writing(&self) -> Writing<'a> {
        Writing::of(self.space, self.dialect)
    }

    /// A statement that reads tasks, up to where they are looked for.
    fn tasks(&self, told: Told) -> Writing<'a> {
        let mut writing = self.writing();
        self.begin(told, &mut writing);
        writing
    }

    fn begin(&self, told: Told, writing: &mut Writing<'_>) {
        writing.push("SELECT ");
        writing.push(&COLUMNS);
        writing.push(", ");
        self.told(told, writing);
        writing.push(" FROM ");
    }

    /// All tasks that the list can show.
    fn scope(&self, writing: &mut Writing<'_>) {
        writing.push("space = ");
        writing.parameter(1);
        writing.push(if self.asked.shown.deleted {
            " AND deleted_at IS NOT NULL"
        } else {
            " AND deleted_at IS NULL"
        });
    }

    /// Where the tasks of the condition are looked for, and what is checked of each: through the table of tags, if all
    /// tasks must have one.
    fn wanted(&self, writing: &mut Writing<'_>) {
        let condition = &self.narrowed.condition;
        let rest = match holders(condition) {
            None => {
                writing.table(TASKS.name);
                Cow::Borrowed(condition)
            }
            Some((field, text)) => {
                writing.push("(");
                writing.holders(field, text);
                writing.push(") AS held ");
                let space = self.dialect.parameter(1);
                writing.push(&self.dialect.each_task(&space));
                Cow::Owned(without(condition, (field, text)))
            }
        };
        writing.push(" WHERE ");
        self.scope(writing);
        if *rest != Condition::Always {
            writing.push(" AND ");
            writing.condition(&rest);
        }
    }

    /// By the index of what leads a phase, if there is one: no other is any use for the rest.
    fn wanted_in_order(&self, phase: Phase, writing: &mut Writing<'_>) {
        writing.table(TASKS.name);
        writing.push(" WHERE ");
        self.scope(writing);
        let leader = phase.leader(self.asked);
        let (led, others) = if has_index(leader) {
            by_index(&self.narrowed.condition, leader)
        } else {
            (self.narrowed.condition.clone(), Condition::Always)
        };
        if led != Condition::Always {
            writing.push(" AND ");
            writing.condition(&led);
        }
        if others != Condition::Always {
            writing.push(" AND (");
            writing.condition(&others);
            writing.push(") IS TRUE");
        }
    }

    /// Of those that are wanted. What is asked of all of them is not asked again: PostgreSQL counts by an index alone
    /// only if no word is said of `completed` but what stands in the index's own condition.
    fn certain(&self, writing: &mut Writing<'_>) {
        let Narrowed { certain, condition } = self.narrowed;
        writing.condition(&beyond(certain, condition));
    }

    fn told(&self, told: Told, writing: &mut Writing<'_>) {
        match told {
            Told::Nothing => return writing.push("''"),
            Told::Account => {
                let all = if self.asked.shown.deleted {
                    "deleted_count"
                } else {
                    "task_count"
                };
                return of_account(&[all, "'0 0'"], writing);
            }
            Told::Count => {}
        }
        // These are counted already.
        let counted = match &self.narrowed.condition {
            _ if !self.narrowed.is_exact() => None,
            Condition::Always => Some("task_count"),
            Condition::Compare(Field::Completed, _, Bound::Flag(true)) => Some("completed_count"),
            Condition::Compare(Field::Completed, ..) => Some("(task_count - completed_count)"),
            _ => None,
        };
        if let Some(counted) = counted {
            return of_account(&["task_count", counted, counted], writing);
        }
        of_account(&["task_count"], writing);
        writing.push(" || ' ' || (SELECT count(*) || ' ' || ");
        // A task with a row for a tag is not in the trash.
        let condition = &self.narrowed.condition;
        if let Some((field, text)) = holders(condition)
            && self.narrowed.is_exact()
            && without(condition, (field, text)) == Condition::Always
        {
            writing.push("count(*) FROM (");
            writing.holders(field, text);
        } else {
            if self.narrowed.is_exact() {
                writing.push("count(*) FROM (SELECT 1 AS mark FROM ");
            } else {
                writing.push("COALESCE(sum(m.mark), 0) FROM (SELECT CASE WHEN ");
                self.certain(writing);
                writing.push(" THEN 1 ELSE 0 END AS mark FROM ");
            }
            self.wanted(writing);
        }
        writing.push(" LIMIT ");
        writing.bind(count(COUNTED + 1));
        writing.push(") AS m)");
    }
}

/// The numbers of the account: as one text, because each sub-select costs a look-up.
fn of_account(numbers: &[&str], writing: &mut Writing<'_>) {
    writing.push("(SELECT seq || ' ' || epoch");
    for number in numbers {
        writing.push(" || ' ' || ");
        writing.push(number);
    }
    writing.push(" FROM ");
    writing.table(ACCOUNTS.name);
    writing.push(" WHERE space = ");
    writing.parameter(1);
    writing.push(")");
}

impl From<Writing<'_>> for Query {
    fn from(writing: Writing<'_>) -> Self {
        Self {
            text: writing.text,
            values: writing.values,
        }
    }
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
