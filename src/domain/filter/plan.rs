//! The meaning of a filter, without its spelling: predicates, all or any of which must hold. Only predicates are
//! negated, so that a missing value is handled in one place.

use std::cmp::Ordering;

use uuid::Uuid;

use super::dates::{Base, Target};
use super::field::Field;
use crate::domain::search::Search;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan<D = Target> {
    All(Vec<Plan<D>>),
    Any(Vec<Plan<D>>),
    Is(Predicate<D>),
    /// Holds for all that the predicate does not hold for, so also where the value is missing.
    Isnt(Predicate<D>),
}

/// `D` is what dates are compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predicate<D = Target> {
    Present(Field),
    Flag(Field, bool),
    Number(Field, Comparison, i64),
    /// The text is folded.
    Text(Field, Comparison, String),
    Key(Field, Comparison, String),
    Date(Field, Comparison, D),
    Time(Field, Comparison, D),
    Id(Field, Uuid),
    Contains(Field, String),
    Words(Field, Search),
}

/// How two values compare. There is no `!=`: that is a negated `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    /// The opposite comparison; `Equal` has none.
    pub(super) fn inverse(self) -> Option<Self> {
        match self {
            Self::Equal => None,
            Self::Less => Some(Self::AtLeast),
            Self::AtMost => Some(Self::Greater),
            Self::Greater => Some(Self::AtMost),
            Self::AtLeast => Some(Self::Less),
        }
    }
}

/// What an answer depends on besides the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependsOn {
    Nothing,
    /// The day and the zone: `today()`, or a day or a wall clock that begins where the zone says.
    Day,
    /// The moment: `now()`.
    Moment,
}

impl<D> Plan<D> {
    /// The same plan with other dates.
    pub(super) fn map<E>(&self, change: &impl Fn(&D) -> E) -> Plan<E> {
        let list = |plans: &[Self]| plans.iter().map(|plan| plan.map(change)).collect();
        match self {
            Self::All(plans) => Plan::All(list(plans)),
            Self::Any(plans) => Plan::Any(list(plans)),
            Self::Is(predicate) => Plan::Is(predicate.map(change)),
            Self::Isnt(predicate) => Plan::Isnt(predicate.map(change)),
        }
    }
}

impl<D> Predicate<D> {
    fn map<E>(&self, change: &impl Fn(&D) -> E) -> Predicate<E> {
        match self {
            Self::Present(field) => Predicate::Present(*field),
            Self::Flag(field, flag) => Predicate::Flag(*field, *flag),
            Self::Number(field, how, number) => Predicate::Number(*field, *how, *number),
            Self::Text(field, how, text) => Predicate::Text(*field, *how, text.clone()),
            Self::Key(field, how, text) => Predicate::Key(*field, *how, text.clone()),
            Self::Date(field, how, date) => Predicate::Date(*field, *how, change(date)),
            Self::Time(field, how, date) => Predicate::Time(*field, *how, change(date)),
            Self::Id(field, id) => Predicate::Id(*field, *id),
            Self::Contains(field, text) => Predicate::Contains(*field, text.clone()),
            Self::Words(field, search) => Predicate::Words(*field, search.clone()),
        }
    }
}

impl Plan {
    pub(super) fn depends_on(&self) -> DependsOn {
        match self {
            Self::All(plans) | Self::Any(plans) => plans
                .iter()
                .map(Self::depends_on)
                .max()
                .unwrap_or(DependsOn::Nothing),
            Self::Is(predicate) | Self::Isnt(predicate) => match predicate {
                Predicate::Date(_, _, target) | Predicate::Time(_, _, target) => {
                    match target.base {
                        Base::Now => DependsOn::Moment,
                        _ => DependsOn::Day,
                    }
                }
                _ => DependsOn::Nothing,
            },
        }
    }
}
