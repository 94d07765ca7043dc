//! Values as parameters of a statement and in the columns of a row, the same for both engines. Which columns a table
//! has is defined in `tables`.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use crate::domain::Timestamp;
use crate::error::Cause;

/// What a parameter or a column may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Uuid,
    Bool,
    Int,
    Time,
    Bytes,
    /// A list of texts: a parameter only, and only for PostgreSQL.
    Texts,
}

impl ColumnKind {
    /// Built-in types only: about others the driver would have to ask the server.
    pub(super) fn postgres(self) -> Type {
        match self {
            Self::Text => Type::TEXT,
            Self::Uuid => Type::UUID,
            Self::Bool => Type::BOOL,
            Self::Int => Type::INT8,
            Self::Time => Type::TIMESTAMPTZ,
            Self::Bytes => Type::BYTEA,
            Self::Texts => Type::TEXT_ARRAY,
        }
    }

    /// The type of a list of such values.
    pub(super) fn postgres_array(self) -> Type {
        match self {
            Self::Text | Self::Texts => Type::TEXT_ARRAY,
            Self::Uuid => Type::UUID_ARRAY,
            Self::Bool => Type::BOOL_ARRAY,
            Self::Int => Type::INT8_ARRAY,
            Self::Time => Type::TIMESTAMPTZ_ARRAY,
            Self::Bytes => Type::BYTEA_ARRAY,
        }
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(Arc<str>),
    Uuid(uuid::Uuid),
    Bool(bool),
    Int(i64),
    Time(Timestamp),
    Bytes(Arc<[u8]>),
    Texts(Vec<Arc<str>>),
}

impl Value {
    /// What kind of parameter it is; `Null` may be any.
    pub(super) fn kind(&self) -> ColumnKind {
        match self {
            Self::Null | Self::Text(_) => ColumnKind::Text,
            Self::Uuid(_) => ColumnKind::Uuid,
            Self::Bool(_) => ColumnKind::Bool,
            Self::Int(_) => ColumnKind::Int,
            Self::Time(_) => ColumnKind::Time,
            Self::Bytes(_) => ColumnKind::Bytes,
            Self::Texts(_) => ColumnKind::Texts,
        }
    }

    /// About how many bytes it has.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Texts(texts) => texts.iter().map(|text| text.len()).sum(),
            _ => size_of::<Self>(),
        }
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Uuid(id) => ValueRef::Blob(id.as_bytes()),
            Self::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Time(time) => ValueRef::Integer(time.as_micros()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Texts(texts) => {
                let json = serde_json::to_string(texts);
                let json =
                    json.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                return Ok(ToSqlOutput::Owned(rusqlite::types::Value::Text(json)));
            }
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// The microseconds from 1970 to 2000, where PostgreSQL's time begins.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Text(text) => (&**text).to_sql(kind, out),
            Self::Uuid(id) => {
                out.extend_from_slice(id.as_bytes());
                Ok(IsNull::No)
            }
            Self::Bool(flag) => flag.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Time(time) => time
                .as_micros()
                .saturating_sub(POSTGRES_EPOCH_MICROS)
                .to_sql(kind, out),
            Self::Bytes(bytes) => (&**bytes).to_sql(kind, out),
            Self::Texts(texts) => {
                let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
                texts.to_sql(kind, out)
            }
        }
    }

    // The statement's own list of kinds is what both sides rely on; a test runs each statement.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct PostgresUuid(uuid::Uuid);

impl<'a> FromSql<'a> for PostgresUuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(uuid::Uuid::from_slice(raw)?))
    }

    accepts!(UUID);
}

struct PostgresTime(Timestamp);

impl<'a> FromSql<'a> for PostgresTime {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(Timestamp::from_micros(
            micros.saturating_add(POSTGRES_EPOCH_MICROS),
        )))
    }

    accepts!(TIMESTAMPTZ);
}

/// The columns of one row of an answer, by place.
pub(super) trait Columns {
    fn text(&self, place: usize) -> Result<String, Cause>;
    fn optional_text(&self, place: usize) -> Result<Option<String>, Cause>;
    fn uuid(&self, place: usize) -> Result<uuid::Uuid, Cause>;
    fn bool(&self, place: usize) -> Result<bool, Cause>;
    fn int(&self, place: usize) -> Result<i64, Cause>;
    fn optional_int(&self, place: usize) -> Result<Option<i64>, Cause>;
    fn time(&self, place: usize) -> Result<Timestamp, Cause>;
    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause>;
    fn bytes(&self, place: usize) -> Result<Arc<[u8]>, Cause>;

    /// Any value, also `NULL`.
    fn value(&self, place: usize, kind: ColumnKind) -> Result<Value, Cause>;
}

impl Columns for tokio_postgres::Row {
    fn text(&self, place: usize) -> Result<String, Cause> {
        Ok(self.try_get(place)?)
    }

    fn optional_text(&self, place: usize) -> Result<Option<String>, Cause> {
        Ok(self.try_get(place)?)
    }

    fn uuid(&self, place: usize) -> Result<uuid::Uuid, Cause> {
        Ok(self.try_get::<_, PostgresUuid>(place)?.0)
    }

    fn bool(&self, place: usize) -> Result<bool, Cause> {
        Ok(self.try_get(place)?)
    }

    fn int(&self, place: usize) -> Result<i64, Cause> {
        Ok(self.try_get(place)?)
    }

    fn optional_int(&self, place: usize) -> Result<Option<i64>, Cause> {
        Ok(self.try_get(place)?)
    }

    fn time(&self, place: usize) -> Result<Timestamp, Cause> {
        Ok(self.try_get::<_, PostgresTime>(place)?.0)
    }

    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause> {
        let time: Option<PostgresTime> = self.try_get(place)?;
        Ok(time.map(|time| time.0))
    }

    fn bytes(&self, place: usize) -> Result<Arc<[u8]>, Cause> {
        Ok(self.try_get::<_, &[u8]>(place)?.into())
    }

    fn value(&self, place: usize, kind: ColumnKind) -> Result<Value, Cause> {
        let value = match kind {
            ColumnKind::Text | ColumnKind::Texts => {
                let text: Option<&str> = self.try_get(place)?;
                text.map(|text| Value::Text(text.into()))
            }
            ColumnKind::Uuid => {
                let id: Option<PostgresUuid> = self.try_get(place)?;
                id.map(|id| Value::Uuid(id.0))
            }
            ColumnKind::Bool => self.try_get::<_, Option<bool>>(place)?.map(Value::Bool),
            ColumnKind::Int => self.optional_int(place)?.map(Value::Int),
            ColumnKind::Time => self.optional_time(place)?.map(Value::Time),
            ColumnKind::Bytes => {
                let bytes: Option<&[u8]> = self.try_get(place)?;
                bytes.map(|bytes| Value::Bytes(bytes.into()))
            }
        };
        Ok(value.unwrap_or(Value::Null))
    }
}

impl Columns for rusqlite::Row<'_> {
    fn text(&self, place: usize) -> Result<String, Cause> {
        Ok(self.get(place)?)
    }

    fn optional_text(&self, place: usize) -> Result<Option<String>, Cause> {
        Ok(self.get(place)?)
    }

    fn uuid(&self, place: usize) -> Result<uuid::Uuid, Cause> {
        Ok(uuid::Uuid::from_slice(self.get_ref(place)?.as_blob()?)?)
    }

    fn bool(&self, place: usize) -> Result<bool, Cause> {
        Ok(self.get(place)?)
    }

    fn int(&self, place: usize) -> Result<i64, Cause> {
        Ok(self.get(place)?)
    }

    fn optional_int(&self, place: usize) -> Result<Option<i64>, Cause> {
        Ok(self.get(place)?)
    }

    fn time(&self, place: usize) -> Result<Timestamp, Cause> {
        Ok(Timestamp::from_micros(self.get(place)?))
    }

    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause> {
        let micros: Option<i64> = self.get(place)?;
        Ok(micros.map(Timestamp::from_micros))
    }

    fn bytes(&self, place: usize) -> Result<Arc<[u8]>, Cause> {
        Ok(self.get_ref(place)?.as_blob()?.into())
    }

    fn value(&self, place: usize, kind: ColumnKind) -> Result<Value, Cause> {
        if self.get_ref(place)? == ValueRef::Null {
            return Ok(Value::Null);
        }
        Ok(match kind {
            ColumnKind::Text | ColumnKind::Texts => Value::Text(self.text(place)?.into()),
            ColumnKind::Uuid => Value::Uuid(self.uuid(place)?),
            ColumnKind::Bool => Value::Bool(self.bool(place)?),
            ColumnKind::Int => Value::Int(self.int(place)?),
            ColumnKind::Time => Value::Time(self.time(place)?),
            ColumnKind::Bytes => Value::Bytes(self.bytes(place)?),
        })
    }
}

/// What can be read from a row, whichever engine it comes from.
pub(super) trait FromRow: Sized + Send + 'static {
    fn from_row(row: &impl Columns) -> Result<Self, Cause>;

    /// A row behind the first: what all rows say alike need not be read again.
    fn from_next_row(row: &impl Columns) -> Result<Self, Cause> {
        Self::from_row(row)
    }

    /// Reads the next row of an answer.
    fn add_row(found: &mut Vec<Self>, row: &impl Columns) -> Result<(), Cause> {
        let read = if found.is_empty() {
            Self::from_row(row)
        } else {
            Self::from_next_row(row)
        };
        found.push(read?);
        Ok(())
    }
}

impl FromRow for () {
    fn from_row(_: &impl Columns) -> Result<Self, Cause> {
        Ok(())
    }
}
