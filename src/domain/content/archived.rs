//! Whether a list was put aside.

use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Rule, read_flag, write_flag};

/// Told only of a list that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived(pub bool);

impl Member for Archived {
    fn unsaid() -> Option<Self> {
        Some(Self(false))
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(Self(false));
        }
        let flag = read_flag(json).map_err(|_| "must be true, false or null")?;
        Ok(Self(flag))
    }

    fn write(&self, json: &mut Vec<u8>) {
        write_flag(json, self.0);
    }

    fn is_left_out(&self) -> bool {
        !self.0
    }

    fn schema(side: Side) -> Schema {
        let kind = match side {
            Side::Request => SchemaType::Array(vec![Type::Boolean, Type::Null]),
            Side::Answer | Side::History => SchemaType::new(Type::Boolean),
        };
        let flag = ObjectBuilder::new().schema_type(kind);
        flag.description(Some(
            "Whether the list was put aside; only there if it was. Its tasks stay as they are.",
        ))
        .into()
    }
}
