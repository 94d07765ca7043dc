//! The texts of a task: a title or a description, which is valid if it exists.

use const_format::formatcp;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::content::{Member, Schema, Side};
use super::json::{Rule, read_flag, read_text, write_flag, write_optional_text, write_text};
use super::limits::{DESCRIPTION_CHARS, TITLE_CHARS};
use super::visible::is_visible;

/// What a task is about: trimmed, not empty, with at most [`TITLE_CHARS`] of which one can be seen, no U+0000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be empty or only white space".into());
        }
        if !text.chars().any(is_visible) {
            return Err("must have a visible character".into());
        }
        if text.chars().count() > TITLE_CHARS {
            return Err(formatcp!("must have at most {TITLE_CHARS} characters").into());
        }
        no_nul(text)?;
        Ok(Self(text.to_owned()))
    }

    /// A title that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// More about a task: at most [`DESCRIPTION_CHARS`], kept as sent, no U+0000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    pub fn parse(text: String) -> Result<Self, Rule> {
        if text.chars().count() > DESCRIPTION_CHARS {
            let rule = formatcp!("must have at most {DESCRIPTION_CHARS} characters");
            return Err(rule.into());
        }
        no_nul(&text)?;
        Ok(Self(text))
    }

    /// A description that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// PostgreSQL cannot hold U+0000 in a text, so nobody may send it.
pub(super) fn no_nul(text: &str) -> Result<(), Rule> {
    if text.contains('\0') {
        return Err("must not contain the character U+0000".into());
    }
    Ok(())
}

impl Member for Title {
    fn unsaid() -> Option<Self> {
        None
    }

    fn read(json: &str) -> Result<Self, Rule> {
        Self::parse(&read_text(json)?)
    }

    fn write(&self, json: &mut Vec<u8>) {
        write_text(json, &self.0);
    }

    fn schema(side: Side) -> Schema {
        let text = ObjectBuilder::new().schema_type(Type::String);
        match side {
            Side::Answer | Side::History => text.into(),
            Side::Request => text
                .min_length(Some(1))
                .max_length(Some(TITLE_CHARS))
                .description(Some(formatcp!(
                    "White space around it is removed; then 1 to {TITLE_CHARS} characters (Unicode scalar values), \
                     of which one can be seen; no U+0000.",
                )))
                .into(),
        }
    }
}

impl Member for Option<Description> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        let text = read_text(json).map_err(|rule| match &*rule {
            "must be a string" => Rule::Borrowed("must be a string or null"),
            _ => rule,
        })?;
        Description::parse(text).map(Some)
    }

    fn write(&self, json: &mut Vec<u8>) {
        write_optional_text(json, self.as_ref().map(|text| &*text.0));
    }

    fn schema(side: Side) -> Schema {
        let text =
            ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null]));
        match side {
            Side::Answer | Side::History => text.into(),
            Side::Request => text
                .max_length(Some(DESCRIPTION_CHARS))
                .description(Some(formatcp!(
                    "At most {DESCRIPTION_CHARS} characters, kept as sent, no U+0000; `null`: none.",
                )))
                .into(),
        }
    }
}

/// Whether a task is done.
impl Member for bool {
    fn unsaid() -> Option<Self> {
        Some(false)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        read_flag(json)
    }

    fn write(&self, json: &mut Vec<u8>) {
        write_flag(json, *self);
    }

    fn schema(_: Side) -> Schema {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_a_character_that_can_be_seen() {
        for invisible in [
            "\u{200b}",
            "\u{2060}",
            "\u{3164}",
            "\u{feff}",
            "\u{1}",
            "\u{ad} \u{fe0f}",
        ] {
            assert!(Title::parse(invisible).is_err(), "{invisible:?}");
        }
        for visible in ["x", "\u{200b}x", "⠀", "👩\u{200d}💻", "\u{e9}"] {
            assert!(Title::parse(visible).is_ok(), "{visible:?}");
        }
    }
}
