//! How urgent a task is, counted as iCalendar counts it (RFC 5545 §3.8.1.9).

use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Rule, write_number};

/// From 1, the highest, to 9, the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Priority(u8);

impl Priority {
    /// One that was checked before it was stored.
    pub(crate) fn stored(number: i64) -> Self {
        Self(u8::try_from(number).unwrap_or(u8::MAX))
    }

    pub fn as_i64(self) -> i64 {
        self.0.into()
    }
}

impl Member for Option<Priority> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        // However the number is spelled: 1.0 is 1.
        let number = serde_json::from_str::<f64>(json).ok();
        let found = (1..=9u8).find(|priority| number == Some(f64::from(*priority)));
        let rule = "must be a whole number from 1 (the highest) to 9, or null";
        found
            .map(|number| Some(Priority(number)))
            .ok_or(rule.into())
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(priority) => write_number(json, priority.as_i64()),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let kind = side.or_null(Type::Integer);
        let number = ObjectBuilder::new().schema_type(kind);
        number
            .minimum(Some(1))
            .maximum(Some(9))
            .description(Some(
                "From 1, the highest, to 9, the lowest, as iCalendar has it.",
            ))
            .into()
    }
}
