//! Changes: what happened to a task or a list, by whom, and what it replaced.

use std::sync::Arc;

use super::content::Patch;
use super::{ItemId, ListId, ListPatch, TaskId, Timestamp, UserId};

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Created,
    Changed,
    /// Put into the trash.
    Deleted,
    /// Taken out of the trash.
    Restored,
    /// Got another place because there was no room between its neighbours for one that was moved.
    Spread,
}

impl Kind {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Created, "created"),
        (Self::Changed, "changed"),
        (Self::Deleted, "deleted"),
        (Self::Restored, "restored"),
        (Self::Spread, "spread"),
    ];

    /// The names of all kinds.
    pub fn names() -> [&'static str; 5] {
        Self::NAMES.map(|(_, name)| name)
    }

    pub fn as_str(self) -> &'static str {
        let [created, changed, deleted, restored, spread] = Self::names();
        match self {
            Self::Created => created,
            Self::Changed => changed,
            Self::Deleted => deleted,
            Self::Restored => restored,
            Self::Spread => spread,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind)
    }

    /// Whether it was there, and not in the trash, before.
    pub(super) fn was_present(self) -> bool {
        matches!(self, Self::Changed | Self::Deleted | Self::Spread)
    }

    /// Whether the item appeared or disappeared.
    pub(super) fn moves(self) -> bool {
        !matches!(self, Self::Changed | Self::Spread)
    }
}

/// The task or the list that was changed, with the members that were replaced; none where there was nothing before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    Task(TaskId, Patch),
    List(ListId, ListPatch),
}

impl Replaced {
    pub fn item(&self) -> ItemId {
        match self {
            Self::Task(id, _) => ItemId::Task(*id),
            Self::List(id, _) => ItemId::List(*id),
        }
    }
}

/// Changes that were made together have numbers that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    pub first: i64,
    pub size: i64,
}

impl Batch {
    /// Of one change alone.
    pub fn of_one(seq: i64) -> Self {
        Self {
            first: seq,
            size: 1,
        }
    }

    pub fn last(self) -> i64 {
        self.first + (self.size - 1)
    }

    pub fn contains(self, seq: i64) -> bool {
        (self.first..=self.last()).contains(&seq)
    }
}

/// Who wrote, and in which request: shown in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub actor: UserId,
    pub request_id: Arc<str>,
}

/// One change of a task or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number among all of the space's.
    pub seq: i64,
    pub replaced: Replaced,
    pub kind: Kind,
    pub at: Timestamp,
    pub author: Author,
    /// The batch that it was made in, if it was not made alone.
    pub batch: Option<Batch>,
    /// The number of the change that this one undid.
    pub undoes: Option<i64>,
    /// The number of the same item's change before: a history is a chain.
    pub former_seq: Option<i64>,
}
