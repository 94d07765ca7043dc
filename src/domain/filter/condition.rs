//! The SQL conditions of a selection: the same on both engines, and never narrower than the selection.

use uuid::Uuid;

use super::dates::Point;
use super::field::Field;
use super::plan::{Comparison, Plan, Predicate};
use crate::domain::Timestamp;

/// The SQL conditions of a selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Narrowed {
    /// True for every task of the selection, and perhaps for others.
    pub condition: Condition,
    /// True only for tasks of the selection, and perhaps not for all of them. What is left between the two is decided
    /// by [`super::Selection::matches`].
    pub certain: Condition,
}

/// A condition on the columns of a task. There is no negation, so a missing value (NULL, which is never true) needs no
/// attention where the SQL is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Holds for every task.
    Always,
    All(Vec<Condition>),
    /// An empty one is true for no task.
    Any(Vec<Condition>),
    Has(Field),
    Lacks(Field),
    /// Forms of the columns: `due` and `start` their wall clock as a text that sorts (`2026-12-01`,
    /// `2026-12-01T09:00:00`), texts by their bytes.
    Compare(Field, Comparison, Bound),
    /// Whether `tags` or `references.external_id` has this text.
    Contains(Field, String),
    ContainsNot(Field, String),
    /// Whether `due` or `start` has a zone, or has none.
    Zoned(Field, bool),
    /// How `due` or `start` compares with a text, without its zone or as it is written: for dates without a zone.
    Written(Field, Comparison, String),
    /// How a text compares with another one, both folded. SQL cannot fold a text that is not ASCII: for
    /// such a text it is true.
    Folded(Field, Comparison, String),
    /// Whether a word occurs in a text (of `text`: in any of the three), also as a part of another. Nor can SQL tell
    /// here. `None`: a word that is not ASCII, which occurs in no text that is.
    Mentions(Field, Option<String>),
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

impl Condition {
    /// Holds for no task.
    pub const NEVER: Self = Self::Any(Vec::new());

    pub fn all(parts: Vec<Self>) -> Self {
        let mut all: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::All(parts) => all.extend(parts),
                part if part == Self::NEVER => return part,
                part => all.push(part),
            }
        }
        match all.len() {
            0 => Self::Always,
            1 => all.remove(0),
            _ => Self::All(all),
        }
    }

    pub fn any(parts: Vec<Self>) -> Self {
        let mut any: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Always => return part,
                Self::Any(parts) => any.extend(parts),
                part => any.push(part),
            }
        }
        if any.len() == 1 {
            return any.remove(0);
        }
        Self::Any(any)
    }

    /// Whether it holds only for tasks that have a value there.
    pub fn needs(&self, field: Field) -> bool {
        match self {
            Self::All(parts) => parts.iter().any(|part| part.needs(field)),
            Self::Any(parts) => parts.iter().all(|part| part.needs(field)),
            Self::Has(own)
            | Self::Compare(own, ..)
            | Self::Zoned(own, _)
            | Self::Written(own, ..)
            | Self::Contains(own, _)
            | Self::Folded(own, ..) => *own == field,
            Self::Always | Self::Lacks(_) | Self::ContainsNot(..) | Self::Mentions(..) => false,
        }
    }

    /// Whether it holds only for tasks that have none there.
    pub fn forbids(&self, field: Field) -> bool {
        match self {
            Self::All(parts) => parts.iter().any(|part| part.forbids(field)),
            Self::Any(parts) => parts.iter().all(|part| part.forbids(field)),
            Self::Lacks(own) => *own == field,
            _ => false,
        }
    }
}

impl Narrowed {
    fn exact(condition: Condition) -> Self {
        Self {
            certain: condition.clone(),
            condition,
        }
    }

    /// Where SQL can never decide.
    fn loose(condition: Condition) -> Self {
        Self {
            condition,
            certain: Condition::NEVER,
        }
    }

    fn map(self, change: impl Fn(Condition) -> Condition) -> Self {
        Self {
            condition: change(self.condition),
            certain: change(self.certain),
        }
    }

    /// Whether there is nothing left to decide.
    pub fn is_exact(&self) -> bool {
        self.condition == self.certain
    }
}

/// Whether no text of a task is like that, and no database takes it for one.
fn is_unheard_of(text: &str) -> bool {
    text.contains('\0')
}

pub(super) fn narrowed(plan: &Plan<Point>) -> Narrowed {
    match plan {
        Plan::Is(Predicate::Contains(_, text)) if is_unheard_of(text) => {
            Narrowed::exact(Condition::NEVER)
        }
        Plan::Isnt(Predicate::Contains(_, text)) if is_unheard_of(text) => {
            Narrowed::exact(Condition::Always)
        }
        Plan::Is(Predicate::Text(_, _, text) | Predicate::Key(_, _, text))
        | Plan::Isnt(Predicate::Text(_, _, text) | Predicate::Key(_, _, text))
            if is_unheard_of(text) =>
        {
            Narrowed::loose(Condition::Always)
        }
        Plan::All(plans) => join(plans, Condition::all),
        Plan::Any(plans) => join(plans, Condition::any),
        Plan::Is(predicate) => where_it_is(predicate),
        Plan::Isnt(predicate) => where_it_is_not(predicate),
    }
}

fn join(plans: &[Plan<Point>], kind: fn(Vec<Condition>) -> Condition) -> Narrowed {
    let parts = plans.iter().map(narrowed);
    let (conditions, certain) = parts.map(|part| (part.condition, part.certain)).unzip();
    Narrowed {
        condition: kind(conditions),
        certain: kind(certain),
    }
}

fn where_it_is(predicate: &Predicate<Point>) -> Narrowed {
    match predicate {
        Predicate::Present(field) if field.is_always_there() => Narrowed::exact(Condition::Always),
        // In lists and below parents there is a key in the column where nobody has moved a task, too.
        Predicate::Present(field @ Field::Order) => Narrowed::loose(Condition::Has(*field)),
        Predicate::Key(Field::Order, ..) => Narrowed::loose(compare(predicate)),
        Predicate::Present(field) => Narrowed::exact(Condition::Has(*field)),
        Predicate::Contains(field, text) => {
            Narrowed::exact(Condition::Contains(*field, text.clone()))
        }
        Predicate::Words(field, search) => {
            let words = search.words().filter_map(|word| mentions(*field, word));
            Narrowed::loose(Condition::all(words.collect()))
        }
        Predicate::Text(field, how, text) => {
            Narrowed::loose(Condition::Folded(*field, *how, text.clone()))
        }
        Predicate::Date(field, how, point) => date(*field, *how, *point),
        Predicate::Time(field, how, point) => Narrowed::exact(time(*field, *how, *point)),
        simple => Narrowed::exact(compare(simple)),
    }
}

/// Words have letters and digits; what else is ASCII may be stored otherwise than it is read.
fn mentions(field: Field, word: &str) -> Option<Condition> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let says_something = is_plain || !word.is_ascii();
    says_something.then(|| Condition::Mentions(field, is_plain.then(|| word.to_owned())))
}

/// `!=`, or what NOT makes of a comparison: it also holds where there is no value.
fn where_it_is_not(predicate: &Predicate<Point>) -> Narrowed {
    match predicate {
        Predicate::Present(field) if field.is_always_there() => Narrowed::exact(Condition::NEVER),
        Predicate::Present(field @ Field::Order) | Predicate::Key(field @ Field::Order, ..) => {
            Narrowed {
                condition: Condition::Always,
                certain: Condition::Lacks(*field),
            }
        }
        Predicate::Present(field) => Narrowed::exact(Condition::Lacks(*field)),
        Predicate::Contains(field, text) => {
            Narrowed::exact(Condition::ContainsNot(*field, text.clone()))
        }
        Predicate::Words(..) | Predicate::Text(..) => Narrowed::loose(Condition::Always),
        Predicate::Flag(field, flag) => Narrowed::exact(compare(&Predicate::Flag(*field, !flag))),
        Predicate::Date(field, how, point) => match how.inverse() {
            Some(inverse) => date(*field, inverse, *point),
            None => another_date(*field, *point),
        }
        .map(|condition| or_lacks(*field, condition)),
        Predicate::Time(field, how, point) => Narrowed::exact(or_lacks(
            *field,
            match how.inverse() {
                Some(inverse) => time(*field, inverse, *point),
                None => Condition::any(vec![
                    time(*field, Comparison::Less, *point),
                    time(*field, Comparison::Greater, *point),
                ]),
            },
        )),
        simple => Narrowed::exact(outside(simple)),
    }
}

fn or_lacks(field: Field, condition: Condition) -> Condition {
    if field.is_always_there() {
        return condition;
    }
    Condition::any(vec![Condition::Lacks(field), condition])
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
            None => Condition::any(vec![other(Comparison::Less), other(Comparison::Greater)]),
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
        Predicate::Key(field, how, text) => {
            Condition::Compare(*field, *how, Bound::Text(text.clone()))
        }
        Predicate::Id(field, id) => Condition::Compare(*field, Comparison::Equal, Bound::Id(*id)),
        _ => Condition::Always,
    }
}

/// Of a date with a zone SQL knows the wall clock, and so it knows how it lies to what is more than a day away. To a
/// day, a date without a zone lies as it is written.
fn date(field: Field, how: Comparison, point: Point) -> Narrowed {
    let (first, last) = point.walls();
    let wall = |how, text| Condition::Compare(field, how, Bound::Text(text));
    let written = |how, text| Condition::Written(field, how, text);
    let (near, far) = match how {
        Comparison::Equal => (
            Condition::all(vec![
                wall(Comparison::AtLeast, first),
                wall(Comparison::AtMost, last),
            ]),
            Condition::NEVER,
        ),
        Comparison::Less | Comparison::AtMost => (
            wall(Comparison::AtMost, last),
            written(Comparison::Less, first),
        ),
        Comparison::Greater | Comparison::AtLeast => (
            wall(Comparison::AtLeast, first),
            // Behind all zones, which begin with a bracket.
            written(Comparison::AtLeast, format!("{last}\\")),
        ),
    };
    let Some(as_written) = of_the_day(field, how, point) else {
        return Narrowed {
            condition: near,
            certain: far,
        };
    };
    let may_be = Condition::any(vec![as_written.clone(), Condition::Zoned(field, true)]);
    let is_so = Condition::all(vec![as_written, Condition::Zoned(field, false)]);
    Narrowed {
        condition: Condition::all(vec![near, may_be]),
        certain: Condition::any(vec![far, is_so]),
    }
}

/// How the written day of a date compares with a day.
fn of_the_day(field: Field, how: Comparison, point: Point) -> Option<Condition> {
    let Point::Day { date, .. } = point else {
        return None;
    };
    let written = |how, text| Condition::Written(field, how, text);
    let first = date.to_string();
    // Behind the times of the day, which have a T there, and before the next day.
    let end = format!("{first}U");
    Some(match how {
        Comparison::Less => written(Comparison::Less, first),
        Comparison::AtMost => written(Comparison::Less, end),
        Comparison::Greater => written(Comparison::AtLeast, end),
        Comparison::AtLeast => written(Comparison::AtLeast, first),
        Comparison::Equal => Condition::all(vec![
            written(Comparison::AtLeast, first),
            written(Comparison::Less, end),
        ]),
    })
}

/// Dates that are not equal to it.
fn another_date(field: Field, point: Point) -> Narrowed {
    let before = date(field, Comparison::Less, point);
    let after = date(field, Comparison::Greater, point);
    Narrowed {
        condition: Condition::any(vec![before.condition, after.condition]),
        certain: Condition::any(vec![before.certain, after.certain]),
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
        (Point::Day { start, end, .. }, Comparison::Equal) => Condition::all(vec![
            compare(Comparison::AtLeast, start),
            compare(Comparison::Less, end),
        ]),
    }
}
