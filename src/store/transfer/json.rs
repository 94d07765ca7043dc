//! A row as a line of JSON: an array with a value for each column. Times are microseconds since 1970, bytes are base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::row::{ColumnKind, Value};
use super::super::tables::Table;
use crate::domain::Timestamp;

pub(super) struct JsonRow<'a>(pub(super) &'a [Value]);

struct JsonValue<'a>(&'a Value);

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(JsonValue))
    }
}

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Uuid(id) => serializer.collect_str(id),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Time(time) => serializer.serialize_i64(time.as_micros()),
            Value::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            Value::Texts(texts) => serializer.collect_seq(texts.iter().map(|text| &**text)),
        }
    }
}

/// A line with a row of a table.
pub(super) fn row_of(table: &Table, line: &[u8]) -> Result<Vec<Value>, String> {
    let values: Vec<Json> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if values.len() != table.columns.len() {
        let (given, wanted) = (values.len(), table.columns.len());
        return Err(format!("{given} values where {} has {wanted}", table.name));
    }
    let columns = table.columns.iter().zip(values);
    let values = columns.map(|((name, kind), value)| {
        value_of(*kind, value).ok_or_else(|| format!("no value for {}: {name}", table.name))
    });
    values.collect()
}

fn value_of(kind: ColumnKind, value: Json) -> Option<Value> {
    Some(match (kind, value) {
        (_, Json::Null) => Value::Null,
        (ColumnKind::Text, Json::String(text)) => Value::Text(text.into()),
        (ColumnKind::Uuid, Json::String(text)) => Value::Uuid(Uuid::try_parse(&text).ok()?),
        (ColumnKind::Bool, Json::Bool(flag)) => Value::Bool(flag),
        (ColumnKind::Int, Json::Number(number)) => Value::Int(number.as_i64()?),
        (ColumnKind::Time, Json::Number(number)) => {
            Value::Time(Timestamp::from_micros(number.as_i64()?))
        }
        (ColumnKind::Bytes, Json::String(text)) => Value::Bytes(STANDARD.decode(text).ok()?.into()),
        _ => return None,
    })
}
