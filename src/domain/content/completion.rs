//! When a task was completed: set by the server, never by a client.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::{Member, Schema, Side};
use crate::domain::Timestamp;
use crate::domain::json::{Rule, read_text, write_time};

impl Member for Option<Timestamp> {
    const IS_READ_ONLY: bool = true;

    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        const TIME: Rule = Cow::Borrowed("must be a time such as 2026-12-01T08:00:00Z");
        if json == "null" {
            return Ok(None);
        }
        let time: jiff::Timestamp = read_text(json)?.parse().map_err(|_| TIME)?;
        Ok(Some(Timestamp::from_micros(time.as_microsecond())))
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(time) => write_time(json, *time),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let kind = side.or_null(Type::String);
        let time = ObjectBuilder::new().schema_type(kind);
        time.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .read_only(true)
            .description(Some(
                "RFC 3339, UTC: when the task became completed; only there as long as it is.",
            ))
            .into()
    }
}
