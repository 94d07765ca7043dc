//! The domain: what a task is, what can be done with it, and the outcome of that. Everything here is values and pure
//! functions; there is no SQL, no HTTP and no clock, and no other room is used.

mod account;
mod change;
mod content;
mod decide;
pub mod filter;
mod id;
mod import;
pub mod json;
pub mod limits;
mod list;
mod map;
mod matching;
pub mod order;
mod place;
mod record;
mod refusal;
pub mod search;
mod state;
mod task;
mod text;
mod time;
mod visible;
mod work;

pub use self::account::Account;
pub use self::change::{Author, Batch, Change, Kind, Replaced};
pub(crate) use self::content::members;
pub use self::content::{
    Anchor, Archived, Breach, Color, Content, Member, Metadata, Occurrence, Patch, Priority,
    RecordContent, RecordPatch, Recurrence, ReferenceKey, References, Side, Tags, TimesDone, When,
};
pub use self::decide::{Decision, Undecided, decide};
pub use self::id::{ListId, SpaceId, TaskId, UserId};
pub use self::import::{ImportId, Imported};
pub(crate) use self::list::list_members;
pub use self::list::{List, ListContent, ListPatch};
pub use self::map::{Map, Set};
pub use self::matching::{MATCHING_STEP, Matching};
pub use self::place::{Place, Shelf, Stretch, Toward};
pub use self::record::{Item, ItemId, Noun, Record};
pub use self::refusal::Refusal;
pub use self::state::{Need, Row, State};
pub use self::task::{ListScope, Position, TagCount, Task, TaskPage};
pub use self::text::{Description, Title};
pub use self::time::Timestamp;
pub use self::work::{
    Deed, Destination, Done, Expected, KeptAnswer, Key, ListDestination, Occasion, Operation,
    Operations, Outcome, Twice, Work, Written,
};
