//! Works: what can be requested, and its outcome.

use std::sync::Arc;

use jiff::civil::Date;

use super::change::{Author, Batch};
use super::content::{Content, Patch};
use super::limits::SWEPT_CHANGES;
use super::state::Need;
use super::{
    Imported, Item, ItemId, ListContent, ListId, ListPatch, Matching, Occurrence, Refusal, SpaceId,
    TaskId, Timestamp,
};

/// One request to write: done completely, in one transaction, or not at all.
#[derive(Clone, Debug)]
pub struct Work {
    pub space: SpaceId,
    pub author: Author,
    pub now: Timestamp,
    pub deed: Deed,
    /// If the request may be repeated.
    pub key: Option<Key>,
    /// A random number: the epoch of the account, if this is the first work of its space.
    pub epoch: i64,
    /// How many tasks the space may have outside of the trash.
    pub most_tasks: i64,
}

impl Work {
    /// Whether it can do anything in a space that has no account yet.
    pub fn opens_account(&self) -> bool {
        let creates = |operation: &Operation| {
            matches!(
                operation,
                Operation::Create { .. }
                    | Operation::CreateList { .. }
                    | Operation::Import { .. }
                    | Operation::ImportList { .. }
            )
        };
        let is_creation = match &self.deed {
            Deed::Operate(operations) => operations.list.iter().any(creates),
            _ => false,
        };
        is_creation || self.key.is_some()
    }

    /// Whether it does nothing but create tasks that belong to no other row.
    pub fn only_creates(&self) -> bool {
        let Deed::Operate(operations) = &self.deed else {
            return false;
        };
        let stands_alone = |operation: &Operation| match operation {
            Operation::Create { content, .. } => {
                content.list_id.is_none() && content.parent_id.is_none()
            }
            _ => false,
        };
        !operations.dry_run && operations.list.iter().all(stands_alone)
    }

    /// Rows that it needs in any case. Their content may require more.
    pub fn first_needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        needs.extend(self.key.iter().map(|key| Need::Key(key.key.clone())));
        match &self.deed {
            Deed::Operate(operations) => {
                for operation in &operations.list {
                    operation.first_needs(&mut needs);
                }
            }
            Deed::Undo { seq, .. } => needs.push(Need::Changes(Batch::of_one(*seq))),
            Deed::Leave => {}
            Deed::SweepTrash { until } => needs.push(Need::Trash { until: *until }),
            Deed::SweepChanges { .. } => needs.push(Need::OldestChanges {
                count: SWEPT_CHANGES + 1,
            }),
        }
        needs
    }
}

/// What a work does.
#[derive(Clone, Debug)]
pub enum Deed {
    Operate(Operations),
    /// Undoes a change, and all that was made together with it.
    Undo {
        seq: i64,
        /// Older changes do not count, whether they were swept already or not.
        since: Timestamp,
    },
    /// The user is to be removed: from now on every other work is refused.
    Leave,
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
    /// A dry run: finds out what would happen, and changes nothing.
    pub dry_run: bool,
}

/// One thing that is done to one task or list.
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
    /// Sets whether it is done; of a task that repeats, an occurrence of it.
    Complete {
        id: TaskId,
        /// If missing: a recurring task is completed; another task stays as it is.
        completed: Option<bool>,
        occasion: Occasion,
        expected: Expected,
    },
    /// Goes on to the next occurrence without this one.
    Skip {
        id: TaskId,
        occasion: Occasion,
        expected: Expected,
    },
    Move {
        id: TaskId,
        to: Destination,
        expected: Expected,
    },
    /// A change, a move or a deletion of all tasks that a filter selects, whichever task it names.
    Each {
        matching: Matching,
        operation: Box<Operation>,
    },
    /// Into the trash, with all that is below it.
    Delete { id: TaskId, expected: Expected },
    /// Out of the trash, with what was deleted with it; nothing happens to a task that is not in it.
    Restore { id: TaskId, expected: Expected },
    CreateList {
        id: ListId,
        content: ListContent,
        twice: Twice,
    },
    ChangeList {
        id: ListId,
        patch: ListPatch,
        expected: Expected,
    },
    MoveList {
        id: ListId,
        to: ListDestination,
        expected: Expected,
    },
    /// Into the trash, with its tasks.
    DeleteList { id: ListId, expected: Expected },
    /// Out of the trash, with the tasks that were deleted with it.
    RestoreList { id: ListId, expected: Expected },
    /// A task of an import, unless it exists already.
    Import {
        task: Box<Imported<Content>>,
        /// Whether it is refused as long as its parent is not there.
        waits: bool,
    },
    /// The same of a list.
    ImportList { list: Box<Imported<ListContent>> },
    /// Removes what an import has created, unless it has changed since or contains something.
    TakeBack {
        item: ItemId,
        /// The number of that change.
        made: i64,
    },
}

/// Which occurrence of a task that repeats is completed or skipped, and on which day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occasion {
    /// If it is not the present one, nothing happens. If missing, the present one is meant.
    pub occurrence: Option<Occurrence>,
    /// The local day; if missing, today.
    pub on: Option<Date>,
    /// Where today is, for tasks that are not planned in a zone.
    pub zone: Option<String>,
}

/// Where a task is moved. `None` means not given; `Some(None)` means given as `null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    pub list: Option<Option<ListId>>,
    pub parent: Option<Option<TaskId>>,
    /// Behind a sibling there; before all of them.
    pub after: Option<Option<TaskId>>,
    /// Before a sibling there; behind all of them.
    pub before: Option<Option<TaskId>>,
}

/// The same of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListDestination {
    pub after: Option<Option<ListId>>,
    pub before: Option<Option<ListId>>,
}

impl Operation {
    fn first_needs(&self, needs: &mut Vec<Need>) {
        let task = |id: &TaskId| Need::Task(*id);
        let list = |id: &ListId| Need::List(*id);
        match self {
            Self::Create { id, content, twice } => {
                if *twice != Twice::Impossible {
                    needs.push(Need::Task(*id));
                }
                needs.extend(content.list_id.iter().map(list));
                needs.extend(content.parent_id.iter().map(task));
            }
            Self::Change { id, patch, .. } => {
                needs.push(Need::Task(*id));
                needs.extend(patch.list_id.iter().flatten().map(list));
                needs.extend(patch.parent_id.iter().flatten().map(task));
            }
            Self::Move { id, to, .. } => {
                needs.push(Need::Task(*id));
                needs.extend(to.list.iter().flatten().map(list));
                let tasks = [to.parent, to.after, to.before];
                needs.extend(tasks.iter().flatten().flatten().map(task));
            }
            Self::Delete { id, .. } => needs.extend([Need::Task(*id), Need::Below(*id)]),
            Self::Complete { id, .. } | Self::Skip { id, .. } | Self::Restore { id, .. } => {
                needs.push(Need::Task(*id));
            }
            Self::Each { matching, .. } => needs.push(Need::Matching {
                matching: matching.clone(),
                after: None,
            }),
            Self::CreateList { id, twice, .. } => {
                if *twice != Twice::Impossible {
                    needs.push(Need::List(*id));
                }
                needs.push(Need::Lists);
            }
            Self::ChangeList { id, .. } | Self::RestoreList { id, .. } => {
                needs.push(Need::List(*id));
            }
            Self::MoveList { id, .. } => needs.extend([Need::List(*id), Need::Lists]),
            Self::DeleteList { id, .. } => needs.extend([Need::List(*id), Need::InList(*id)]),
            Self::Import { task: new, .. } => {
                needs.push(Need::Task(new.id));
                needs.extend(new.content.list_id.iter().map(list));
                needs.extend(new.content.parent_id.iter().map(task));
                needs.extend(new.content.references.keys().map(Need::Reference));
            }
            Self::ImportList { list } => needs.extend([Need::List(list.id), Need::Lists]),
            Self::TakeBack { item, .. } => needs.extend(match item {
                ItemId::Task(id) => [Need::Task(*id), Need::Below(*id)],
                ItemId::List(id) => [Need::List(*id), Need::InList(*id)],
            }),
        }
    }
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

/// What happens if a task or a list is to be created whose id there is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twice {
    /// It cannot be: the server has just made the id.
    Impossible,
    /// All is well if it says the same.
    Compare,
    /// The caller wants to be told.
    Refuse,
}

/// The versions that a caller knows: a change is made only if the task or the list still has one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The caller expects no version; any is accepted.
    Anything,
    OneOf(Vec<i64>),
}

/// Makes a request safe to retry: its answer is kept in the transaction of the write.
#[derive(Clone, Debug)]
pub struct Key {
    pub key: Arc<str>,
    /// A fingerprint of the request; a different request must not use the key.
    pub fingerprint: Arc<str>,
}

/// A kept answer: bytes that only http can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub fingerprint: String,
    pub created_at: Timestamp,
    pub answer: Arc<[u8]>,
}

/// What an operation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Created(Item),
    Changed(Item),
    /// It was already as requested; nothing has changed.
    Unchanged(Item),
    /// It is in the trash now.
    Deleted(Item),
    /// The operation was done to these tasks, or was done already.
    Each(Vec<TaskId>),
}

impl Written {
    /// The only record that it concerns.
    pub fn item(&self) -> Option<&Item> {
        match self {
            Self::Created(item)
            | Self::Changed(item)
            | Self::Unchanged(item)
            | Self::Deleted(item) => Some(item),
            Self::Each(_) => None,
        }
    }
}

/// The outcome of one operation: a refusal has changed nothing.
pub type Outcome = Result<Written, Refusal>;

/// The outcome of a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// For each operation, or for each task and list that an undo concerns.
    Now(Vec<Outcome>),
    /// It was done before, and this was the answer.
    Before(Arc<[u8]>),
    Swept {
        /// How many rows were removed.
        rows: usize,
        /// Whether a further step would find something.
        more: bool,
    },
    Left,
}
