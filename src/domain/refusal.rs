//! Why the data does not allow a request, as values of the domain.

use std::borrow::Cow;

use super::{Breach, Item, Noun, Task};

/// Why an operation was not done. It has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The task or the list does not exist, or belongs to somebody else: a caller cannot tell which.
    #[error("{} not found", .0.as_str())]
    NotFound(Noun),
    /// There is no such change, or it is older than the retention.
    #[error("change not found")]
    ChangeNotFound,
    /// It has changed since the caller saw it: this is how it is now.
    #[error("the {} has changed", .0.noun().as_str())]
    Changed(Box<Item>),
    /// The caller expects a version that cannot exist: this is how it is now.
    #[error("no version of the {} is named", .0.noun().as_str())]
    NoVersion(Box<Item>),
    /// The caller wanted to create it only if there is none of its id, but there is: this one.
    #[error("the {} exists", .0.noun().as_str())]
    Exists(Box<Item>),
    /// The id that the caller gave to a new task or list is that of another one.
    #[error("another {} has this id", .0.noun().as_str())]
    Differs(Box<Item>),
    /// The id that the caller gave to a new task or list is that of one in the trash.
    #[error("a {} in the trash has this id", .0.noun().as_str())]
    InTrash(Box<Item>),
    /// The space has as many lists as it may have.
    #[error("there are too many lists")]
    TooManyLists,
    /// The user is being removed.
    #[error("the user is being removed")]
    Leaving,
    /// The space has as many tasks as it may have.
    #[error("there are too many tasks")]
    TooManyTasks(i64),
    /// Neither of the tasks or lists that a move names is a sibling there.
    #[error("what a move names is no sibling")]
    NoSibling(Noun),
    /// A task does not repeat, or its last occurrence is over.
    #[error("the task has no occurrence to come")]
    NoOccurrence,
    /// The request lacks a member that this task requires.
    #[error("{0} is not said")]
    NotSaid(&'static str),
    /// More records would change than one request may change.
    #[error("too much lies below the {}", .0.as_str())]
    TooMuchBelow(Noun),
    /// The task would break a rule.
    #[error("{}", .0.rule)]
    Breaks(Breach),
    /// After the undo the task would break a rule.
    #[error("after the undo, {}", .0.rule)]
    UndoBreaks(Breach),
    /// Out of the trash the task would break a rule.
    #[error("out of the trash, {}", .0.rule)]
    RestoreBreaks(Breach),
    /// Another task that is not in the trash has a reference of the same source and id: this one.
    #[error("another task has this reference")]
    ReferenceTaken(Box<Task>),
    /// The parent of an imported task is not there yet.
    #[error("the parent is not there")]
    NoParentYet,
    /// It contains tasks that stay.
    #[error("the {} is not empty", .0.as_str())]
    NotEmpty(Noun),
    /// No change of this import is within the retention.
    #[error("import not found")]
    ImportNotFound,
    /// An import of this user, or an undo of one, is in flight.
    #[error("an import is in flight")]
    ImportInFlight,
    /// A later change of the same members, of this number, would be undone as well.
    #[error("change {0} stands in the way")]
    ChangedSince(i64),
    /// The space has as many streams of events open as it may have.
    #[error("there are too many streams")]
    TooManyStreams,
    /// Changes since the position of the cursor are no longer available.
    #[error("the cursor has expired")]
    CursorExpired,
    /// A filter selects more tasks than the caller allows: this many.
    #[error("more than {0} tasks match")]
    TooManyMatch(usize),
    /// Evaluating the filter takes too long.
    #[error("the filter has to look at too many tasks")]
    FilterTooWide,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A request with the same idempotency key is in flight.
    #[error("a request with the same idempotency key is in flight")]
    KeyInUse,
}

impl Refusal {
    /// The record that the caller is shown, as it is now.
    pub fn item(&self) -> Option<Cow<'_, Item>> {
        match self {
            Self::Changed(item)
            | Self::NoVersion(item)
            | Self::Exists(item)
            | Self::Differs(item)
            | Self::InTrash(item) => Some(Cow::Borrowed(item)),
            Self::ReferenceTaken(task) => Some(Cow::Owned(Item::Task((**task).clone()))),
            _ => None,
        }
    }
}
