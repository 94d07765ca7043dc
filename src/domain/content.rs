//! What a task says, in one list: its members, in the order of its JSON. Everything that handles all of them is made
//! from this list: creating, changing, history and undo here, the columns in `store`, the schemas in `http`.

mod completion;
mod metadata;
mod priority;
mod references;
mod rules;
mod tags;
mod when;

use std::mem;

use self::rules::Merge;
use super::Timestamp;
use super::json::{Fault, Faults, Object, Rule};
use super::text::{Description, Title};

pub use self::metadata::Metadata;
pub use self::priority::Priority;
pub use self::references::{ReferenceKey, References};
pub use self::rules::Breach;
pub use self::tags::Tags;
pub use self::when::When;
pub(super) use utoipa::openapi::schema::Schema;

/// The list. To add a member: a line here, [`Member`] for its type, `Column` for it in `store`, a column in the
/// migration.
macro_rules! members {
    ($consume:ident) => {
        $consume! {
            title: Title,
            description: Option<Description>,
            completed: bool,
            completed_at: Option<Timestamp>,
            due: Option<When>,
            start: Option<When>,
            priority: Option<Priority>,
            tags: Tags,
            references: References,
            metadata: Option<Metadata>,
        }
    };
}
pub(crate) use members;

/// The type of a member: how it stands in JSON, and what may be said of it.
pub trait Member: Clone + PartialEq {
    /// Whether it follows from other members, and nobody writes it.
    const IS_READ_ONLY: bool = false;

    /// What a new task has where nothing is said; `None` where something must be said.
    fn unsaid() -> Option<Self>;

    /// Reads the JSON text of a value.
    fn read(json: &str) -> Result<Self, Rule>;

    /// Reads back what [`Member::write`] has written, whatever the rules are by now.
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

/// Where a schema stands: answers promise, requests must obey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
    /// What a change replaced: `null` where there was nothing.
    History,
}

macro_rules! define {
    ($($name:ident: $type:ty),+ $(,)?) => {
        /// What a task says.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Content {
            $(pub $name: $type),+
        }

        /// Some members with new values, or with those that were replaced. A member that is `None` is not meant.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Patch {
            $(pub $name: Option<$type>,)+
            /// What becomes a new value only together with the present one.
            pub merge: Merge,
        }

        impl Content {
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Those that callers write.
            pub fn written_names() -> Vec<&'static str> {
                let all = [$((stringify!($name), <$type as Member>::IS_READ_ONLY)),+];
                all.into_iter().filter_map(|(name, is_read_only)| (!is_read_only).then_some(name)).collect()
            }

            /// For the OpenAPI document: name, schema, and whether it must be said of a new task or is always told.
            pub fn schemas(side: Side) -> Vec<(&'static str, Schema, bool)> {
                let mut schemas = Vec::new();
                $(if side != Side::Request || !<$type as Member>::IS_READ_ONLY {
                    let unsaid = <$type as Member>::unsaid();
                    let is_always_there = match side {
                        Side::Request => unsaid.is_none(),
                        Side::Answer => !unsaid.is_some_and(|value| value.is_left_out()),
                        Side::History => false,
                    };
                    schemas.push((stringify!($name), <$type as Member>::schema(side), is_always_there));
                })+
                schemas
            }

            /// The content of a new task.
            pub fn read(object: &Object<'_>, faults: &mut Faults) -> Option<Self> {
                $(let $name = match <$type as Member>::unsaid() {
                    None => faults.require(object, stringify!($name), <$type as Member>::read),
                    Some(unsaid) if <$type as Member>::IS_READ_ONLY => Some(unsaid),
                    Some(unsaid) => faults
                        .read(object, stringify!($name), <$type as Member>::read)
                        .or(Some(unsaid)),
                };)+
                Some(Self { $($name: $name?),+ })
            }

            /// Whether a caller who says the one has said the other.
            pub fn says_the_same(&self, other: &Self) -> bool {
                $((<$type as Member>::IS_READ_ONLY || self.$name == other.$name))&&+
            }

            /// Takes the new values; gives those that were replaced by others.
            pub fn change(&mut self, patch: &Patch) -> Patch {
                Patch {
                    $($name: match &patch.$name {
                        Some(new) if *new != self.$name => Some(mem::replace(&mut self.$name, new.clone())),
                        _ => None,
                    },)+
                    merge: Merge::default(),
                }
            }

            /// Each member as `,"name":value`.
            pub fn write(&self, json: &mut Vec<u8>) {
                $(if !self.$name.is_left_out() {
                    json.extend_from_slice(concat!(",\"", stringify!($name), "\":").as_bytes());
                    self.$name.write(json);
                })+
            }
        }

        impl Patch {
            pub fn read(object: &Object<'_>, faults: &mut Faults) -> Self {
                Self {
                    $($name: if <$type as Member>::IS_READ_ONLY {
                        None
                    } else {
                        faults.read(object, stringify!($name), <$type as Member>::read)
                    },)+
                    merge: Merge::default(),
                }
            }

            fn read_stored(object: &Object<'_>, faults: &mut Faults) -> Self {
                Self {
                    $($name: faults.read(object, stringify!($name), <$type as Member>::stored),)+
                    merge: Merge::default(),
                }
            }

            /// Whether both mean the same member.
            pub fn meets(&self, other: &Self) -> bool {
                $((self.$name.is_some() && other.$name.is_some()))||+
            }

            /// Takes from `later` what is not there yet.
            pub fn fill(&mut self, later: &Self) {
                $(if self.$name.is_none() {
                    self.$name.clone_from(&later.$name);
                })+
            }

            /// As a JSON object.
            pub fn write(&self, json: &mut Vec<u8>) {
                json.push(b'{');
                let start = json.len();
                $(if let Some(value) = &self.$name {
                    if json.len() > start {
                        json.push(b',');
                    }
                    json.extend_from_slice(concat!("\"", stringify!($name), "\":").as_bytes());
                    value.write(json);
                })+
                json.push(b'}');
            }
        }
    };
}
members!(define);

impl Patch {
    /// Reads back what [`Patch::write`] has written.
    pub fn stored(json: &str) -> Result<Self, Vec<Fault>> {
        let object = Object::parse(json.as_bytes(), &[Content::NAMES]);
        let mut faults = Faults::default();
        let patch = object
            .ok()
            .map(|object| Self::read_stored(&object, &mut faults));
        faults.finish(patch)
    }
}

#[cfg(test)]
impl Content {
    /// That of a new task, read from a body that is valid.
    pub(crate) fn parsed(json: &str) -> Self {
        let object = Object::parse(json.as_bytes(), &[Self::NAMES]).unwrap();
        let mut faults = Faults::default();
        let content = Self::read(&object, &mut faults);
        faults.finish(content).unwrap()
    }
}

#[cfg(test)]
impl Patch {
    /// A merge patch, read from a body that is valid.
    pub(crate) fn parsed(json: &str) -> Self {
        let mut object = Object::parse(json.as_bytes(), &[Content::NAMES]).unwrap();
        let mut faults = Faults::default();
        let patch = Self::read_merge(&mut object, &mut faults);
        faults.finish(Some(patch)).unwrap()
    }
}

#[cfg(test)]
mod tests;
