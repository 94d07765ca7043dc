//! Cursors: where a page of a list ended, as opaque text that is valid only for the query and the user that it was made
//! for.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::domain::{ListScope, Position, SpaceId, TaskId};
use crate::http::seal;

/// Version, epoch of the account, time, id.
const BYTES: usize = 1 + 8 + 8 + 16;
const VERSION: u8 = 1;

pub(super) fn encode(space: &SpaceId, filter: ListScope, epoch: i64, position: Position) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.push(VERSION);
    bytes.extend(epoch.to_be_bytes());
    bytes.extend(position.created_at.as_micros().to_be_bytes());
    bytes.extend(position.id.0.as_bytes());
    seal::seal(bytes, &purpose(filter), space)
}

/// The epoch of the account that it was made for, and the place. `None` for anything that was not made for this user and
/// query.
pub(super) fn decode(space: &SpaceId, filter: ListScope, text: &str) -> Option<(i64, Position)> {
    let bytes: [u8; BYTES] = seal::open(text, &purpose(filter), space)?;
    let (epoch, place) = bytes[1..].split_at(8);
    let epoch = i64::from_be_bytes(epoch.try_into().ok()?);
    let (micros, id) = place.split_at(8);
    let created_at = Timestamp::from_micros(i64::from_be_bytes(micros.try_into().ok()?));
    // The seal is no secret: what an engine cannot hold must not reach it.
    let is_sane = (Timestamp::MIN..=Timestamp::MAX).contains(&created_at);
    (bytes[0] == VERSION && is_sane).then_some(())?;
    let id = TaskId(Uuid::from_slice(id).ok()?);
    Some((epoch, Position { created_at, id }))
}

/// A cursor is valid only for the same `completed` and `deleted`.
fn purpose(filter: ListScope) -> [u8; 1] {
    match filter.completed {
        _ if filter.deleted => [3],
        None => [0],
        Some(false) => [1],
        Some(true) => [2],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter() -> impl Strategy<Value = ListScope> {
        prop_oneof![
            proptest::option::of(any::<bool>()).prop_map(|completed| ListScope {
                completed,
                deleted: false
            }),
            Just(ListScope {
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
            user in user(), filter in filter(), epoch in any::<i64>(),
            micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(), id in any::<u128>()
        ) {
            let position = Position {
                created_at: Timestamp::from_micros(micros),
                id: TaskId(Uuid::from_u128(id)),
            };
            let text = encode(&user, filter, epoch, position);
            prop_assert_eq!(decode(&user, filter, &text), Some((epoch, position)));
        }

        #[test]
        fn a_forged_cursor_to_no_moment_is_refused(micros in any::<i64>()) {
            let user = SpaceId::stored("somebody");
            let created_at = Timestamp::from_micros(micros);
            prop_assume!(created_at < Timestamp::MIN || created_at > Timestamp::MAX);
            let forged = encode(&user, ListScope::default(), 0, Position { created_at, ..Position::START });
            prop_assert_eq!(decode(&user, ListScope::default(), &forged), None);
        }

        #[test]
        fn a_cursor_of_another_user_or_query_is_refused(
            a in user(), b in user(), of_a in filter(), of_b in filter()
        ) {
            prop_assume!(a != b || of_a != of_b);
            let text = encode(&a, of_a, 0, Position::START);
            prop_assert_eq!(decode(&b, of_b, &text), None);
        }
    }
}
