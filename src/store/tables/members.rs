//! How the members of a task are stored, by their types.

use super::super::row::{ColumnKind, Columns, Value};
use super::optional_int;
use crate::domain::order::OrderKey;
use crate::domain::{
    Archived, Color, Description, ListId, Member, Metadata, Priority, References, Tags, TaskId,
    Timestamp, Title, When,
};
use crate::error::Cause;

/// That of the member, unless it is a word of SQL.
pub(super) const fn column_name(member: &'static str) -> &'static str {
    match member.as_bytes() {
        b"references" => "\"references\"",
        b"order" => "\"order\"",
        _ => member,
    }
}

/// How the type of a task's member is stored, in one column.
pub(super) trait Column: Sized {
    const KIND: ColumnKind;
    fn value(&self) -> Value;
    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause>;
}

impl Column for Title {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        Value::Text(self.as_str().into())
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        row.text(place).map(Self::stored)
    }
}

impl Column for Option<Description> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        let text = self.as_ref().map(|text| Value::Text(text.as_str().into()));
        text.unwrap_or(Value::Null)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        Ok(row.optional_text(place)?.map(Description::stored))
    }
}

impl Column for bool {
    const KIND: ColumnKind = ColumnKind::Bool;

    fn value(&self) -> Value {
        Value::Bool(*self)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        row.bool(place)
    }
}

impl Column for Option<Timestamp> {
    const KIND: ColumnKind = ColumnKind::Time;

    fn value(&self) -> Value {
        self.map_or(Value::Null, Value::Time)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        row.optional_time(place)
    }
}

impl Column for Option<When> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        let when = self.as_ref();
        when.map_or(Value::Null, |when| Value::Text(when.as_str().into()))
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        Ok(row.optional_text(place)?.map(When::stored))
    }
}

impl Column for Option<Priority> {
    const KIND: ColumnKind = ColumnKind::Int;

    fn value(&self) -> Value {
        optional_int(self.map(Priority::as_i64))
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        Ok(row.optional_int(place)?.map(Priority::stored))
    }
}

impl Column for Tags {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        json_value(self)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        read_json(row, place)
    }
}

impl Column for References {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        json_value(self)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        read_json(row, place)
    }
}

impl Column for Option<Metadata> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        json_value(self)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        Ok(row.optional_text(place)?.map(Metadata::stored))
    }
}

macro_rules! id_columns {
    ($($id:ident),+) => {
        $(impl Column for Option<$id> {
            const KIND: ColumnKind = ColumnKind::Uuid;

            fn value(&self) -> Value {
                self.map_or(Value::Null, |id| Value::Uuid(id.0))
            }

            fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
                Ok(row.optional_uuid(place)?.map($id))
            }
        })+
    };
}
id_columns!(ListId, TaskId);

impl Column for Option<OrderKey> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        let key = self.as_ref();
        key.map_or(Value::Null, |key| Value::Text(key.as_str().into()))
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        let text = row.optional_text(place)?;
        text.map(|text| OrderKey::parse(&text).map_err(Cause::from))
            .transpose()
    }
}

impl Column for Option<Color> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn value(&self) -> Value {
        let color = self.as_ref();
        color.map_or(Value::Null, |color| Value::Text(color.as_str().into()))
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        Ok(row.optional_text(place)?.map(Color::stored))
    }
}

impl Column for Archived {
    const KIND: ColumnKind = ColumnKind::Bool;

    fn value(&self) -> Value {
        Value::Bool(self.0)
    }

    fn read(row: &impl Columns, place: usize) -> Result<Self, Cause> {
        row.bool(place).map(Self)
    }
}

/// A member as its JSON text; nothing where it has no value.
fn json_value(member: &impl Member) -> Value {
    if member.is_left_out() {
        return Value::Null;
    }
    let mut json = Vec::new();
    member.write(&mut json);
    Value::Text(String::from_utf8_lossy(&json).into())
}

fn read_json<T: Member>(row: &impl Columns, place: usize) -> Result<T, Cause> {
    let json = row.optional_text(place)?;
    let json = json.as_deref().unwrap_or("null");
    T::stored(json).map_err(|rule| format!("{json}: {rule}").into())
}
