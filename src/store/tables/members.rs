//! How the members of a task are stored, by their types.

use super::super::row::{ColumnKind, Columns, Value};
use super::optional_int;
use crate::domain::{
    Description, Member, Metadata, Priority, References, Tags, Timestamp, Title, When,
};
use crate::error::Cause;

/// That of the member, unless it is a word of SQL.
pub(super) const fn column_name(member: &'static str) -> &'static str {
    match member.as_bytes() {
        b"references" => "\"references\"",
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
