//! What tasks and lists have in common: each is a record of a space, with an id, a content, and what the server adds.

use super::content::RecordContent;
use super::json::{write_number, write_time};
use super::{List, ListId, Replaced, SpaceId, Task, TaskId, Timestamp};

/// A task or a list as it is stored and as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<C: RecordContent> {
    pub space: SpaceId,
    pub id: C::Id,
    pub content: C,
    /// Never changes.
    pub created_at: Timestamp,
    /// Later with every change, never earlier.
    pub updated_at: Timestamp,
    /// 1 for a new one, one more with each change.
    pub version: i64,
    /// The number of its latest change among all of the space's.
    pub seq: i64,
    /// Only while it is in the trash.
    pub deleted_at: Option<Timestamp>,
}

impl<C: RecordContent> Record<C> {
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// The JSON after its content, to the end.
    pub(super) fn write_rest(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b",\"created_at\":");
        let start = json.len();
        write_time(json, self.created_at);
        let created_at = start..json.len();
        json.extend_from_slice(b",\"updated_at\":");
        if self.updated_at == self.created_at {
            // As with many in a list.
            json.extend_from_within(created_at);
        } else {
            write_time(json, self.updated_at);
        }
        json.extend_from_slice(b",\"version\":");
        write_number(json, self.version);
        if let Some(deleted_at) = self.deleted_at {
            json.extend_from_slice(b",\"deleted_at\":");
            write_time(json, deleted_at);
        }
        json.push(b'}');
    }
}

/// A record of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Task(Task),
    List(List),
}

/// The id of a record. A task and a list may have the same UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemId {
    Task(TaskId),
    List(ListId),
}

impl ItemId {
    pub fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Task(id) => id.0,
            Self::List(id) => id.0,
        }
    }

    pub fn noun(self) -> Noun {
        match self {
            Self::Task(_) => Noun::Task,
            Self::List(_) => Noun::List,
        }
    }
}

/// What kind of record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    Task,
    List,
}

impl Noun {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::List => "list",
        }
    }
}

macro_rules! of_either {
    ($self:ident, $record:ident => $result:expr) => {
        match $self {
            Item::Task($record) => $result,
            Item::List($record) => $result,
        }
    };
}

impl Item {
    pub fn id(&self) -> ItemId {
        match self {
            Self::Task(task) => ItemId::Task(task.id),
            Self::List(list) => ItemId::List(list.id),
        }
    }

    pub fn noun(&self) -> Noun {
        self.id().noun()
    }

    pub fn version(&self) -> i64 {
        of_either!(self, record => record.version)
    }

    pub fn seq(&self) -> i64 {
        of_either!(self, record => record.seq)
    }

    pub fn is_deleted(&self) -> bool {
        of_either!(self, record => record.is_deleted())
    }

    /// Gives its content the members back that a change of it has replaced.
    pub fn put_back(&mut self, replaced: &Replaced) {
        match (self, replaced) {
            (Self::Task(task), Replaced::Task(id, before)) if task.id == *id => {
                task.content.change(before);
            }
            (Self::List(list), Replaced::List(id, before)) if list.id == *id => {
                list.content.change(before);
            }
            _ => {}
        }
    }

    pub fn write(&self, json: &mut Vec<u8>) {
        of_either!(self, record => record.write(json));
    }
}

impl From<Task> for Item {
    fn from(task: Task) -> Self {
        Self::Task(task)
    }
}

impl From<List> for Item {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}
