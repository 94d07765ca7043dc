//! The keys beside those of the npm package, and what must hold of all keys.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// Made by `clients/typescript/scripts/order-vectors.mjs` from the npm package.
const VECTORS: &str = include_str!("../../../tests/vectors/order.json");

#[derive(Deserialize)]
struct Vectors {
    between: Vec<Between>,
    spread: Vec<Spread>,
    invalid: Vec<String>,
    creation: Vec<Creation>,
}

#[derive(Deserialize)]
struct Between {
    after: Option<String>,
    before: Option<String>,
    key: String,
}

#[derive(Deserialize)]
struct Spread {
    after: Option<String>,
    before: Option<String>,
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Creation {
    micros: i64,
    key: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

fn key(text: &str) -> OrderKey {
    OrderKey::parse(text).unwrap_or_else(|_| panic!("{text} is a key"))
}

fn keys(text: Option<&String>) -> Option<OrderKey> {
    text.map(|text| key(text))
}

#[test]
fn a_key_between_two_is_the_one_of_the_npm_package() {
    for Between {
        after,
        before,
        key: wanted,
    } in vectors().between
    {
        let made = OrderKey::between(
            keys(after.as_ref()).as_ref(),
            keys(before.as_ref()).as_ref(),
        );
        if wanted.len() > LONGEST_KEY {
            assert_eq!(made, Err(NoRoom), "{after:?} {before:?}");
        } else {
            assert_eq!(made.unwrap().as_str(), wanted, "{after:?} {before:?}");
        }
    }
}

#[test]
fn several_keys_are_those_of_the_npm_package() {
    for Spread {
        after,
        before,
        keys: wanted,
    } in vectors().spread
    {
        let (after, before) = (keys(after.as_ref()), keys(before.as_ref()));
        let made = OrderKey::spread(after.as_ref(), before.as_ref(), wanted.len()).unwrap();
        let made: Vec<&str> = made.iter().map(OrderKey::as_str).collect();
        assert_eq!(made, wanted);
    }
}

#[test]
fn what_the_npm_package_refuses_is_no_key() {
    for text in vectors().invalid {
        assert_eq!(OrderKey::parse(&text), Err(NotAKey), "{text}");
    }
}

#[test]
fn the_key_of_a_task_that_nobody_moved_is_its_moment() {
    for Creation { micros, key } in vectors().creation {
        let made = OrderKey::of_creation(Timestamp::from_micros(micros));
        assert_eq!(made.as_str(), key);
    }
    let contract: jiff::Timestamp = "2026-11-23T07:25:24.448926Z".parse().unwrap();
    let made = OrderKey::of_creation(Timestamp::from_micros(contract.as_microsecond()));
    assert_eq!(made.as_str(), "i8DpLumiHm");
    let early = OrderKey::of_creation(Timestamp::from_micros(-5));
    assert_eq!(early.as_str(), "i000000000");
    let late = OrderKey::of_creation(Timestamp::MAX);
    assert_eq!(late.as_str(), "izzzzzzzzz");
}

#[test]
fn there_is_nothing_between_equal_keys() {
    let one = key("i8DpLumiHm");
    assert_eq!(OrderKey::between(Some(&one), Some(&one)), Err(NoRoom));
    let (low, high) = (key("a1"), key("a2"));
    assert_eq!(OrderKey::between(Some(&high), Some(&low)), Err(NoRoom));
}

#[test]
fn a_key_of_65_bytes_is_refused_and_spreading_makes_room() {
    let (first, mut last) = (key("a0"), key("a1"));
    let mut inserted = vec![last.clone()];
    while let Ok(next) = OrderKey::between(Some(&first), Some(&last)) {
        inserted.push(next.clone());
        last = next;
    }
    assert!(inserted.len() > 300, "{}", inserted.len());
    assert!(last.as_str().len() > LONGEST_KEY - 2);
    let spread = OrderKey::spread(Some(&first), Some(&key("a1")), inserted.len()).unwrap();
    assert!(spread.iter().all(|key| key.as_str().len() < 8));
}

proptest! {
    #[test]
    fn keys_stay_in_order_wherever_one_is_put(places in prop::collection::vec(any::<prop::sample::Index>(), 1..200)) {
        let mut row: Vec<OrderKey> = Vec::new();
        for place in places {
            let at = place.index(row.len() + 1);
            let after = at.checked_sub(1).map(|before| row[before].clone());
            let Ok(made) = OrderKey::between(after.as_ref(), row.get(at)) else { continue };
            prop_assert!(OrderKey::parse(made.as_str()).is_ok());
            row.insert(at, made);
        }
        prop_assert!(row.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn later_tasks_have_later_keys(a in 0_i64..13_000_000_000_000_000, b in 0_i64..13_000_000_000_000_000) {
        let [first, second] = [a, b].map(|micros| OrderKey::of_creation(Timestamp::from_micros(micros)));
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
        prop_assert!(OrderKey::parse(first.as_str()).is_ok());
    }

    #[test]
    fn spread_keys_lie_between_their_ends(count in 1_usize..100, open in any::<(bool, bool)>()) {
        let (low, high) = (key("i8DpLumiHm"), key("i8DpLumiHn"));
        let (after, before) = (open.0.then_some(&low), open.1.then_some(&high));
        let made = OrderKey::spread(after, before, count).unwrap();
        prop_assert_eq!(made.len(), count);
        prop_assert!(made.is_sorted_by(|a, b| a < b));
        prop_assert!(after.is_none_or(|after| *after < made[0]));
        prop_assert!(before.is_none_or(|before| made[count - 1] < *before));
    }
}
