//! In which order tasks are listed: `order_by`.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use uuid::Uuid;

use super::field::Field;
use super::mistake::Mistake;
use super::selection::{Subject, Value};
use crate::domain::order::OrderKey;
use crate::domain::search::fold;

const MOST_KEYS: usize = 3;
const FIELD: &str = "created_at, updated_at, due, start, priority, title, order or completed_at";

/// Up to three fields; where they are equal, newest first, then by id, as lists without `order_by` are. A place among
/// siblings is told by the key and the id together, so behind `order` there is nothing equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorting {
    keys: Vec<SortKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    pub field: Field,
    /// The largest first. What is missing is last in both directions.
    pub descending: bool,
}

impl Sorting {
    /// `due, priority desc`: an empty text is newest first.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let mut keys: Vec<SortKey> = Vec::new();
        if text.trim().is_empty() {
            return Ok(Self { keys });
        }
        let mut column = 1;
        for part in text.split(',') {
            let words = words(part, column);
            let end = column + part.chars().count();
            let (at, name) = words.first().copied().unwrap_or((end, ""));
            let field = sortable(name).ok_or_else(|| Mistake::new(at, FIELD))?;
            if keys.iter().any(|key| key.field == field) {
                return Err(Mistake::new(at, "each field once"));
            }
            if keys.len() == MOST_KEYS {
                return Err(Mistake::new(at, "at most 3 fields"));
            }
            let descending = match words.get(1) {
                None | Some((_, "asc")) => false,
                Some((_, "desc")) => true,
                Some((at, _)) => return Err(Mistake::new(*at, "desc, ',' or the end")),
            };
            if let Some((at, _)) = words.get(2) {
                return Err(Mistake::new(*at, "',' or the end"));
            }
            keys.push(SortKey { field, descending });
            column = end + 1;
        }
        Ok(Self { keys })
    }

    pub fn keys(&self) -> &[SortKey] {
        &self.keys
    }

    /// Which of two comes first.
    pub fn compare<S: Subject>(&self, first: &S, second: &S) -> Ordering {
        self.keys
            .iter()
            .map(|key| key.compare(first, second))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| newest_first(first, second))
    }
}

impl SortKey {
    fn compare<S: Subject>(self, first: &S, second: &S) -> Ordering {
        let order = if self.field == Field::Order {
            (key_of_order(first), id_of(first)).cmp(&(key_of_order(second), id_of(second)))
        } else {
            let (first, second) = (first.value(self.field), second.value(self.field));
            let (Some(first), Some(second)) = (first, second) else {
                return first.is_none().cmp(&second.is_none());
            };
            compare(self.field, &first, &second)
        };
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }
}

/// The place among siblings, of a task that nobody moved, too.
pub(super) fn key_of_order<S: Subject>(subject: &S) -> Option<Cow<'_, str>> {
    if let Some(Value::Text(key)) = subject.value(Field::Order) {
        return Some(Cow::Borrowed(key));
    }
    match subject.value(Field::CreatedAt) {
        Some(Value::Time(time)) => {
            Some(Cow::Owned(OrderKey::of_creation(time).as_str().to_owned()))
        }
        _ => None,
    }
}

/// Words and their columns, of a text that begins at one.
fn words(text: &str, column: usize) -> Vec<(usize, &str)> {
    text.split_whitespace()
        .map(|word| {
            let start = word.as_ptr().addr() - text.as_ptr().addr();
            (column + text[..start].chars().count(), word)
        })
        .collect()
}

fn sortable(name: &str) -> Option<Field> {
    let field = Field::named(name)?;
    let can = matches!(
        field,
        Field::CreatedAt
            | Field::UpdatedAt
            | Field::Due
            | Field::Start
            | Field::Priority
            | Field::Title
            | Field::Order
            | Field::CompletedAt
    );
    can.then_some(field)
}

fn compare(field: Field, first: &Value<'_>, second: &Value<'_>) -> Ordering {
    match (first, second) {
        (Value::Text(a), Value::Text(b)) if field == Field::Title => fold(a).cmp(&fold(b)),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.wall().cmp(&b.wall()),
        _ => Ordering::Equal,
    }
}

fn newest_first<S: Subject>(first: &S, second: &S) -> Ordering {
    let key = |subject: &S| {
        let Some(Value::Time(time)) = subject.value(Field::CreatedAt) else {
            return None;
        };
        id_of(subject).map(|id| (time, id))
    };
    Reverse(key(first)).cmp(&Reverse(key(second)))
}

fn id_of<S: Subject>(subject: &S) -> Option<Uuid> {
    match subject.value(Field::Id) {
        Some(Value::Id(id)) => Some(id),
        _ => None,
    }
}
