//! An object that an app stores with a task for itself.

use std::borrow::Cow;

use serde_json::{Map, Value};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{Member, Schema, Side};
use crate::domain::json::Rule;
use crate::domain::limits::METADATA_BYTES;

const TOO_LARGE: Rule = Cow::Borrowed("must be at most 4 KiB of JSON");

/// A JSON object without white space, its names in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata(Box<str>);

impl Metadata {
    /// One that was checked before it was stored.
    pub(crate) fn stored(json: String) -> Self {
        Self(json.into())
    }

    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// None of an object without members.
    fn of(members: Map<String, Value>) -> Result<Option<Self>, Rule> {
        if members.is_empty() {
            return Ok(None);
        }
        let json = Value::Object(members).to_string();
        if json.len() > METADATA_BYTES {
            return Err(TOO_LARGE);
        }
        Ok(Some(Self(json.into())))
    }

    /// RFC 7396 §2.
    pub(super) fn merged(
        old: Option<&Self>,
        patch: &Map<String, Value>,
    ) -> Result<Option<Self>, Rule> {
        let old = old.and_then(|old| serde_json::from_str(&old.0).ok());
        let mut members: Map<String, Value> = old.unwrap_or_default();
        merge(&mut members, patch);
        Self::of(members)
    }
}

fn merge(members: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => _ = members.remove(name),
            Value::Object(inner) => {
                let member = members.entry(name).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(member) = member {
                    merge(member, inner);
                }
            }
            value => _ = members.insert(name.clone(), value.clone()),
        }
    }
}

/// The members of an object, in which no text has U+0000.
pub(super) fn read_members(json: &str) -> Result<Map<String, Value>, Rule> {
    if !json.starts_with('{') {
        return Err("must be an object, or null".into());
    }
    let members: Map<String, Value> = serde_json::from_str(json)
        .map_err(|_| "must have valid Unicode, numbers that can be held, and at most 120 levels")?;
    if members
        .iter()
        .any(|(name, value)| name.contains('\0') || has_nul(value))
    {
        return Err("must not contain the character U+0000".into());
    }
    Ok(members)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(name, value)| name.contains('\0') || has_nul(value))
        }
        _ => false,
    }
}

impl Member for Option<Metadata> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        Metadata::of(read_members(json)?)
    }

    /// As it is, so that no number is spelled anew.
    fn stored(json: &str) -> Result<Self, Rule> {
        Ok((json != "null").then(|| Metadata(json.into())))
    }

    fn write(&self, json: &mut Vec<u8>) {
        let text = self.as_ref().map_or("null", |metadata| &metadata.0);
        json.extend_from_slice(text.as_bytes());
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let kind = side.or_null(Type::Object);
        let object = ObjectBuilder::new().schema_type(kind);
        let description = if side == Side::Request {
            "The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into \
             it (RFC 7396). `null`: none."
        } else {
            "The app's own."
        };
        object
            .additional_properties(Some(
                utoipa::openapi::schema::AdditionalProperties::<Schema>::FreeForm(true),
            ))
            .description(Some(description))
            .into()
    }
}
