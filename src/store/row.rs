//! Values on their way into a statement and out of a row, the same for both engines.
//! What the values mean is said in `store::tasks`.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::Type;

use crate::clock::Timestamp;
use crate::error::Cause;

/// What a parameter of a statement may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Uuid,
    Bool,
    Int,
    Time,
}

impl Kind {
    pub(super) fn postgres(self) -> Type {
        match self {
            Self::Text => Type::TEXT,
            Self::Uuid => Type::UUID,
            Self::Bool => Type::BOOL,
            Self::Int => Type::INT8,
            Self::Time => Type::TIMESTAMPTZ,
        }
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Text(Arc<str>),
    Uuid(uuid::Uuid),
    Bool(bool),
    Int(i64),
    Time(Timestamp),
}

impl Value {
    pub(super) fn optional_text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    pub(super) fn optional_bool(value: Option<bool>) -> Self {
        value.map_or(Self::Null, Self::Bool)
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
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// The columns of one row of an answer, by place.
pub(super) trait Columns {
    fn text(&self, place: usize) -> Result<String, Cause>;
    fn optional_text(&self, place: usize) -> Result<Option<String>, Cause>;
    fn uuid(&self, place: usize) -> Result<uuid::Uuid, Cause>;
    fn bool(&self, place: usize) -> Result<bool, Cause>;
    fn int(&self, place: usize) -> Result<i64, Cause>;
    fn time(&self, place: usize) -> Result<Timestamp, Cause>;
    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause>;
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

    fn time(&self, place: usize) -> Result<Timestamp, Cause> {
        Ok(Timestamp::from_micros(self.get(place)?))
    }

    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause> {
        let micros: Option<i64> = self.get(place)?;
        Ok(micros.map(Timestamp::from_micros))
    }
}

/// What can be read from a row, whichever engine it comes from.
pub(super) trait FromRow: Sized + Send + 'static {
    fn from_row(row: &impl Columns) -> Result<Self, Cause>;
}

impl FromRow for () {
    fn from_row(_: &impl Columns) -> Result<Self, Cause> {
        Ok(())
    }
}
