//! Cursors into the changes of a space: opaque text that is valid only for the account that it was made for.

use crate::domain::SpaceId;
use crate::http::seal;
use crate::tasks::changes::{Kinds, Reached};

/// Version, flags (whether there is an epoch, lists are told, tasks are not), epoch, two numbers.
const BYTES: usize = 1 + 1 + 8 + 8 + 8;
const VERSION: u8 = 2;
const PURPOSE: &[u8] = b"changes";

pub(in crate::http) fn encode(space: &SpaceId, reached: Reached) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    let kinds = reached.kinds;
    let flags = [reached.epoch.is_some(), kinds.lists, !kinds.tasks];
    let flags = flags
        .iter()
        .rev()
        .fold(0, |bits, flag| bits << 1 | u8::from(*flag));
    bytes.extend([VERSION, flags]);
    for number in [
        reached.epoch.unwrap_or_default(),
        reached.position,
        reached.copy_until,
    ] {
        bytes.extend(number.to_be_bytes());
    }
    seal::seal(bytes, PURPOSE, space)
}

/// `None` for anything that was not made for this space.
pub(super) fn decode(space: &SpaceId, text: &str) -> Option<Reached> {
    let bytes: [u8; BYTES] = seal::open(text, PURPOSE, space)?;
    if bytes[0] != VERSION || bytes[1] > 7 {
        return None;
    }
    let flag = |bit: u8| bytes[1] >> bit & 1 == 1;
    let number = |at: usize| Some(i64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let reached = Reached {
        epoch: number(2).filter(|_| flag(0)),
        position: number(10)?,
        copy_until: number(18)?,
        kinds: Kinds {
            tasks: !flag(2),
            lists: flag(1),
        },
    };
    // The seal is no secret; numbers are counted from 0.
    (reached.position >= 0 && reached.copy_until >= 0).then_some(reached)
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
        let kinds = any::<(bool, bool)>().prop_map(|(tasks, lists)| Kinds { tasks, lists });
        (proptest::option::of(any::<i64>()), numbers, kinds).prop_map(
            |(epoch, (position, copy_until), kinds)| Reached {
                epoch,
                position,
                copy_until,
                kinds,
            },
        )
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_where_it_was_made(space in space(), reached in reached()) {
            prop_assert_eq!(decode(&space, &encode(&space, reached)), Some(reached));
        }

        #[test]
        fn a_forged_cursor_to_a_negative_number_is_refused(position in i64::MIN..0) {
            let space = SpaceId::stored("somebody");
            let forged = Reached { position, ..Reached::default() };
            prop_assert_eq!(decode(&space, &encode(&space, forged)), None);
        }
    }
}
