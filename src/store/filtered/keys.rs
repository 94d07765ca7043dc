//! The keys of an order in SQL: how tasks of a phase are sorted, and which come after a place.

use std::fmt::Write;

use super::super::row::Value;
use super::conditions::{Writing, add, sorted, value_of};
use super::ways::Phase;
use crate::domain::filter::{Asked, Field, Keyset, Mark};

/// A key that sorts within a phase.
pub(super) struct Key {
    pub(super) field: Field,
    text: &'static str,
    descending: bool,
}

impl Key {
    pub(super) fn order(&self, writing: &mut Writing<'_>) {
        writing.push(self.text);
        writing.push(if self.descending { " DESC" } else { " ASC" });
    }
}

pub(super) fn asked_keys(asked: &Asked, phase: Phase) -> Vec<Key> {
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
pub(super) fn sort_by(keys: &[Key], writing: &mut Writing<'_>) {
    for (place, key) in keys.iter().enumerate() {
        key.order(writing);
        if place > 0 && !key.field.is_always_there() {
            writing.push(" NULLS LAST");
        }
        writing.push(", ");
        if key.field == Field::Order {
            writing.push(if key.descending { "id DESC" } else { "id ASC" });
            return;
        }
    }
    if !keys.iter().any(|key| key.field == Field::CreatedAt) {
        writing.push("created_at DESC, ");
    }
    writing.push("id DESC");
}

/// All that comes after a place in the same phase: behind it by the first key, or as far and behind it by the next.
pub(super) fn behind(keys: &[Key], marks: &[Mark], place: &Keyset, writing: &mut Writing<'_>) {
    let (mut open, mut by_id) = (0, false);
    for (number, (key, mark)) in keys.iter().zip(marks).enumerate() {
        let column = key.text;
        let Some(value) = value_of(key.field, mark) else {
            add!(writing, "({column} IS NULL AND ");
            open += 1;
            continue;
        };
        let sign = if key.descending { '<' } else { '>' };
        let leads = number == 0;
        let parameter = writing.values.len() + 1;
        if leads {
            // Where an index begins to be read.
            add!(writing, "{column} {sign}= ");
            writing.bind(value);
            add!(writing, " AND ({column} {sign} ");
            writing.parameter(parameter);
        } else {
            writing.push("(");
            if !key.field.is_always_there() {
                add!(writing, "{column} IS NULL OR ");
            }
            add!(writing, "{column} {sign} ");
            writing.bind(value);
        }
        add!(writing, " OR ({column} = ");
        writing.parameter(parameter);
        writing.push(" AND ");
        open += 2;
        if key.field == Field::Order {
            add!(writing, "id {sign} ");
            by_id = true;
            break;
        }
    }
    if !by_id {
        writing.push("(created_at, id) < (");
        writing.bind(Value::Time(place.position.created_at));
        writing.push(", ");
    }
    writing.bind(Value::Uuid(place.position.id.0));
    writing.push(if by_id { "" } else { ")" });
    for _ in 0..open {
        writing.push(")");
    }
}
