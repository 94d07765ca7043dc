//! JSON objects from untrusted senders: a name may occur only once at every level, and nesting is bounded.
//! Two parsers that resolve a repeated name differently see two different tokens under one signature (RFC 8725 §2.4).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::reason::Reason;
use super::refusal::{Fault, shown};

/// Deepest nesting; a user row of Better Auth has one or two levels.
const MAX_DEPTH: u8 = 16;

const DUPLICATE: &str = "repeated name ";

/// Reads one JSON object; `part` names it in the fault.
pub(super) fn object(part: &str, bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Fault::new(
            Reason::MalformedToken,
            format!("the token's {part} is not a JSON object"),
        )),
        Err(error) => {
            let text = error.to_string();
            let reason = if text.starts_with(DUPLICATE) {
                Reason::DuplicateName
            } else {
                Reason::MalformedToken
            };
            Err(Fault::new(
                reason,
                format!(
                    "the token's {part} is not acceptable JSON ({})",
                    shown(&text)
                ),
            ))
        }
    }
}

struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self.deeper()?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match values.entry(name) {
                Entry::Occupied(taken) => {
                    let name = shown(taken.key());
                    return Err(A::Error::custom(format!("{DUPLICATE}`{name}`")));
                }
                Entry::Vacant(free) => {
                    free.insert(members.next_value_seed(self.deeper()?)?);
                }
            }
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<Reason> {
        object("claims", text.as_bytes())
            .err()
            .map(|fault| fault.reason)
    }

    #[test]
    fn a_name_may_stand_only_once_at_every_level() {
        assert_eq!(reason(r#"{"a":1,"b":{"a":1}}"#), None);
        assert_eq!(reason(r#"{"a":1,"a":1}"#), Some(Reason::DuplicateName));
        assert_eq!(reason(r#"{"a":1,"\u0061":1}"#), Some(Reason::DuplicateName));
        assert_eq!(
            reason(r#"{"a":[{"b":1,"b":1}]}"#),
            Some(Reason::DuplicateName)
        );
    }

    #[test]
    fn depth_trailing_text_and_other_kinds_are_refused() {
        let nested =
            |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(reason(&nested(14)), None);
        for text in [
            &nested(17),
            &nested(10_000),
            "[]",
            "{}{}",
            "{} x",
            "",
            "\u{feff}{}",
        ] {
            assert_eq!(reason(text), Some(Reason::MalformedToken), "{text:.40}");
        }
    }
}
