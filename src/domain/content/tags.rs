//! Words that people put on tasks.

use std::borrow::Cow;

use serde_json::value::RawValue;
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Rule, read_text, write_list, write_text};
use crate::domain::limits::{TAG_CHARS, TAGS};
use crate::domain::text::no_nul;

const LIST: Rule = Cow::Borrowed("must be an array of strings, or null");
const TOO_MANY: Rule = Cow::Borrowed("must be at most 50 tags");

/// Each once, in the order of their code points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<String>);

impl Tags {
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With those in it that `tag` has, and without those that `untag` has.
    pub(super) fn merged(&self, tag: &Self, untag: &Self) -> Self {
        let mut all: Vec<_> = self.0.iter().chain(&tag.0).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|tag| !untag.0.contains(tag));
        Self(all)
    }

    pub(super) fn are_too_many(&self) -> bool {
        self.0.len() > TAGS
    }
}

/// Normalised (NFC), so that what looks the same is the same; trimmed.
fn read_tag(json: &str) -> Result<String, Rule> {
    let text = read_text(json).map_err(|rule| match &*rule {
        "must be a string" => LIST,
        _ => rule,
    })?;
    let tag: String = text.trim().nfc().collect();
    no_nul(&tag)?;
    match tag.chars().count() {
        0 => Err("must have no tag that is empty or only white space".into()),
        1..=TAG_CHARS => Ok(tag),
        _ => Err("must have tags of at most 64 characters".into()),
    }
}

impl Member for Tags {
    fn unsaid() -> Option<Self> {
        Some(Self::default())
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(Self::default());
        }
        let items: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| LIST)?;
        let tags = items.iter().map(|item| read_tag(item.get()));
        let mut tags = tags.collect::<Result<Vec<_>, _>>()?;
        tags.sort_unstable();
        tags.dedup();
        let tags = Self(tags);
        if tags.are_too_many() {
            Err(TOO_MANY)
        } else {
            Ok(tags)
        }
    }

    fn write(&self, json: &mut Vec<u8>) {
        if self.is_empty() {
            json.extend_from_slice(b"null");
        } else {
            write_list(json, &self.0, |json, tag| write_text(json, tag));
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_empty()
    }

    fn schema(side: Side) -> Schema {
        let tag = ObjectBuilder::new().schema_type(Type::String);
        let description = "Each once, sorted by code point.";
        if side == Side::Answer {
            return ArrayBuilder::new()
                .items(tag)
                .description(Some(description))
                .into();
        }
        let tag = tag.min_length(Some(1)).max_length(Some(TAG_CHARS));
        ArrayBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::Array, Type::Null]))
            .items(tag)
            .max_items(Some(TAGS))
            .description(Some(
                "At most 50. White space around each is removed, and it is normalised (NFC); then 1 to 64 characters, no \
                 U+0000. Told each once, sorted by code point. `null` or `[]`: none.",
            ))
            .into()
    }
}
