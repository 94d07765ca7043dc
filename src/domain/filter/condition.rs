//! What SQL can say about a selection: the same on both engines, and never less than what it selects.

use uuid::Uuid;

use super::dates::Point;
use super::field::Field;
use super::plan::{Comparison, Plan, Predicate};
use crate::domain::Timestamp;

/// A condition that holds for every task of a selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Narrowed {
    pub condition: Condition,
    /// Whether it holds for no other task. Otherwise [`super::Selection::matches`] decides about those that are left.
    pub exact: bool,
}

/// A condition on the columns of a task. There is no negation, so a missing value (NULL, which is never true) needs no
/// thought where the text is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Holds for every task.
    Always,
    All(Vec<Condition>),
    /// Of nothing: for no task.
    Any(Vec<Condition>),
    Has(Field),
    Lacks(Field),
    /// Forms of the columns: `due` and `start` their wall clock as a text that sorts (`2026-12-01`,
    /// `2026-12-01T09:00:00`), `title` folded ([`crate::domain::search::fold`]), texts by their bytes.
    Compare(Field, Comparison, Bound),
    /// Whether `tags` or `references.external_id` has this text.
    Contains(Field, String),
    ContainsNot(Field, String),
}

/// A value that is bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    Flag(bool),
    Number(i64),
    Text(String),
    Time(Timestamp),
    Id(Uuid),
}

impl Narrowed {
    fn exact(condition: Condition) -> Self {
        Self {
            condition,
            exact: true,
        }
    }

    fn loose(condition: Condition) -> Self {
        Self {
            condition,
            exact: false,
        }
    }
}

pub(super) fn narrowed(plan: &Plan<Point>) -> Narrowed {
    match plan {
        Plan::All(plans) => join(plans, Condition::All),
        Plan::Any(plans) => join(plans, Condition::Any),
        Plan::Is(predicate) => where_it_is(predicate),
        Plan::Isnt(predicate) => where_it_is_not(predicate),
    }
}

fn join(plans: &[Plan<Point>], kind: fn(Vec<Condition>) -> Condition) -> Narrowed {
    let parts: Vec<Narrowed> = plans.iter().map(narrowed).collect();
    let exact = parts.iter().all(|part| part.exact);
    let conditions: Vec<Condition> = parts.into_iter().map(|part| part.condition).collect();
    let always = |condition: &Condition| *condition == Condition::Always;
    let condition = match kind(conditions) {
        Condition::All(mut all) => {
            all.retain(|condition| !always(condition));
            match all.len() {
                0 => Condition::Always,
                1 => all.remove(0),
                _ => Condition::All(all),
            }
        }
        Condition::Any(any) if any.iter().any(always) => Condition::Always,
        other => other,
    };
    Narrowed { condition, exact }
}

fn where_it_is(predicate: &Predicate<Point>) -> Narrowed {
    match predicate {
        Predicate::Present(field) if field.is_always_there() => Narrowed::exact(Condition::Always),
        Predicate::Present(field) => Narrowed::exact(Condition::Has(*field)),
        Predicate::Contains(field, text) => {
            Narrowed::exact(Condition::Contains(*field, text.clone()))
        }
        Predicate::Words(..) => Narrowed::loose(Condition::Always),
        Predicate::Text(Field::Description, ..) => {
            Narrowed::loose(Condition::Has(Field::Description))
        }
        Predicate::Date(field, how, point) => Narrowed::loose(date(*field, *how, *point)),
        Predicate::Time(field, how, point) => Narrowed::exact(time(*field, *how, *point)),
        simple => Narrowed::exact(compare(simple)),
    }
}

/// `!=`, or what NOT makes of a comparison: it also holds where there is no value.
fn where_it_is_not(predicate: &Predicate<Point>) -> Narrowed {
    match predicate {
        Predicate::Present(field) if field.is_always_there() => {
            Narrowed::exact(Condition::Any(Vec::new()))
        }
        Predicate::Present(field) => Narrowed::exact(Condition::Lacks(*field)),
        Predicate::Contains(field, text) => {
            Narrowed::exact(Condition::ContainsNot(*field, text.clone()))
        }
        Predicate::Words(..) | Predicate::Text(Field::Description, ..) => {
            Narrowed::loose(Condition::Always)
        }
        Predicate::Flag(field, flag) => Narrowed::exact(compare(&Predicate::Flag(*field, !flag))),
        Predicate::Date(field, how, point) => Narrowed::loose(match how.inverse() {
            Some(inverse) => or_lacks(*field, date(*field, inverse, *point)),
            None => Condition::Always,
        }),
        Predicate::Time(field, how, point) => Narrowed::exact(match how.inverse() {
            Some(inverse) => or_lacks(*field, time(*field, inverse, *point)),
            None => or_lacks(
                *field,
                Condition::Any(vec![
                    time(*field, Comparison::Less, *point),
                    time(*field, Comparison::Greater, *point),
                ]),
            ),
        }),
        simple => Narrowed::exact(outside(simple)),
    }
}

fn or_lacks(field: Field, condition: Condition) -> Condition {
    if field.is_always_there() {
        return condition;
    }
    Condition::Any(vec![Condition::Lacks(field), condition])
}

/// Where a value is another one than was compared with, or missing.
fn outside(predicate: &Predicate<Point>) -> Condition {
    let Condition::Compare(field, how, bound) = compare(predicate) else {
        return Condition::Always;
    };
    let other = |how| Condition::Compare(field, how, bound.clone());
    or_lacks(
        field,
        match how.inverse() {
            Some(inverse) => other(inverse),
            None => Condition::Any(vec![other(Comparison::Less), other(Comparison::Greater)]),
        },
    )
}

/// A predicate that SQL can say as it is.
fn compare(predicate: &Predicate<Point>) -> Condition {
    match predicate {
        Predicate::Flag(field, flag) => {
            Condition::Compare(*field, Comparison::Equal, Bound::Flag(*flag))
        }
        Predicate::Number(field, how, number) => {
            Condition::Compare(*field, *how, Bound::Number(*number))
        }
        Predicate::Text(field, how, text) | Predicate::Key(field, how, text) => {
            Condition::Compare(*field, *how, Bound::Text(text.clone()))
        }
        Predicate::Id(field, id) => Condition::Compare(*field, Comparison::Equal, Bound::Id(*id)),
        _ => Condition::Always,
    }
}

/// All dates that can lie so, whatever their zone, and some others.
fn date(field: Field, how: Comparison, point: Point) -> Condition {
    let (first, last) = point.walls();
    let from = Condition::Compare(field, Comparison::AtLeast, Bound::Text(first));
    let until = Condition::Compare(field, Comparison::AtMost, Bound::Text(last));
    match how {
        Comparison::Equal => Condition::All(vec![from, until]),
        Comparison::Less | Comparison::AtMost => until,
        Comparison::Greater | Comparison::AtLeast => from,
    }
}

fn time(field: Field, how: Comparison, point: Point) -> Condition {
    let compare =
        |how, micros| Condition::Compare(field, how, Bound::Time(Timestamp::from_micros(micros)));
    match (point, how) {
        (Point::Instant(micros), how) => compare(how, micros),
        (Point::Day { start, .. }, Comparison::Less) => compare(Comparison::Less, start),
        (Point::Day { start, .. }, Comparison::AtLeast) => compare(Comparison::AtLeast, start),
        (Point::Day { end, .. }, Comparison::AtMost) => compare(Comparison::Less, end),
        (Point::Day { end, .. }, Comparison::Greater) => compare(Comparison::AtLeast, end),
        (Point::Day { start, end, .. }, Comparison::Equal) => Condition::All(vec![
            compare(Comparison::AtLeast, start),
            compare(Comparison::Less, end),
        ]),
    }
}
