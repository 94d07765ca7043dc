//! Cursors of a history: the change where the next page begins, as text that fits only the user and the task that it
//! was made for.

use crate::domain::{SpaceId, TaskId};
use crate::http::seal;

pub(super) fn encode(space: &SpaceId, id: TaskId, seq: i64) -> String {
    seal::seal(seq.to_be_bytes().to_vec(), &purpose(id), space)
}

/// `None` for anything that was not made for this user and task.
pub(super) fn decode(space: &SpaceId, id: TaskId, text: &str) -> Option<i64> {
    seal::open(text, &purpose(id), space).map(i64::from_be_bytes)
}

fn purpose(id: TaskId) -> Vec<u8> {
    [b"history", id.0.as_bytes().as_slice()].concat()
}
