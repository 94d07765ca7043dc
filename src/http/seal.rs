//! The seal of a cursor: it binds the position in a cursor to the query and user that it was made for. It protects
//! against mistakes, not against attacks: a forged cursor only leads to another position in what the caller may read
//! anyway.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::SpaceId;

const SEAL_BYTES: usize = 8;

/// A cursor: opaque text. `purpose` is the query that it belongs to, beside the space.
pub(super) fn seal(mut place: Vec<u8>, purpose: &[u8], space: &SpaceId) -> String {
    let sum = sum(&place, purpose, space);
    place.extend(sum);
    URL_SAFE_NO_PAD.encode(place)
}

/// The position in a cursor. `None` for anything that was not made for this purpose and space.
pub(super) fn open<const N: usize>(text: &str, purpose: &[u8], space: &SpaceId) -> Option<[u8; N]> {
    open_any(text, purpose, space)?.try_into().ok()
}

/// As [`open`], for a position without a fixed length.
pub(super) fn open_any(text: &str, purpose: &[u8], space: &SpaceId) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let length = bytes.len().checked_sub(SEAL_BYTES)?;
    let (place, sealed) = bytes.split_at(length);
    // A fuzzer cannot make a seal, and should come to what is behind it.
    (cfg!(fuzzing) || sealed == sum(place, purpose, space)).then_some(())?;
    bytes.truncate(length);
    Some(bytes)
}

fn sum(place: &[u8], purpose: &[u8], space: &SpaceId) -> [u8; SEAL_BYTES] {
    let mut context = Context::new(&SHA256);
    context.update(place);
    context.update(purpose);
    context.update(space.as_str().as_bytes());
    let sum = context.finish();
    std::array::from_fn(|at| sum.as_ref()[at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn space() -> impl Strategy<Value = SpaceId> {
        "[a-zA-Z0-9äß|:@.-]{1,40}".prop_map(|text| SpaceId::stored(&text))
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(space in space(), place in any::<[u8; 24]>()) {
            let text = seal(place.to_vec(), b"a", &space);
            prop_assert_eq!(open(&text, b"a", &space), Some(place));
        }

        #[test]
        fn a_cursor_of_another_space_or_purpose_is_refused(
            a in space(), b in space(), place in any::<[u8; 8]>()
        ) {
            prop_assume!(a != b);
            let text = seal(place.to_vec(), b"a", &a);
            prop_assert_eq!(open::<8>(&text, b"a", &b), None);
            prop_assert_eq!(open::<8>(&text, b"b", &a), None);
            prop_assert_eq!(open::<9>(&text, b"a", &a), None);
        }

        #[test]
        fn a_changed_cursor_is_refused(space in space(), at in 0usize..16, bit in 0u8..8) {
            let mut bytes = URL_SAFE_NO_PAD.decode(seal(vec![0; 8], b"a", &space)).unwrap();
            bytes[at] ^= 1 << bit;
            let changed = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(open::<8>(&changed, b"a", &space), None);
        }

        #[test]
        fn no_text_is_too_odd_for_a_refusal(text in ".*") {
            prop_assert_eq!(open::<8>(&text, b"a", &SpaceId::stored("somebody")), None);
        }
    }
}
