//! Positions in an order that people make: the group of siblings, and the place in it.

use super::order::OrderKey;
use super::{ListId, TaskId};

/// The siblings among which a task has its place: those of a list that have no parent, or those of a parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shelf {
    /// `None`: the inbox.
    pub list: Option<ListId>,
    /// In the same list.
    pub parent: Option<TaskId>,
}

/// A place among siblings: equal keys are ordered by the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub key: OrderKey,
    pub id: TaskId,
}

/// The direction of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Toward {
    Before,
    After,
}

/// Some siblings in a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stretch {
    pub shelf: Shelf,
    pub toward: Toward,
    /// From the one next to it on; from the end, if there is none.
    pub from: Option<Place>,
    /// At most this many.
    pub count: usize,
}
