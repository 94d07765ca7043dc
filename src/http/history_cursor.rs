//! Cursors of a history: the change where the next page begins, as text that fits only the user and the task that it
//! was made for.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::{SpaceId, TaskId};

const NUMBER_BYTES: usize = 8;
const SEAL_BYTES: usize = 8;

pub(super) fn encode(space: &SpaceId, id: TaskId, seq: i64) -> String {
    let mut bytes = seq.to_be_bytes().to_vec();
    bytes.extend(seal(space, id, seq));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything that was not made for this user and task.
pub(super) fn decode(space: &SpaceId, id: TaskId, text: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (number, sealed) = bytes.split_at_checked(NUMBER_BYTES)?;
    let seq = i64::from_be_bytes(number.try_into().ok()?);
    (sealed == seal(space, id, seq)).then_some(seq)
}

/// Guards against mistakes, not attacks: a forged cursor only leads to another place in the caller's own history.
fn seal(space: &SpaceId, id: TaskId, seq: i64) -> [u8; SEAL_BYTES] {
    let mut context = Context::new(&SHA256);
    context.update(b"history");
    context.update(&seq.to_be_bytes());
    context.update(id.0.as_bytes());
    context.update(space.as_str().as_bytes());
    let sum = context.finish();
    std::array::from_fn(|place| sum.as_ref()[place])
}
