//! The domain: what a task is, what can be done with it, and what comes of that. Everything here is values and pure
//! functions; there is no SQL, no HTTP and no clock, and nothing of the other rooms is used.

mod account;
mod change;
mod content;
mod decide;
pub mod filter;
mod id;
pub mod json;
pub mod limits;
pub mod order;
mod refusal;
pub mod search;
mod state;
mod task;
mod text;
mod time;
mod visible;
mod work;

pub use self::account::Account;
pub use self::change::{Author, Batch, Change, Kind};
pub(crate) use self::content::members;
pub use self::content::{
    Breach, Content, Member, Metadata, Patch, Priority, ReferenceKey, References, Side, Tags, When,
};
pub use self::decide::{Decision, decide};
pub use self::id::{SpaceId, TaskId, UserId};
pub use self::refusal::Refusal;
pub use self::state::{Need, State};
pub use self::task::{Filter, Position, TagCount, Task, TaskPage};
pub use self::text::{Description, Title};
pub use self::time::Timestamp;
pub use self::work::{
    Deed, Done, Expected, KeptAnswer, Key, Operation, Operations, Outcome, Twice, Work, Written,
};
