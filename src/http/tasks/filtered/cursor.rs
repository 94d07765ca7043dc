//! Cursors of filtered lists: where a page ended, in the order of the query, and the moment of the first page, so that
//! `today()` is the same day on all pages.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::domain::filter::{Field, Keyset, Mark, Sorting};
use crate::domain::{Position, SpaceId, TaskId};
use crate::http::seal;

const VERSION: u8 = 1;

/// The first byte of each value.
const MISSING: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Of the account.
    pub(super) epoch: i64,
    /// Of the first page.
    pub(super) now: Timestamp,
    pub(super) keyset: Keyset,
}

pub(super) fn encode(space: &SpaceId, purpose: &[u8], place: &Place) -> String {
    let Place { epoch, now, keyset } = place;
    let mut bytes = vec![VERSION];
    bytes.extend(epoch.to_be_bytes());
    bytes.extend(now.as_micros().to_be_bytes());
    bytes.extend(keyset.position.created_at.as_micros().to_be_bytes());
    bytes.extend(keyset.position.id.0.as_bytes());
    for mark in &keyset.marks {
        match mark {
            Mark::Missing => bytes.push(MISSING),
            Mark::Number(number) => {
                bytes.push(NUMBER);
                bytes.extend(number.to_be_bytes());
            }
            Mark::Text(text) => {
                bytes.push(TEXT);
                bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    seal::seal(bytes, purpose, space)
}

/// `None` for anything that was not made for this user and query.
pub(super) fn decode(
    space: &SpaceId,
    purpose: &[u8],
    sorting: &Sorting,
    text: &str,
) -> Option<Place> {
    let bytes = seal::open_any(text, purpose, space)?;
    let mut rest = bytes.strip_prefix(&[VERSION])?;
    let epoch = number(&mut rest)?;
    let now = moment(number(&mut rest)?)?;
    let created_at = moment(number(&mut rest)?)?;
    let id = TaskId(Uuid::from_slice(take(&mut rest, 16)?).ok()?);
    let mut marks = Vec::new();
    for key in sorting.keys() {
        marks.push(read_mark(key.field, &mut rest)?);
    }
    let position = Position { created_at, id };
    let keyset = Keyset { marks, position };
    rest.is_empty().then_some(Place { epoch, now, keyset })
}

/// The seal is not secret: a value that an engine cannot store must be refused here.
fn read_mark(field: Field, rest: &mut &[u8]) -> Option<Mark> {
    let is_text = matches!(
        field,
        Field::Due | Field::Start | Field::Title | Field::Order
    );
    Some(match take(rest, 1)?[0] {
        MISSING if !field.is_always_there() => Mark::Missing,
        NUMBER if field == Field::Priority => Mark::Number(number(rest)?),
        NUMBER if !is_text => Mark::Number(moment(number(rest)?)?.as_micros()),
        TEXT if is_text => {
            let length = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?);
            let text = take(rest, usize::try_from(length).ok()?)?;
            let text = String::from_utf8(text.to_vec()).ok()?;
            (!text.contains('\0')).then_some(Mark::Text(text))?
        }
        _ => return None,
    })
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(take(rest, 8)?.try_into().ok()?))
}

fn moment(micros: i64) -> Option<Timestamp> {
    let moment = Timestamp::from_micros(micros);
    (Timestamp::MIN..=Timestamp::MAX)
        .contains(&moment)
        .then_some(moment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = (Sorting, Keyset)> {
        let due = prop_oneof![Just(Mark::Missing), "[0-9T:-]{10,19}".prop_map(Mark::Text)];
        let title = ".{0,40}".prop_filter_map("no NUL", |text| {
            (!text.contains('\0')).then_some(Mark::Text(text))
        });
        let priority = prop_oneof![Just(Mark::Missing), any::<i64>().prop_map(Mark::Number)];
        let micros = Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros();
        (due, title, priority, micros, any::<u128>()).prop_map(
            |(due, title, priority, micros, id)| {
                let position = Position {
                    created_at: Timestamp::from_micros(micros),
                    id: TaskId(Uuid::from_u128(id)),
                };
                let marks = vec![due, title, priority];
                let sorting = Sorting::parse("due, title desc, priority").unwrap();
                (sorting, Keyset { marks, position })
            },
        )
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(
            (sorting, keyset) in place(), epoch in any::<i64>(), now in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()
        ) {
            let space = SpaceId::stored("somebody");
            let now = Timestamp::from_micros(now);
            let place = Place { epoch, now, keyset };
            let text = encode(&space, b"a", &place);
            prop_assert_eq!(decode(&space, b"a", &sorting, &text), Some(place));
            prop_assert_eq!(decode(&space, b"b", &sorting, &text), None);
            prop_assert_eq!(decode(&SpaceId::stored("another"), b"a", &sorting, &text), None);
        }

        #[test]
        fn a_forged_place_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let space = SpaceId::stored("somebody");
            let sorting = Sorting::parse("due, updated_at").unwrap();
            let forged = seal::seal(bytes, b"a", &space);
            if let Some(place) = decode(&space, b"a", &sorting, &forged) {
                prop_assert_eq!(place.keyset.marks.len(), 2);
            }
        }
    }
}
