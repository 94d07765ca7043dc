//! Changes: what happened to a task, by whom, and what it replaced.

use std::sync::Arc;

use super::content::Patch;
use super::{TaskId, Timestamp, UserId};

/// What a change did to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Created,
    Changed,
    /// Put into the trash.
    Deleted,
    /// Taken out of the trash.
    Restored,
}

impl Kind {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Created, "created"),
        (Self::Changed, "changed"),
        (Self::Deleted, "deleted"),
        (Self::Restored, "restored"),
    ];

    pub fn as_str(self) -> &'static str {
        let [created, changed, deleted, restored] = Self::NAMES.map(|(_, name)| name);
        match self {
            Self::Created => created,
            Self::Changed => changed,
            Self::Deleted => deleted,
            Self::Restored => restored,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind)
    }

    /// Whether the task was there, and not in the trash, before.
    pub(super) fn was_present(self) -> bool {
        matches!(self, Self::Changed | Self::Deleted)
    }

    /// Whether the task came or went.
    pub(super) fn moves(self) -> bool {
        self != Self::Changed
    }
}

/// Changes that were made together have numbers that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub first: i64,
    pub size: i64,
}

impl Batch {
    pub fn last(self) -> i64 {
        self.first + self.size - 1
    }

    pub fn contains(self, seq: i64) -> bool {
        (self.first..=self.last()).contains(&seq)
    }
}

/// Who wrote, and in which request: what the history tells later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub actor: UserId,
    pub request_id: Arc<str>,
}

/// One change of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number among all of the space's.
    pub seq: i64,
    pub task: TaskId,
    pub kind: Kind,
    pub at: Timestamp,
    pub author: Author,
    /// Together with which it was made, if it was not alone.
    pub batch: Option<Batch>,
    /// The number of the change that this one undid.
    pub undoes: Option<i64>,
    /// The number of the task's change before: the history of a task is a chain.
    pub former_seq: Option<i64>,
    /// The members that it replaced; nothing where there was no task before.
    pub before: Patch,
}
