//! Which tasks a filter selects. SQL only narrows the search; this decides.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::condition::{self, Narrowed};
use super::dates::{Moment, Point, TaskDate};
use super::field::Field;
use super::plan::{Plan, Predicate};
use crate::domain::Timestamp;
use crate::domain::search::fold;

/// What a filter can be asked about.
pub trait Subject {
    /// The value of a field that has one; `None` where it is missing. Not asked for `Tags`, `ExternalId`, `Text`.
    fn value(&self, field: Field) -> Option<Value<'_>>;

    /// The texts of `Tags` or of `ExternalId`.
    fn texts(&self, field: Field) -> impl Iterator<Item = &str>;
}

/// The value of a field: for each field one of these is right, and any other one counts as missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Flag(bool),
    Number(i64),
    Text(&'a str),
    Time(Timestamp),
    Date(TaskDate<'a>),
    Id(Uuid),
    /// It is there, and cannot be compared (`References`, `Recurrence`).
    There,
}

/// A filter at one moment and in one zone.
#[derive(Clone, Debug)]
pub struct Selection {
    plan: Plan<Point>,
    zone: TimeZone,
}

impl Selection {
    pub(super) fn new(plan: &Plan, moment: &Moment) -> Self {
        Self {
            plan: plan.map(&|target| target.at(moment)),
            zone: moment.zone().clone(),
        }
    }

    pub fn matches(&self, subject: &impl Subject) -> bool {
        self.holds(&self.plan, subject)
    }

    /// What SQL can say about it: see [`Narrowed`].
    pub fn narrowed(&self) -> Narrowed {
        condition::narrowed(&self.plan)
    }

    fn holds(&self, plan: &Plan<Point>, subject: &impl Subject) -> bool {
        match plan {
            Plan::All(plans) => plans.iter().all(|plan| self.holds(plan, subject)),
            Plan::Any(plans) => plans.iter().any(|plan| self.holds(plan, subject)),
            Plan::Is(predicate) => self.is(predicate, subject),
            Plan::Isnt(predicate) => !self.is(predicate, subject),
        }
    }

    fn is(&self, predicate: &Predicate<Point>, subject: &impl Subject) -> bool {
        let value = |field: &Field| subject.value(*field);
        match predicate {
            Predicate::Present(field @ (Field::Tags | Field::ExternalId)) => {
                subject.texts(*field).next().is_some()
            }
            Predicate::Present(field) => value(field).is_some(),
            Predicate::Flag(field, wanted) => value(field) == Some(Value::Flag(*wanted)),
            Predicate::Number(field, how, wanted) => {
                matches!(value(field), Some(Value::Number(own)) if how.holds(own.cmp(wanted)))
            }
            Predicate::Text(field, how, wanted) => {
                matches!(value(field), Some(Value::Text(own))
                    if how.holds(fold(own).as_ref().cmp(wanted.as_str())))
            }
            Predicate::Key(field, how, wanted) => {
                matches!(value(field), Some(Value::Text(own)) if how.holds(own.cmp(wanted)))
            }
            Predicate::Date(field, how, point) => {
                matches!(value(field), Some(Value::Date(own))
                    if how.holds(point.order_of(&own, &self.zone)))
            }
            Predicate::Time(field, how, point) => {
                matches!(value(field), Some(Value::Time(own))
                    if how.holds(point.order_of_instant(own.as_micros())))
            }
            Predicate::Id(field, wanted) => value(field) == Some(Value::Id(*wanted)),
            Predicate::Contains(field, wanted) => subject.texts(*field).any(|own| own == wanted),
            Predicate::Words(field, search) => {
                let text = |field| match subject.value(field) {
                    Some(Value::Text(text)) => Some(text),
                    _ => None,
                };
                if *field == Field::Text {
                    let texts = [Field::Title, Field::Description]
                        .into_iter()
                        .filter_map(text);
                    search.is_in(texts.chain(subject.texts(Field::Tags)))
                } else {
                    search.is_in(text(*field))
                }
            }
        }
    }
}
