//! Cursors into a user's changes, as text that means nothing to the caller and fits only the user that it was made for.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::tasks::changes::Place;
use crate::tasks::model::UserId;

/// Version, two numbers, seal.
const BYTES: usize = 1 + 8 + 8 + SEAL_BYTES;
const SEAL_BYTES: usize = 8;
const VERSION: u8 = 1;

pub(super) fn encode(user: &UserId, place: Place) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.push(VERSION);
    bytes.extend(place.position.to_be_bytes());
    bytes.extend(place.copy_until.to_be_bytes());
    bytes.extend(seal(user, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything that was not made for this user.
pub(super) fn decode(user: &UserId, text: &str) -> Option<Place> {
    let bytes: [u8; BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (body, sealed) = bytes.split_at(BYTES - SEAL_BYTES);
    if sealed != seal(user, body) || body[0] != VERSION {
        return None;
    }
    let (position, copy_until) = body[1..].split_at(8);
    let number = |bytes: &[u8]| Some(i64::from_be_bytes(bytes.try_into().ok()?));
    let place = Place {
        position: number(position)?,
        copy_until: number(copy_until)?,
    };
    // The seal is no secret; numbers are counted from 0.
    (place.position >= 0 && place.copy_until >= 0).then_some(place)
}

/// Ties a cursor to its user. It guards against mistakes, not attacks: a forged cursor only leads to another place
/// among the caller's own changes.
fn seal(user: &UserId, body: &[u8]) -> [u8; SEAL_BYTES] {
    let mut context = Context::new(&SHA256);
    context.update(body);
    context.update(b"changes");
    context.update(user.as_str().as_bytes());
    let sum = context.finish();
    std::array::from_fn(|place| sum.as_ref()[place])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user() -> impl Strategy<Value = UserId> {
        "[a-zA-Z0-9äß|:@.-]{1,40}".prop_map(|text| UserId::parse(&text).unwrap())
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(
            user in user(), position in 0..=i64::MAX, copy_until in 0..=i64::MAX
        ) {
            let place = Place { position, copy_until };
            prop_assert_eq!(decode(&user, &encode(&user, place)), Some(place));
        }

        #[test]
        fn a_cursor_of_another_user_is_refused(a in user(), b in user()) {
            prop_assume!(a != b);
            prop_assert_eq!(decode(&b, &encode(&a, Place::default())), None);
        }

        #[test]
        fn a_changed_cursor_is_refused(user in user(), place in 0usize..BYTES, bit in 0u8..8) {
            let mut bytes = URL_SAFE_NO_PAD.decode(encode(&user, Place::default())).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(decode(&user, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn a_forged_cursor_to_a_negative_number_is_refused(position in i64::MIN..0) {
            let user = UserId::parse("somebody").unwrap();
            let forged = encode(&user, Place { position, copy_until: 0 });
            prop_assert_eq!(decode(&user, &forged), None);
        }

        #[test]
        fn no_text_is_too_odd_for_a_refusal(text in ".*") {
            prop_assert_eq!(decode(&UserId::parse("somebody").unwrap(), &text), None);
        }
    }
}
