//! What can be done to tasks, one by one or many at once, and what came of it.

use std::fmt;
use std::sync::Arc;

use super::model::{Expected, NewTask, Task, TaskId, TaskPatch, UserId};
use crate::error::Error;

/// One thing that is done to one task.
#[derive(Clone, Debug)]
pub enum Operation {
    Create {
        id: TaskId,
        new: NewTask,
        twice: Twice,
    },
    Change {
        id: TaskId,
        patch: TaskPatch,
        expected: Expected,
    },
    /// Into the trash.
    Delete { id: TaskId, expected: Expected },
    /// Out of the trash; nothing happens to a task that is not in it.
    Restore { id: TaskId },
    /// What the change `to` replaced becomes the task again, provided that `latest` is the task's latest change.
    Revert { id: TaskId, to: i64, latest: i64 },
}

/// The most operations that one request can ask for.
pub const MOST_OPERATIONS: usize = 500;

/// What happens if a task is to be created whose id there is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twice {
    /// It cannot be: the server has just made the id.
    Impossible,
    /// All is well if it is the same task.
    Compare,
    /// The caller wants to be told.
    Refuse,
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
pub type Outcome = Result<Written, Error>;

/// Who writes, and in which request: what the history tells later.
#[derive(Clone, Debug)]
pub struct Origin {
    pub actor: UserId,
    pub request_id: Arc<str>,
}

/// Operations that are done in order, in one transaction.
pub struct Work {
    pub user: UserId,
    pub origin: Origin,
    pub operations: Vec<Operation>,
    /// If one is refused, none is done.
    pub atomic: bool,
    /// Finds out what would happen, and changes nothing.
    pub dry_run: bool,
    pub repeat: Option<Repeat>,
}

impl Work {
    /// One operation, or several that are done together or not at all.
    pub fn new(user: UserId, origin: Origin, operations: Vec<Operation>) -> Self {
        Self {
            user,
            origin,
            operations,
            atomic: true,
            dry_run: false,
            repeat: None,
        }
    }
}

/// Makes a request safe to repeat: the answer to its first time is kept in the same transaction.
pub struct Repeat {
    pub key: Arc<str>,
    /// What the request says; another one must not use the key.
    pub fingerprint: Arc<str>,
    /// How the door answers.
    pub answer: Answering,
}

/// Writes down what the caller is told of the outcomes.
pub type Answering = Arc<dyn Fn(&[Outcome]) -> Answer + Send + Sync>;

impl fmt::Debug for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repeat")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What a caller was told, as the door wrote it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: String,
}

/// What came of some work.
#[derive(Debug)]
pub enum Done {
    /// For each operation what came of it; with an idempotency key also what was kept of it.
    Now(Vec<Outcome>, Option<Answer>),
    /// It had been done before, and this was the answer.
    Before(Answer),
}
