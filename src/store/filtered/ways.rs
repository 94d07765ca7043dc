//! The access paths to tasks: which index finds them, and in which parts a sorted list is read. The planners
//! of the engines guess, and a wrong guess reads all tasks of a user to find a few.

use crate::domain::filter::{Asked, Comparison, Condition, Field, Keyset, Mark};

/// A part of a sorted list: the tasks that have no value for the first keys and one for the next, which leads. In an
/// index by that key they lie side by side, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) missing: usize,
    /// The last phase has no leading key.
    leads: bool,
}

/// The phases of an order, without those in which the condition leaves no tasks.
pub(super) fn phases(asked: &Asked, condition: &Condition) -> Vec<Phase> {
    let keys = asked.sorting.keys();
    let mut phases = Vec::new();
    for (missing, key) in keys.iter().enumerate() {
        if !condition.forbids(key.field) {
            phases.push(Phase {
                missing,
                leads: true,
            });
        }
        // An order is asked of SQL only where all have one.
        let is_there = key.field.is_always_there() || key.field == Field::Order;
        if is_there || condition.needs(key.field) {
            return phases;
        }
    }
    phases.push(Phase {
        missing: keys.len(),
        leads: false,
    });
    phases
}

impl Phase {
    /// The only phase of a list without an order of the caller.
    pub(super) const LAST: Self = Self {
        missing: 0,
        leads: false,
    };

    /// Whether all its tasks come before a place.
    pub(super) fn is_before(self, place: &Keyset) -> bool {
        self.missing < missing_marks(place)
    }

    /// Whether a place is among its tasks.
    pub(super) fn has(self, place: &Keyset) -> bool {
        self.missing == missing_marks(place)
    }

    /// Whether the index of what leads says nothing of the order of those that are equal in that. An engine sorts them
    /// by copying each row whole.
    pub(super) fn leaves_ties(self, asked: &Asked) -> bool {
        let mut keys = asked.sorting.keys().iter().skip(self.missing);
        let leader = keys.next().filter(|_| self.leads);
        match leader.map(|key| (key.field, key.descending)) {
            Some((Field::Due, _)) => true,
            // The newest come first in it, where it is read forwards.
            Some((Field::Priority, descending)) => descending || keys.next().is_some(),
            _ => false,
        }
    }

    /// The field by which its tasks are found in their order.
    pub(super) fn leader(self, asked: &Asked) -> Field {
        let key = asked
            .sorting
            .keys()
            .get(self.missing)
            .filter(|_| self.leads);
        key.map_or(Field::CreatedAt, |key| key.field)
    }
}

fn missing_marks(place: &Keyset) -> usize {
    let marks = place.marks.iter();
    marks.take_while(|mark| **mark == Mark::Missing).count()
}

/// How tasks are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    /// By the index of the leading key, if there is one.
    Order,
    /// By an index that the condition can use; then they are sorted.
    Condition,
    /// By the condition if it leaves few, by the order if it leaves many.
    Either,
}

pub(super) fn way(asked: &Asked, condition: &Condition, phase: Phase) -> Way {
    let parts = parts(condition);
    let compares = |field, how: &[Comparison]| {
        parts.iter().any(|part| {
            matches!(part, Condition::Compare(own, own_how, _) if *own == field && how.contains(own_how))
        })
    };
    if compares(Field::Id, &[Comparison::Equal]) {
        return Way::Condition;
    }
    let is_bounded = |field| {
        let all = [
            Comparison::Equal,
            Comparison::Less,
            Comparison::AtMost,
            Comparison::Greater,
            Comparison::AtLeast,
        ];
        compares(field, &all)
    };
    let leads = [Field::Due, Field::Priority, Field::ListId, Field::ParentId];
    let is_led = holders(condition).is_some() || leads.into_iter().any(is_bounded);
    let leader = phase.leader(asked);
    // The index by list or parent has the order there.
    let is_led_in_order = match leader {
        Field::Order => is_bounded(Field::ListId) || is_bounded(Field::ParentId),
        leader => has_index(leader) && is_bounded(leader),
    };
    match (is_led, has_index(leader)) {
        _ if is_led_in_order && holders(condition).is_none() => Way::Order,
        (true, true) => Way::Either,
        (true, false) => Way::Condition,
        (false, _) => Way::Order,
    }
}

pub(super) fn has_index(field: Field) -> bool {
    matches!(
        field,
        Field::CreatedAt | Field::Due | Field::Priority | Field::Order
    )
}

/// A tag, or the id of a reference, that every task must have; and what else is asked.
pub(super) fn holders(condition: &Condition) -> Option<(Field, &str)> {
    parts(condition).iter().find_map(|part| match part {
        Condition::Contains(field, text) => Some((*field, text.as_str())),
        _ => None,
    })
}

/// The condition without that.
pub(super) fn without(condition: &Condition, (field, text): (Field, &str)) -> Condition {
    let known = Condition::Contains(field, text.to_owned());
    let parts = parts(condition).iter().filter(|part| **part != known);
    Condition::all(parts.cloned().collect())
}

/// What a condition requires beyond another one that is true already.
pub(super) fn beyond(condition: &Condition, held: &Condition) -> Condition {
    let is_new = |part: &&Condition| !parts(held).contains(part);
    Condition::all(parts(condition).iter().filter(is_new).cloned().collect())
}

/// What the index of a field can use: in which part of it the tasks are, and whether they are open; and what must not
/// lead to another index.
pub(super) fn by_index(condition: &Condition, leader: Field) -> (Condition, Condition) {
    let leads = |part: &Condition| match part {
        Condition::Compare(Field::Completed, ..) => true,
        Condition::Compare(Field::ListId | Field::ParentId, ..) => leader == Field::Order,
        Condition::Compare(field, ..) => *field == leader,
        _ => false,
    };
    let (led, others): (Vec<_>, Vec<_>) = parts(condition).iter().cloned().partition(leads);
    (Condition::all(led), Condition::all(others))
}

/// Those that must all hold.
fn parts(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::All(parts) => parts,
        part => std::slice::from_ref(part),
    }
}
