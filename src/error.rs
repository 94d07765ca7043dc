//! What can go wrong, in the words of tasks. Status codes and bodies are decided at the door (`http::problem`).

use std::time::Duration;

/// The cause of an [`Error::Internal`] or [`Error::Unavailable`]: for the log, never for the caller.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a use-case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The task does not exist, or belongs to somebody else: a caller cannot tell which.
    #[error("task not found")]
    TaskNotFound,
    /// The task has changed since the caller saw it: this is how it is now.
    #[error("the task has changed")]
    TaskChanged(Box<crate::tasks::model::Task>),
    /// The caller asked for a version that no task ever has: this is how it is now.
    #[error("no version of the task is named")]
    NoVersion(Box<crate::tasks::model::Task>),
    /// The caller wanted to create the task only if there is none of its id, but there is: this one.
    #[error("the task exists")]
    TaskExists(Box<crate::tasks::model::Task>),
    /// The id that the caller gave to a new task is that of another one.
    #[error("another task has this id")]
    TaskDiffers(Box<crate::tasks::model::Task>),
    /// The id that the caller gave to a new task is that of one in the trash.
    #[error("a task in the trash has this id")]
    TaskInTrash,
    /// A later change of the same task, of this number, would be undone as well.
    #[error("change {0} stands in the way")]
    ChangedSince(i64),
    /// What happened since the place that a cursor names cannot be told any more.
    #[error("the cursor has expired")]
    CursorExpired,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with the same idempotency key is under way.
    #[error("a request with the same idempotency key is under way")]
    KeyInUse,
    /// The idempotency key was used before. Never leaves the store.
    #[error("the idempotency key is taken")]
    KeyTaken,
    /// Something that is needed cannot be reached now; the same request may succeed later.
    #[error("unavailable: {what}")]
    Unavailable {
        what: &'static str,
        retry_after: Duration,
        source: Option<Cause>,
    },
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Cause),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with the causes behind it, each said once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
