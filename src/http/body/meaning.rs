//! The meaning of a body, independent of its spelling: to recognise a repeated request.

use serde_json::{Number, Value};

/// The same text for bodies that mean the same: the order of names, white space and the spelling of numbers and texts
/// do not count (RFC 8259 §4, §6, §7). What is no JSON means its own bytes; no body means `{}`.
pub(in crate::http) fn of_body(json: &[u8]) -> Vec<u8> {
    if json.is_empty() {
        return b"{}".to_vec();
    }
    let read = serde_json::from_slice::<Value>(json);
    read.map_or_else(|_| json.to_vec(), |value| plain(value).to_string().into())
}

/// With every number in its shortest spelling. Names are in order already.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(shortest(number)),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, it)| (name, plain(it)));
            members.collect()
        }
        other => other,
    }
}

/// `1.0`, `1e0` and `1` are one number.
fn shortest(number: Number) -> Number {
    /// Up to here every integer is exact as a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = number
        .as_f64()
        .filter(|it| number.is_f64() && it.fract() == 0.0);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is a whole number that fits"
    )]
    let whole = whole.filter(|it| it.abs() <= EXACT).map(|it| it as i64);
    whole.map_or(number, Number::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_may_mean_the_same() {
        let first = of_body(br#"{"a": 1, "b": ["\u00e9", -0.0, 2.5e1, {"x": null, "y": 1e400}]}"#);
        let same = of_body("{\n\"b\":[\"é\",0,25,{\"y\":1e400,\"x\":null}],\"a\":1.0}".as_bytes());
        // A number out of range does not count as JSON: then the bytes are compared.
        assert_ne!(first, same);
        let first = of_body(br#"{"a": 1, "b": ["\u00e9", -0.0, 2.5e1, {"x": null, "y": 1.5}]}"#);
        let same = of_body("{\n\"b\":[\"é\",0,25,{\"y\":15e-1,\"x\":null}],\"a\":1.0}".as_bytes());
        assert_eq!(first, same);
        assert_eq!(of_body(b""), of_body(b" { } "));
        for other in [
            "{}",
            "{\"a\":1}",
            "{\"a\":\"1\"}",
            "[1]",
            "9007199254740993",
            "",
            "no",
        ] {
            for another in ["{\"a\":true}", "[1,1]", "9007199254740992.0", " no"] {
                assert_ne!(of_body(other.as_bytes()), of_body(another.as_bytes()));
            }
        }
    }
}
