//! The statements that find what a filter selects, built from conditions and an order. Each has the space as its first
//! parameter, and names it for every table.

use std::fmt::Write;
use std::sync::LazyLock;

use super::super::dialect::Dialect;
use super::super::row::Value;
use super::super::tables::TASKS;
use super::conditions::{Parameters, sorted, value_of};
use super::ways::{Phase, beyond, by_index, has_index, holders, without};
use crate::domain::filter::{Asked, Bound, Condition, Field, Keyset, Mark, Narrowed};
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
        let mut parameters = self.parameters();
        let told = self.told(told, &mut parameters);
        let Wanted {
            from, mut scope, ..
        } = match reading {
            Reading::Found(_) => self.wanted(&mut parameters),
            Reading::Sorted | Reading::TiesUnsorted => self.wanted_in_order(phase, &mut parameters),
        };
        let keys = asked_keys(self.asked, phase);
        let missing = self.asked.sorting.keys()[..phase.missing].iter();
        let missing = missing.map(|key| Condition::Lacks(key.field));
        let leader = keys.first().filter(|key| !key.field.is_always_there());
        for condition in missing.chain(leader.map(|key| Condition::Has(key.field))) {
            let condition = parameters.condition(&condition);
            let _ = write!(scope, " AND {condition}");
        }
        if let Some(place) = after {
            let marks = &place.marks[phase.missing..];
            let behind = behind(&keys, marks, place, &mut parameters);
            let _ = write!(scope, " AND {behind}");
        }
        let order = match reading {
            Reading::TiesUnsorted => keys.first().map(Key::order),
            Reading::Sorted | Reading::Found(_) => None,
        };
        let order = order.unwrap_or_else(|| sorted_by(&keys));
        let limit = parameters.bind(count(limit));
        let columns = &*COLUMNS;
        let source = match reading {
            Reading::Sorted | Reading::TiesUnsorted => format!("{from} WHERE {scope}"),
            // What has a limit is found before it is sorted.
            Reading::Found(most) => {
                let most = parameters.bind(count(most));
                format!("(SELECT * FROM {from} WHERE {scope} LIMIT {most}) AS found")
            }
        };
        Query {
            text: format!("SELECT {columns}, {told} FROM {source} ORDER BY {order} LIMIT {limit}"),
            values: parameters.values,
        }
    }

    /// The values of [`Told::Count`] if there is no task to return them with.
    pub(super) fn count(&self) -> Query {
        let mut parameters = self.parameters();
        let told = self.told(Told::Count, &mut parameters);
        Query {
            text: format!("SELECT {told}"),
            values: parameters.values,
        }
    }

    /// Tasks of which it must be decided whether they count: one more than are counted, if there are so many.
    pub(super) fn uncertain(&self) -> Query {
        let mut parameters = self.parameters();
        let wanted = self.wanted(&mut parameters);
        let certain = self.certain(&mut parameters);
        let limit = parameters.bind(count(COUNTED + 1));
        let Wanted { from, scope, .. } = wanted;
        let columns = &*COLUMNS;
        Query {
            text: format!(
                "SELECT {columns}, '' FROM {from} WHERE {scope} AND ({certain}) IS NOT TRUE LIMIT {limit}"
            ),
            values: parameters.values,
        }
    }

    /// Of the next `step` tasks of all, newest first, those for which the condition holds, and in any case the last.
    pub(super) fn walk(&self, after: Position, step: usize, told: Told) -> Query {
        let mut parameters = self.parameters();
        let wanted = parameters.condition(&self.narrowed.condition);
        let told = match told {
            Told::Nothing => "''".to_owned(),
            Told::Account | Told::Count => self.account(),
        };
        let time = parameters.bind(Value::Time(after.created_at));
        let id = parameters.bind(Value::Uuid(after.id.0));
        let step = parameters.bind(count(step));
        let (columns, scope) = (&*COLUMNS, self.scope());
        let tasks = self.dialect.table(TASKS.name);
        let scope = format!("{scope} AND (created_at, id) < ({time}, {id})");
        Query {
            text: format!(
                "WITH last AS MATERIALIZED (SELECT n.created_at, n.id FROM
                    (SELECT created_at, id FROM {tasks} WHERE {scope}
                     ORDER BY created_at DESC, id DESC LIMIT {step}) AS n
                    ORDER BY n.created_at, n.id LIMIT 1)
                 SELECT {columns}, {told} FROM {tasks}
                 WHERE {scope}
                    AND (created_at, id) >= ((SELECT l.created_at FROM last AS l), (SELECT l.id FROM last AS l))
                    AND ({wanted} OR id = (SELECT l.id FROM last AS l))
                 ORDER BY created_at DESC, id DESC"
            ),
            values: parameters.values,
        }
    }

    fn parameters(&self) -> Parameters<'a> {
        Parameters::of(self.space, self.dialect)
    }

    /// All tasks that the list can show.
    fn scope(&self) -> String {
        let space = self.dialect.parameter(1);
        let not = if self.asked.shown.deleted { " NOT" } else { "" };
        format!("space = {space} AND deleted_at IS{not} NULL")
    }

    /// Through the table of tags, if all tasks must have one.
    fn wanted(&self, parameters: &mut Parameters<'_>) -> Wanted {
        let condition = &self.narrowed.condition;
        let (from, rest) = match holders(condition) {
            None => (
                self.dialect.table(TASKS.name),
                parameters.condition(condition),
            ),
            Some((field, text)) => {
                let holders = parameters.holders(field, text);
                let each = self.dialect.each_task(&self.dialect.parameter(1));
                let rest = without(condition, (field, text));
                (
                    format!("({holders}) AS held {each}"),
                    parameters.condition(&rest),
                )
            }
        };
        let mut scope = self.scope();
        if rest != "TRUE" {
            let _ = write!(scope, " AND {rest}");
        }
        Wanted { from, scope }
    }

    /// By the index of what leads a phase, if there is one: no other is any use for the rest.
    fn wanted_in_order(&self, phase: Phase, parameters: &mut Parameters<'_>) -> Wanted {
        let mut scope = self.scope();
        let leader = phase.leader(self.asked);
        let (led, others) = if has_index(leader) {
            by_index(&self.narrowed.condition, leader)
        } else {
            (self.narrowed.condition.clone(), Condition::Always)
        };
        if led != Condition::Always {
            let led = parameters.condition(&led);
            let _ = write!(scope, " AND {led}");
        }
        if others != Condition::Always {
            let others = parameters.condition(&others);
            let _ = write!(scope, " AND ({others}) IS TRUE");
        }
        Wanted {
            from: self.dialect.table(TASKS.name),
            scope,
        }
    }

    /// Of those that are wanted. What is asked of all of them is not asked again: PostgreSQL counts by an index alone
    /// only if no word is said of `completed` but what stands in the index's own condition.
    fn certain(&self, parameters: &mut Parameters<'_>) -> String {
        let Narrowed { certain, condition } = &self.narrowed;
        parameters.condition(&beyond(certain, condition))
    }

    /// The numbers of the account, and how many tasks it has.
    fn account(&self) -> String {
        let all = if self.asked.shown.deleted {
            "deleted_count"
        } else {
            "task_count"
        };
        self.of_account(&format!("{all} || ' 0 0'"))
    }

    /// As one text, because each sub-select costs a look-up.
    fn of_account(&self, numbers: &str) -> String {
        let space = self.dialect.parameter(1);
        let accounts = self.dialect.table("accounts");
        format!(
            "(SELECT seq || ' ' || epoch || ' ' || {numbers} FROM {accounts} WHERE space = {space})"
        )
    }

    fn told(&self, told: Told, parameters: &mut Parameters<'_>) -> String {
        match told {
            Told::Nothing => return "''".to_owned(),
            Told::Account => return self.account(),
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
            return self.of_account(&format!(
                "task_count || ' ' || {counted} || ' ' || {counted}"
            ));
        }
        let account = self.of_account("task_count");
        let most = |parameters: &mut Parameters<'_>| parameters.bind(count(COUNTED + 1));
        // A task with a row for a tag is not in the trash.
        let condition = &self.narrowed.condition;
        if let Some((field, text)) = holders(condition)
            && self.narrowed.is_exact()
            && without(condition, (field, text)) == Condition::Always
        {
            let (holders, most) = (parameters.holders(field, text), most(parameters));
            return format!(
                "{account} || ' ' || (SELECT count(*) || ' ' || count(*) FROM ({holders} LIMIT {most}) AS m)"
            );
        }
        let wanted = self.wanted(parameters);
        let (mark, certain) = if self.narrowed.is_exact() {
            ("1".to_owned(), "count(*)")
        } else {
            let certain = self.certain(parameters);
            let certain = format!("CASE WHEN {certain} THEN 1 ELSE 0 END");
            (certain, "COALESCE(sum(m.mark), 0)")
        };
        let Wanted { from, scope, .. } = wanted;
        let most = most(parameters);
        format!(
            "{account} || ' ' || (SELECT count(*) || ' ' || {certain} FROM
                (SELECT {mark} AS mark FROM {from} WHERE {scope} LIMIT {most}) AS m)"
        )
    }
}

/// Where the tasks of a condition are searched, and what is checked of each.
struct Wanted {
    from: String,
    scope: String,
}

/// A key that sorts within a phase.
struct Key {
    field: Field,
    text: &'static str,
    descending: bool,
}

impl Key {
    fn order(&self) -> String {
        let direction = if self.descending { " DESC" } else { " ASC" };
        format!("{}{direction}", self.text)
    }
}

fn asked_keys(asked: &Asked, phase: Phase) -> Vec<Key> {
    let keys = asked.sorting.keys()[phase.missing..].iter();
    let keys = keys.filter_map(|key| {
        Some(Key {
            field: key.field,
            text: sorted(key.field)?,
            descending: key.descending,
        })
    });
    keys.collect()
}

/// What leads has a value in every task, so that an index can say its order.
fn sorted_by(keys: &[Key]) -> String {
    let mut order = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let nulls = if place == 0 || key.field.is_always_there() {
            ""
        } else {
            " NULLS LAST"
        };
        order.push(format!("{}{nulls}", key.order()));
    }
    if !keys.iter().any(|key| key.field == Field::CreatedAt) {
        order.push("created_at DESC".to_owned());
    }
    order.push("id DESC".to_owned());
    order.join(", ")
}

/// All that comes after a place in the same phase.
fn behind(keys: &[Key], marks: &[Mark], place: &Keyset, parameters: &mut Parameters<'_>) -> String {
    let time = parameters.bind(Value::Time(place.position.created_at));
    let id = parameters.bind(Value::Uuid(place.position.id.0));
    let mut text = format!("(created_at, id) < ({time}, {id})");
    for (number, (key, mark)) in keys.iter().zip(marks).enumerate().rev() {
        let column = key.text;
        let Some(value) = value_of(key.field, mark) else {
            text = format!("({column} IS NULL AND {text})");
            continue;
        };
        let value = parameters.bind(value);
        let sign = if key.descending { '<' } else { '>' };
        let leads = number == 0;
        let nulls = if leads || key.field.is_always_there() {
            String::new()
        } else {
            format!("{column} IS NULL OR ")
        };
        text = format!("({nulls}{column} {sign} {value} OR ({column} = {value} AND {text}))");
        if leads {
            // Where an index begins to be read.
            text = format!("{column} {sign}= {value} AND {text}");
        }
    }
    text
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
