//! Cursors: where a page of a list ended, as text that means nothing to the caller and fits only the query and
//! the user that it was made for.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::domain::{Filter, Position, SpaceId, TaskId};

/// Version, time, id, seal.
const BYTES: usize = 1 + 8 + 16 + SEAL_BYTES;
const SEAL_BYTES: usize = 8;
const VERSION: u8 = 1;

pub(super) fn encode(space: &SpaceId, filter: Filter, position: Position) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.push(VERSION);
    bytes.extend(position.created_at.as_micros().to_be_bytes());
    bytes.extend(position.id.0.as_bytes());
    bytes.extend(seal(space, filter, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything that was not made for this user and query.
pub(super) fn decode(space: &SpaceId, filter: Filter, text: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (body, sealed) = bytes.split_at_checked(BYTES - SEAL_BYTES)?;
    if sealed != seal(space, filter, body) || body[0] != VERSION {
        return None;
    }
    let (micros, id) = body[1..].split_at(8);
    let created_at = Timestamp::from_micros(i64::from_be_bytes(micros.try_into().ok()?));
    // The seal is no secret: what an engine cannot hold must not reach it.
    if !(Timestamp::default()..=Timestamp::MAX).contains(&created_at) {
        return None;
    }
    Some(Position {
        created_at,
        id: TaskId(Uuid::from_slice(id).ok()?),
    })
}

/// Ties a cursor to its user and query. It guards against mistakes, not attacks: a forged cursor
/// only leads to another place in the caller's own list.
fn seal(space: &SpaceId, filter: Filter, body: &[u8]) -> [u8; SEAL_BYTES] {
    let shown: u8 = match filter.completed {
        _ if filter.deleted => 3,
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    };
    let mut context = Context::new(&SHA256);
    context.update(body);
    context.update(&[shown]);
    context.update(space.as_str().as_bytes());
    let sum = context.finish();
    std::array::from_fn(|place| sum.as_ref()[place])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter() -> impl Strategy<Value = Filter> {
        prop_oneof![
            proptest::option::of(any::<bool>()).prop_map(|completed| Filter {
                completed,
                deleted: false
            }),
            Just(Filter {
                completed: None,
                deleted: true
            }),
        ]
    }

    fn user() -> impl Strategy<Value = SpaceId> {
        "[a-zA-Z0-9äß|:@.-]{1,40}".prop_map(|text| SpaceId::stored(&text))
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(
            user in user(), filter in filter(), micros in 0..=Timestamp::MAX.as_micros(), id in any::<u128>()
        ) {
            let position = Position {
                created_at: Timestamp::from_micros(micros),
                id: TaskId(Uuid::from_u128(id)),
            };
            let text = encode(&user, filter, position);
            prop_assert_eq!(decode(&user, filter, &text), Some(position));
        }

        #[test]
        fn a_forged_cursor_to_no_moment_is_refused(micros in any::<i64>()) {
            let user = SpaceId::stored("somebody");
            let created_at = Timestamp::from_micros(micros);
            prop_assume!(created_at < Timestamp::default() || created_at > Timestamp::MAX);
            let forged = encode(&user, Filter::default(), Position { created_at, ..Position::START });
            prop_assert_eq!(decode(&user, Filter::default(), &forged), None);
        }

        #[test]
        fn a_cursor_of_another_user_or_query_is_refused(
            a in user(), b in user(), of_a in filter(), of_b in filter()
        ) {
            prop_assume!(a != b || of_a != of_b);
            let text = encode(&a, of_a, Position::START);
            prop_assert_eq!(decode(&b, of_b, &text), None);
        }

        #[test]
        fn a_changed_cursor_is_refused(user in user(), place in 0usize..BYTES, bit in 0u8..8) {
            let filter = Filter::default();
            let mut bytes = URL_SAFE_NO_PAD.decode(encode(&user, filter, Position::START)).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(decode(&user, filter, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn no_text_is_too_odd_for_a_refusal(text in ".*") {
            let user = SpaceId::stored("somebody");
            prop_assert_eq!(decode(&user, Filter::default(), &text), None);
        }
    }
}
