//! What the data says against a request, in the words of tasks.

use super::{Breach, Task};

/// Why an operation was not done. It has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The task does not exist, or belongs to somebody else: a caller cannot tell which.
    #[error("task not found")]
    TaskNotFound,
    /// There is no such change, or it is too old to be told.
    #[error("change not found")]
    ChangeNotFound,
    /// The task has changed since the caller saw it: this is how it is now.
    #[error("the task has changed")]
    TaskChanged(Box<Task>),
    /// The caller asked for a version that no task ever has: this is how it is now.
    #[error("no version of the task is named")]
    NoVersion(Box<Task>),
    /// The caller wanted to create the task only if there is none of its id, but there is: this one.
    #[error("the task exists")]
    TaskExists(Box<Task>),
    /// The id that the caller gave to a new task is that of another one.
    #[error("another task has this id")]
    TaskDiffers(Box<Task>),
    /// The id that the caller gave to a new task is that of one in the trash.
    #[error("a task in the trash has this id")]
    TaskInTrash,
    /// What a task would say then breaks a rule.
    #[error("{}", .0.rule)]
    Breaks(Breach),
    /// What a task would say after an undo breaks a rule.
    #[error("after the undo, {}", .0.rule)]
    UndoBreaks(Breach),
    /// Another task that is not in the trash has a reference of the same source and id: this one.
    #[error("another task has this reference")]
    ReferenceTaken(Box<Task>),
    /// A later change of the same members, of this number, would be undone as well.
    #[error("change {0} stands in the way")]
    ChangedSince(i64),
    /// What happened since the place that a cursor names cannot be told any more.
    #[error("the cursor has expired")]
    CursorExpired,
    /// To find out what the filter selects takes too long.
    #[error("the filter has to look at too many tasks")]
    FilterTooWide,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with the same idempotency key is in flight.
    #[error("a request with the same idempotency key is in flight")]
    KeyInUse,
}
