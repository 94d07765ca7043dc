//! Cursors of a history: the change where the next page begins, as text that is valid only for the user and the task or
//! list that it was made for.

use crate::domain::{ItemId, Noun, SpaceId};
use crate::http::seal;

pub(super) fn encode(space: &SpaceId, item: ItemId, seq: i64) -> String {
    seal::seal(seq.to_be_bytes().to_vec(), &purpose(item), space)
}

/// `None` for anything that was not made for this user and this task or list.
pub(super) fn decode(space: &SpaceId, item: ItemId, text: &str) -> Option<i64> {
    seal::open(text, &purpose(item), space).map(i64::from_be_bytes)
}

fn purpose(item: ItemId) -> Vec<u8> {
    let of = match item.noun() {
        Noun::Task => b"history".as_slice(),
        Noun::List => b"history of a list",
    };
    [of, item.uuid().as_bytes()].concat()
}
