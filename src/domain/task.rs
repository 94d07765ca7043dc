//! A task: its content, and what the server adds.

use uuid::Uuid;

use super::content::{Content, RecordContent};
use super::json::{write_text, write_uuid};
use super::order::OrderKey;
use super::place::{Place, Shelf};
use super::record::Record;
use super::{Account, TaskId, Timestamp};

/// A task as it is stored and as it is sent.
pub type Task = Record<Content>;

impl Task {
    /// About the size of its JSON without its texts, in bytes.
    pub const USUAL_JSON: usize = 320;

    /// The siblings among which it has its place.
    pub fn shelf(&self) -> Shelf {
        Shelf {
            list: self.content.list_id,
            parent: self.content.parent_id,
        }
    }

    /// Its place among its siblings.
    pub fn place(&self) -> Place {
        let moved = self.content.order.clone();
        Place {
            key: moved.unwrap_or_else(|| OrderKey::of_creation(self.created_at)),
            id: self.id,
        }
    }

    /// Where this task stands in a list.
    pub fn position(&self) -> Position {
        Position {
            created_at: self.created_at,
            id: self.id,
        }
    }

    /// Its JSON in every answer.
    pub fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"id\":");
        write_uuid(json, self.id.0);
        json.extend_from_slice(b",\"user_id\":");
        write_text(json, self.space.as_str());
        self.content.write(json);
        self.write_rest(json);
    }
}

/// Which of a space's tasks a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListScope {
    /// Only those whose `completed` is this; all of them when `None`.
    pub completed: Option<bool>,
    /// The trash in place of the list.
    pub deleted: bool,
}

impl ListScope {
    /// How many tasks it shows.
    pub fn count_in(self, account: &Account) -> i64 {
        match self.completed {
            _ if self.deleted => account.deleted_count,
            None => account.task_count,
            Some(true) => account.completed_count,
            Some(false) => account.task_count - account.completed_count,
        }
    }
}

/// A place in the order of every list: newest first, by `created_at`, then `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// A part of a list, and how many tasks the whole list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPage {
    pub tasks: Vec<Task>,
    /// All that match the filter, on this page or not.
    pub total: i64,
    /// The number of the space's latest change, and its account's epoch: a list with the same is the same list.
    pub seq: i64,
    pub epoch: i64,
}

/// A tag, and how many tasks have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCount {
    pub name: String,
    pub count: i64,
}
