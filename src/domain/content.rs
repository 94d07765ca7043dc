//! The content of a task: one list of its members, in the order of its JSON. Everything that handles all members is
//! generated from this list: creating, changing, history and undo here, the columns in `store`, the schemas in `http`.

mod archived;
mod color;
mod completion;
mod define;
mod metadata;
mod passing;
mod place;
mod priority;
mod recurrence;
mod references;
mod rules;
mod tags;
mod when;

use std::fmt::Debug;
use std::hash::Hash;

pub(super) use self::define::define;
pub(super) use self::rules::{Merge, merged_metadata};
use super::json::{Fault, Faults, Object, Rule};
use super::order::OrderKey;
use super::text::{Description, Title};
use super::{ListId, TaskId, Timestamp};

pub use self::archived::Archived;
pub use self::color::Color;
pub use self::metadata::Metadata;
pub(in crate::domain) use self::passing::Passing;
pub use self::priority::Priority;
pub use self::recurrence::{Anchor, Occurrence, Recurrence, TimesDone};
pub use self::references::{ReferenceKey, References};
pub use self::rules::Breach;
pub use self::tags::Tags;
pub use self::when::When;
pub(super) use utoipa::openapi::schema::Schema;
use utoipa::openapi::schema::{SchemaType, Type};

/// The list. To add a member: a line here, [`Member`] for its type, `Column` for it in `store`, a column in the
/// migration.
macro_rules! members {
    ($consume:ident $($context:tt)*) => {
        $consume! {
            $($context)*
            title: Title,
            description: Option<Description>,
            completed: bool,
            completed_at: Option<Timestamp>,
            due: Option<When>,
            start: Option<When>,
            recurrence: Option<Recurrence>,
            anchor: Option<Anchor>,
            occurrence: Option<Occurrence>,
            done: Option<TimesDone>,
            priority: Option<Priority>,
            tags: Tags,
            list_id: Option<ListId>,
            parent_id: Option<TaskId>,
            order: Option<OrderKey>,
            references: References,
            metadata: Option<Metadata>,
        }
    };
}
pub(crate) use members;

/// The type of a member: its JSON, and its rules.
pub trait Member: Clone + PartialEq {
    /// Whether it is computed from other members, and no client can write it.
    const IS_READ_ONLY: bool = false;

    /// The default for a new task; `None` if the member is required.
    fn unsaid() -> Option<Self>;

    /// Reads the JSON text of a value.
    fn read(json: &str) -> Result<Self, Rule>;

    /// Reads back what [`Member::write`] has written, even if the rules have changed since.
    fn stored(json: &str) -> Result<Self, Rule> {
        Self::read(json)
    }

    fn write(&self, json: &mut Vec<u8>);

    /// Whether the JSON of a task is without the member, because it has no value.
    fn is_left_out(&self) -> bool {
        false
    }

    /// For the OpenAPI document.
    fn schema(side: Side) -> Schema;
}

/// Where a schema is used: in a request or in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
    /// What a change replaced: `null` where there was nothing.
    History,
}

impl Side {
    /// The type of a value that is told only where there is one, and is `null` elsewhere.
    pub(in crate::domain) fn or_null(self, kind: Type) -> SchemaType {
        match self {
            Self::Answer => SchemaType::new(kind),
            Self::Request | Self::History => SchemaType::Array(vec![kind, Type::Null]),
        }
    }
}

/// What tasks and lists have in common: members that are told, changed and compared.
pub trait RecordContent: Clone + Debug + PartialEq + Eq + Send + 'static {
    /// The name of the kind of record.
    type Id: Copy + Debug + Eq + Ord + Hash + Send;
    type Patch: RecordPatch;

    /// Whether a caller who sent the one has sent the other.
    fn says_the_same(&self, other: &Self) -> bool;

    /// Takes the new values.
    fn change(&mut self, patch: &Self::Patch);

    /// The values that another content does not keep.
    fn replaced_by(&self, new: &Self) -> Self::Patch;

    /// Each member as `,"name":value`.
    fn write(&self, json: &mut Vec<u8>);
}

/// Some members with their values.
pub trait RecordPatch: Clone + Debug + Default + PartialEq + Eq {
    /// Whether both mean the same member.
    fn meets(&self, other: &Self) -> bool;

    /// Takes from `later` what is not there yet.
    fn fill(&mut self, later: &Self);

    /// As a JSON object.
    fn write(&self, json: &mut Vec<u8>);
}

members! {
    define
    /// The content of a task.
    Content of TaskId, Patch;
}

#[cfg(test)]
mod tests;
