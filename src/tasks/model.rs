//! The words of the domain: users, tasks, and what may be said of them. A value of these types is valid;
//! there is no way to make one that is not. How a task is stored or sent is not decided here.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use crate::clock::Timestamp;

/// The identity that a verified token names: opaque text, compared byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UserId(Arc<str>);

impl UserId {
    /// Longest identity, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Takes 1 to 255 characters without control characters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, shared: for a statement that outlives the request.
    pub(crate) fn as_arc(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a task, unique within its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub Uuid);

/// Without the detour over formatting that a list would take for each of its tasks.
impl Serialize for TaskId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; Hyphenated::LENGTH];
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut text))
    }
}

impl TaskId {
    /// Reads the hyphenated form of RFC 9562 §4, in either case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Hyphenated::LENGTH {
            return None;
        }
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a task is about: trimmed, 1 to 200 characters (Unicode scalar values), no U+0000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title(String);

impl Title {
    /// Longest title, in characters.
    pub const MAX_CHARS: usize = 200;

    /// Trims and checks; the error is the rule that was broken, in words for the caller.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be empty or only white space");
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err("must have at most 200 characters");
        }
        no_nul(text)?;
        Ok(Self(text.to_owned()))
    }

    /// A title that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// More about a task: at most 2000 characters, kept as sent, no U+0000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description(String);

impl Description {
    /// Longest description, in characters.
    pub const MAX_CHARS: usize = 2000;

    /// Checks; the error is the rule that was broken, in words for the caller.
    pub fn parse(text: String) -> Result<Self, &'static str> {
        if text.chars().count() > Self::MAX_CHARS {
            return Err("must have at most 2000 characters");
        }
        no_nul(&text)?;
        Ok(Self(text))
    }

    /// A description that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// PostgreSQL cannot hold U+0000 in a text, so nobody may send it.
fn no_nul(text: &str) -> Result<(), &'static str> {
    if text.contains('\0') {
        return Err("must not contain the character U+0000");
    }
    Ok(())
}

/// A task, as it is stored and as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
    "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
    "title": "Buy milk",
    "description": "Two litres",
    "completed": false,
    "created_at": "2026-11-23T08:00:00.000000Z",
    "updated_at": "2026-11-23T08:00:00.000000Z",
    "version": 1,
}))]
pub struct Task {
    /// `UUIDv7` made by the server.
    #[schema(value_type = Uuid)]
    pub id: TaskId,
    /// The owner: the identity of the token that made the task.
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    pub user_id: UserId,
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub title: Title,
    #[schema(value_type = Option<String>, required, max_length = 2000)]
    pub description: Option<Description>,
    pub completed: bool,
    /// RFC 3339, UTC; never changes.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// RFC 3339, UTC; moves with every change and never goes back.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// 1 for a new task, one more with each change.
    #[schema(minimum = 1)]
    pub version: i64,
    /// The number of its latest change among all of the user's.
    #[serde(skip)]
    #[schema(ignore)]
    pub seq: i64,
    /// RFC 3339, UTC; only there while the task is in the trash.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub deleted_at: Option<Timestamp>,
}

/// What a caller says of a task that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    pub title: Title,
    pub description: Option<Description>,
    pub completed: bool,
}

/// What a caller wants changed; a field that is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskPatch {
    pub title: Option<Title>,
    /// `Some(None)` clears the description.
    pub description: Option<Option<Description>>,
    pub completed: Option<bool>,
}

/// The versions of a task that a caller knows: a change is made only if the task still has one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The caller does not say; any will do.
    Anything,
    OneOf(Vec<i64>),
}

/// Which of a user's tasks a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Only those whose `completed` is this; all of them when `None`.
    pub completed: Option<bool>,
    /// The trash in place of the list.
    pub deleted: bool,
}

/// A place in the order of every list: newest first, by `created_at`, then `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub created_at: Timestamp,
    pub id: TaskId,
}

impl Position {
    /// Before the newest task.
    pub const START: Self = Self {
        created_at: Timestamp::MAX,
        id: TaskId(Uuid::max()),
    };
}

impl Task {
    /// Where this task stands in a list.
    pub fn position(&self) -> Position {
        Position {
            created_at: self.created_at,
            id: self.id,
        }
    }
}

/// A part of a list, and how many tasks the whole list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPage {
    pub tasks: Vec<Task>,
    /// All that match the filter, on this page or not.
    pub total: i64,
    /// The number of the user's latest change: a list with the same number is the same list.
    pub seq: i64,
}
