//! JSON as the domain reads and writes it: objects by their members, and the values that a task has. Written by
//! hand, because a page has many tasks: serde checks every character one by one, also in the names of the
//! members, and takes almost three times as many instructions.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::Timestamp;

/// What a value breaks, in words that follow its name: `must be true or false`.
pub type Rule = Cow<'static, str>;

/// One member of a body, and the rule that its value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub rule: Rule,
}

/// All faults of a body, so that they can be reported at once.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The value of a member, where it is there and obeys its rule.
    pub fn read<T>(
        &mut self,
        object: &Object<'_>,
        field: &'static str,
        read: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let outcome = read(object.get(field)?);
        outcome.map_err(|rule| self.add(field, rule)).ok()
    }

    /// As [`Faults::read`], of a member that must be there.
    pub fn require<T>(
        &mut self,
        object: &Object<'_>,
        field: &'static str,
        read: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        if object.get(field).is_none() {
            self.add(field, "is required");
        }
        self.read(object, field, read)
    }

    pub fn add(&mut self, field: &'static str, rule: impl Into<Rule>) {
        let rule = rule.into();
        self.0.push(Fault { field, rule });
    }

    /// The value, if nothing is wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

/// Why a text is not an object with readable members.
#[derive(Debug, PartialEq, Eq)]
pub enum NoObject {
    NotUtf8,
    Empty,
    /// The message of the JSON parser.
    NotJson(String),
    AnotherValue,
    /// A member that is asked for stands twice.
    NamedTwice,
}

/// The known members of an object, not parsed yet, and the names of the others.
#[derive(Debug)]
pub struct Object<'a> {
    known: Vec<(&'static str, &'a str)>,
    pub unknown: Vec<Cow<'a, str>>,
}

impl<'a> Object<'a> {
    /// Reads an object of which the members in `names` are wanted.
    pub fn parse(json: &'a [u8], names: &[&[&'static str]]) -> Result<Self, NoObject> {
        let text = std::str::from_utf8(json).map_err(|_| NoObject::NotUtf8)?;
        let first = text.trim_ascii_start().bytes().next();
        if first.is_none() {
            return Err(NoObject::Empty);
        }
        let members = serde_json::from_str::<Members<'a>>(text).map_err(|_| {
            match serde_json::from_str::<&RawValue>(text) {
                Ok(_) => NoObject::AnotherValue,
                Err(error) => NoObject::NotJson(error.to_string()),
            }
        })?;
        let (mut known, mut unknown) = (Vec::with_capacity(members.0.len()), Vec::new());
        for (name, value) in members.0 {
            let names = names.iter().copied().flatten();
            match names.copied().find(|known| *known == name) {
                None => unknown.push(name),
                Some(name) if known.iter().any(|(known, _)| *known == name) => {
                    return Err(NoObject::NamedTwice);
                }
                Some(name) => known.push((name, value.get())),
            }
        }
        Ok(Self { known, unknown })
    }

    /// The JSON text of a member's value.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.known.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }

    /// As [`Object::get`], and removes the member.
    pub fn take(&mut self, name: &str) -> Option<&'a str> {
        let place = self.known.iter().position(|(known, _)| *known == name)?;
        Some(self.known.swap_remove(place).1)
    }

    pub fn has_any(&self, names: &[&str]) -> bool {
        self.known.iter().any(|(known, _)| names.contains(known))
    }
}

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;
        impl<'de> Visitor<'de> for OfObject {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(4);
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(OfObject)
    }
}

/// The name of a member: borrowed unless something is escaped in it.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText;
        impl<'de> Visitor<'de> for OfText {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(text.into()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(OfText)
    }
}

/// The text of a JSON string.
pub fn read_text(json: &str) -> Result<String, Rule> {
    if !json.starts_with('"') {
        return Err("must be a string".into());
    }
    // A string that can't be read has half a surrogate pair in it.
    serde_json::from_str(json).map_err(|_| "must be valid Unicode".into())
}

pub fn read_flag(json: &str) -> Result<bool, Rule> {
    match json {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

/// `[…]`, with what `write` writes of each.
pub fn write_list<T>(json: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    json.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        write(json, item);
    }
    json.push(b']');
}

pub fn write_uuid(json: &mut Vec<u8>, id: Uuid) {
    let mut text = [0; Hyphenated::LENGTH];
    write_plain(json, id.hyphenated().encode_lower(&mut text).as_bytes());
}

pub fn write_flag(json: &mut Vec<u8>, flag: bool) {
    json.extend_from_slice(if flag { b"true" } else { b"false" });
}

pub fn write_number(json: &mut Vec<u8>, number: i64) {
    // Nothing that is written to memory can fail.
    let _ = serde_json::to_writer(json, &number);
}

pub fn write_text(json: &mut Vec<u8>, text: &str) {
    if text
        .bytes()
        .fold(false, |must, byte| must | must_be_escaped(byte))
    {
        let _ = serde_json::to_writer(json, text);
    } else {
        write_plain(json, text.as_bytes());
    }
}

/// RFC 8259 §7.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the compiler looks at many bytes at once"
)]
fn must_be_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

pub fn write_optional_text(json: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => write_text(json, text),
        None => json.extend_from_slice(b"null"),
    }
}

pub fn write_time(json: &mut Vec<u8>, time: Timestamp) {
    write_plain(json, &time.rfc_3339());
}

/// A text in which nothing has to be escaped.
fn write_plain(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    json.extend_from_slice(text);
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_escaped_is() {
        for text in ["", "\"", "\\", "\n\t\u{1}\u{7f}", "é\u{2028}🙂", "plain"] {
            let mut json = Vec::new();
            write_text(&mut json, text);
            assert_eq!(
                String::from_utf8(json).unwrap(),
                serde_json::to_string(text).unwrap()
            );
        }
    }

    #[test]
    fn an_object_is_read_by_its_members() {
        let json = "{\"b\": [1, 2], \"\\u0061\": null, \"c\": 3}".as_bytes();
        let object = Object::parse(json, &[&["a"], &["b", "d"]]).unwrap();
        assert_eq!(object.get("a"), Some("null"));
        assert_eq!(object.get("b"), Some("[1, 2]"));
        assert_eq!(object.get("d"), None);
        assert_eq!(object.unknown, ["c"]);
    }

    #[test]
    fn what_is_no_object_is_told_apart() {
        let refused = |json: &[u8]| Object::parse(json, &[&["a"]]).unwrap_err();
        assert_eq!(refused(b"\xff"), NoObject::NotUtf8);
        assert_eq!(refused(b" \n"), NoObject::Empty);
        assert_eq!(refused(b"[1]"), NoObject::AnotherValue);
        assert_eq!(refused(br#"{"a": 1, "a": 2}"#), NoObject::NamedTwice);
        assert!(matches!(refused(b"{\"a\": }"), NoObject::NotJson(_)));
        assert!(Object::parse(br#"{"x": 1, "x": 2}"#, &[&["a"]]).is_ok());
    }
}
