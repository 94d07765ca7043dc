//! What can be asked for, and what comes of it.

use std::sync::Arc;

use super::change::Author;
use super::content::{Content, Patch};
use super::{Refusal, SpaceId, Task, TaskId, Timestamp};

/// One request to write: done whole, in one transaction, or not at all.
#[derive(Clone, Debug)]
pub struct Work {
    pub space: SpaceId,
    pub author: Author,
    pub now: Timestamp,
    pub deed: Deed,
    /// Where the request may come again.
    pub key: Option<Key>,
    /// By chance: for the account, if this is the first work of its space.
    pub epoch: i64,
}

impl Work {
    /// Whether it can do anything in a space that has no account yet.
    pub fn opens_account(&self) -> bool {
        let creates = |operation: &Operation| matches!(operation, Operation::Create { .. });
        let is_creation = match &self.deed {
            Deed::Operate(operations) => operations.list.iter().any(creates),
            _ => false,
        };
        is_creation || self.key.is_some()
    }
}

/// What some work does.
#[derive(Clone, Debug)]
pub enum Deed {
    Operate(Operations),
    /// Takes a change back, and all that was made together with it.
    Undo {
        seq: i64,
        /// What is older is no longer told, whether it was swept already or not.
        since: Timestamp,
    },
    /// Removes for good what was deleted until then: some tasks, the oldest first.
    SweepTrash {
        until: Timestamp,
    },
    /// Forgets changes that were made before then: some, the oldest first.
    SweepChanges {
        until: Timestamp,
    },
}

/// Operations that are done in order.
#[derive(Clone, Debug)]
pub struct Operations {
    pub list: Vec<Operation>,
    /// If one is refused, none is done.
    pub atomic: bool,
    /// Finds out what would happen, and changes nothing.
    pub dry_run: bool,
}

/// One thing that is done to one task.
#[derive(Clone, Debug)]
pub enum Operation {
    Create {
        id: TaskId,
        content: Content,
        twice: Twice,
    },
    Change {
        id: TaskId,
        patch: Patch,
        expected: Expected,
    },
    /// Into the trash.
    Delete { id: TaskId, expected: Expected },
    /// Out of the trash; nothing happens to a task that is not in it.
    Restore { id: TaskId },
}

impl From<Operation> for Deed {
    fn from(operation: Operation) -> Self {
        Self::Operate(Operations {
            list: vec![operation],
            atomic: true,
            dry_run: false,
        })
    }
}

/// What happens if a task is to be created whose id there is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twice {
    /// It cannot be: the server has just made the id.
    Impossible,
    /// All is well if it says the same.
    Compare,
    /// The caller wants to be told.
    Refuse,
}

/// The versions of a task that a caller knows: a change is made only if the task still has one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The caller does not say; any will do.
    Anything,
    OneOf(Vec<i64>),
}

/// Makes a request safe to repeat: its answer is kept in the transaction of the write.
#[derive(Clone, Debug)]
pub struct Key {
    pub key: Arc<str>,
    /// What the request says; another one must not use the key.
    pub fingerprint: Arc<str>,
}

/// An answer that was kept: bytes that mean something to the door alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub fingerprint: String,
    pub created_at: Timestamp,
    pub answer: Arc<[u8]>,
}

/// What an operation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Created(Task),
    Changed(Task),
    /// It was as the caller wants it; nothing has changed.
    Unchanged(Task),
    /// It is in the trash now.
    Deleted(Task),
}

impl Written {
    pub fn task(&self) -> &Task {
        match self {
            Self::Created(task)
            | Self::Changed(task)
            | Self::Unchanged(task)
            | Self::Deleted(task) => task,
        }
    }
}

/// What came of one operation: a refusal has changed nothing.
pub type Outcome = Result<Written, Refusal>;

/// What comes of some work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// For each operation, or for each task that an undo concerns.
    Now(Vec<Outcome>),
    /// It had been done before, and this was the answer.
    Before(Arc<[u8]>),
    /// How many rows were removed.
    Swept(usize),
}
