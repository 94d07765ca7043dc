//! Cursors into the changes of a space, as text that means nothing to the caller and fits only the account that it was
//! made for.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::SpaceId;
use crate::tasks::changes::Reached;

/// Version, whether there is an epoch, epoch, two numbers, seal.
const BYTES: usize = 1 + 1 + 8 + 8 + 8 + SEAL_BYTES;
const SEAL_BYTES: usize = 8;
const VERSION: u8 = 2;

pub(super) fn encode(space: &SpaceId, reached: Reached) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend([VERSION, u8::from(reached.epoch.is_some())]);
    for number in [
        reached.epoch.unwrap_or_default(),
        reached.position,
        reached.copy_until,
    ] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(seal(space, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything that was not made for this space.
pub(super) fn decode(space: &SpaceId, text: &str) -> Option<Reached> {
    let bytes: [u8; BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (body, sealed) = bytes.split_at(BYTES - SEAL_BYTES);
    if sealed != seal(space, body) || body[0] != VERSION || body[1] > 1 {
        return None;
    }
    let number = |at: usize| Some(i64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?));
    let reached = Reached {
        epoch: number(2).filter(|_| body[1] == 1),
        position: number(10)?,
        copy_until: number(18)?,
    };
    // The seal is no secret; numbers are counted from 0.
    (reached.position >= 0 && reached.copy_until >= 0).then_some(reached)
}

/// Ties a cursor to its space. It guards against mistakes, not attacks: a forged cursor only leads to another place
/// among the caller's own changes.
fn seal(space: &SpaceId, body: &[u8]) -> [u8; SEAL_BYTES] {
    let mut context = Context::new(&SHA256);
    context.update(body);
    context.update(b"changes");
    context.update(space.as_str().as_bytes());
    let sum = context.finish();
    std::array::from_fn(|place| sum.as_ref()[place])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn space() -> impl Strategy<Value = SpaceId> {
        "[a-zA-Z0-9äß|:@.-]{1,40}".prop_map(|text| SpaceId::stored(&text))
    }

    fn reached() -> impl Strategy<Value = Reached> {
        let numbers = (0..=i64::MAX, 0..=i64::MAX);
        (proptest::option::of(any::<i64>()), numbers).prop_map(|(epoch, (position, copy_until))| {
            Reached {
                epoch,
                position,
                copy_until,
            }
        })
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_where_it_was_made(space in space(), reached in reached()) {
            prop_assert_eq!(decode(&space, &encode(&space, reached)), Some(reached));
        }

        #[test]
        fn a_cursor_of_another_space_is_refused(a in space(), b in space()) {
            prop_assume!(a != b);
            prop_assert_eq!(decode(&b, &encode(&a, Reached::default())), None);
        }

        #[test]
        fn a_changed_cursor_is_refused(space in space(), place in 0usize..BYTES, bit in 0u8..8) {
            let cursor = encode(&space, Reached::default());
            let mut bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(decode(&space, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn a_forged_cursor_to_a_negative_number_is_refused(position in i64::MIN..0) {
            let space = SpaceId::stored("somebody");
            let forged = Reached { position, ..Reached::default() };
            prop_assert_eq!(decode(&space, &encode(&space, forged)), None);
        }

        #[test]
        fn no_text_is_too_odd_for_a_refusal(text in ".*") {
            prop_assert_eq!(decode(&SpaceId::stored("somebody"), &text), None);
        }
    }
}
