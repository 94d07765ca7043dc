//! The colour of a list.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Rule, read_text, write_text};

const RULE: Rule = Cow::Borrowed("must be a colour such as #1e90ff, or null");

/// `#rrggbb`, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    /// One that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Member for Option<Color> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        let text = read_text(json).map_err(|_| RULE)?;
        let digits = text.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(RULE);
        }
        Ok(Some(Color(text)))
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(color) => write_text(json, &color.0),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let color = ObjectBuilder::new().description(Some("`#rrggbb`"));
        match side {
            Side::Answer => color.schema_type(Type::String),
            Side::History => color.schema_type(SchemaType::Array(vec![Type::String, Type::Null])),
            Side::Request => color
                .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
                .pattern(Some("^#[0-9A-Fa-f]{6}$")),
        }
        .into()
    }
}
