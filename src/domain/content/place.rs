//! Where a task stands: its list, its parent, and its place among its siblings.

use std::borrow::Cow;

use utoipa::openapi::SchemaFormat;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Rule, read_text, write_text, write_uuid};
use crate::domain::order::OrderKey;
use crate::domain::{ListId, TaskId};

const NO_UUID: Rule =
    Cow::Borrowed("must be a UUID such as 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f, or null");

macro_rules! id_member {
    ($id:ident: $about:literal) => {
        impl Member for Option<$id> {
            fn unsaid() -> Option<Self> {
                Some(None)
            }

            fn read(json: &str) -> Result<Self, Rule> {
                if json == "null" {
                    return Ok(None);
                }
                let text = read_text(json).map_err(|_| NO_UUID)?;
                $id::parse(&text).map(Some).ok_or(NO_UUID)
            }

            fn write(&self, json: &mut Vec<u8>) {
                match self {
                    Some(id) => write_uuid(json, id.0),
                    None => json.extend_from_slice(b"null"),
                }
            }

            fn is_left_out(&self) -> bool {
                self.is_none()
            }

            fn schema(side: Side) -> Schema {
                let kind = side.or_null(Type::String);
                ObjectBuilder::new()
                    .schema_type(kind)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                    .description(Some($about))
                    .into()
            }
        }
    };
}

id_member!(ListId: "The list that the task is in; without it, the inbox. Another one is a move to its end.");
id_member!(TaskId: "The task that it is a part of, in the same list. Another one is a move to the end of its children.");

/// Of a task it is nothing as long as nobody moved it; of a list it is always there.
impl Member for Option<OrderKey> {
    const IS_READ_ONLY: bool = true;

    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        let key = OrderKey::parse(&read_text(json)?);
        key.map(Some).map_err(|_| "must be an order key".into())
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(key) => write_text(json, key.as_str()),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let kind = side.or_null(Type::String);
        ObjectBuilder::new()
            .schema_type(kind)
            .read_only(true)
            .description(Some(
                "The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` \
                 and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`.",
            ))
            .into()
    }
}
