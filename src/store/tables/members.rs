//! How the members of a task or a list are stored, by their types. What every row has is read from its own column. All
//! else is read from one column, `more`, which is `NULL` in most rows, so that a row has few columns, whatever a task
//! may have: a line for each member that has a value, with its name and its value. A member that SQL searches or sorts
//! by has a column as well.

use uuid::Uuid;

use super::super::row::{ColumnKind, Columns, Value};
use super::{Named, optional_int};
use crate::domain::order::OrderKey;
use crate::domain::{
    Anchor, Archived, Color, Description, ListId, Member, Metadata, Occurrence, Priority,
    Recurrence, References, Tags, TaskId, TimesDone, Timestamp, Title, When,
};
use crate::error::Cause;

/// How the type of a member is stored.
pub(super) trait Column: Sized {
    const KIND: ColumnKind;

    /// Whether every row has it.
    const IS_OWN: bool = false;

    /// Whether there is a column for it.
    const IS_ASKED_FOR: bool = true;

    fn value(&self) -> Value;

    fn read<R: Columns>(source: &mut Source<'_, R>, name: &str) -> Result<Self, Cause>;
}

/// Where members are read.
pub(super) struct Source<'a, R> {
    pub(super) row: &'a R,
    /// The next one of the own columns.
    pub(super) place: usize,
    /// The rest that was not read yet. Its lines are in the order of the members, which are read in this order, too.
    pub(super) more: &'a str,
}

impl<'a, R> Source<'a, R> {
    fn own(&mut self) -> (&'a R, usize) {
        self.place += 1;
        (self.row, self.place - 1)
    }

    /// The value of a member, if it has one. Inlined, since in most rows there is none of any.
    #[inline]
    fn line(&mut self, name: &str) -> Option<&'a str> {
        if self.more.is_empty() {
            return None;
        }
        self.find_line(name)
    }

    #[inline(never)]
    fn find_line(&mut self, name: &str) -> Option<&'a str> {
        let rest = self.more.strip_prefix(name)?.strip_prefix(' ')?;
        let (value, rest) = rest.split_once('\n')?;
        self.more = rest;
        Some(value)
    }

    /// To be called when all members were read: an unknown line would otherwise hide those after it.
    pub(super) fn end(&self) -> Result<(), Cause> {
        if self.more.is_empty() {
            return Ok(());
        }
        Err(format!("no member is read from {:?}", self.more).into())
    }
}

/// Adds a line to `more`: to be called for one member after another. No value that stands there has a line feed in it:
/// JSON has none in its texts.
pub(super) fn note(more: &mut String, name: &str, value: &Value) {
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Uuid(id) => id.to_string(),
        Value::Time(time) => time.as_micros().to_string(),
        // All other members are in every row.
        Value::Null | Value::Bool(_) | Value::Bytes(_) | Value::Texts(_) => return,
    };
    more.push_str(name);
    more.push(' ');
    more.push_str(&text);
    more.push('\n');
}

pub(super) const fn column<T: Column>(name: &'static str) -> Option<Named> {
    if T::IS_ASKED_FOR {
        Some((column_name(name), T::KIND))
    } else {
        None
    }
}

/// The column of what is read from `more`.
pub(super) const fn said_twice<T: Column>(name: &'static str) -> Option<Named> {
    if T::IS_OWN { None } else { column::<T>(name) }
}

/// That of the member, unless it is a word of SQL.
const fn column_name(member: &'static str) -> &'static str {
    match member.as_bytes() {
        b"references" => "\"references\"",
        b"order" => "\"order\"",
        _ => member,
    }
}

macro_rules! own_columns {
    ($($type:ty: $kind:ident, $value:expr, $read:expr;)+) => {
        $(impl Column for $type {
            const KIND: ColumnKind = ColumnKind::$kind;
            const IS_OWN: bool = true;

            fn value(&self) -> Value {
                let value: fn(&Self) -> Value = $value;
                value(self)
            }

            fn read<R: Columns>(source: &mut Source<'_, R>, _: &str) -> Result<Self, Cause> {
                let (row, place) = source.own();
                let read: fn(&R, usize) -> Result<Self, Cause> = $read;
                read(row, place)
            }
        })+
    };
}

own_columns! {
    Title: Text,
        |title| Value::Text(title.as_str().into()),
        |row, place| row.text(place).map(Self::stored);
    Option<Description>: Text,
        |text| text.as_ref().map_or(Value::Null, |text| Value::Text(text.as_str().into())),
        |row, place| Ok(row.optional_text(place)?.map(Description::stored));
    bool: Bool, |flag| Value::Bool(*flag), |row, place| row.bool(place);
    Archived: Bool, |archived| Value::Bool(archived.0), |row, place| row.bool(place).map(Self);
}

macro_rules! more_columns {
    ($($type:ty: $kind:ident, $asked:literal, $value:expr, $read:expr;)+) => {
        $(impl Column for Option<$type> {
            const KIND: ColumnKind = ColumnKind::$kind;
            const IS_ASKED_FOR: bool = $asked;

            fn value(&self) -> Value {
                let value: fn(&$type) -> Value = $value;
                self.as_ref().map_or(Value::Null, value)
            }

            #[inline]
            fn read<R: Columns>(source: &mut Source<'_, R>, name: &str) -> Result<Self, Cause> {
                let read: fn(&str) -> Result<$type, Cause> = $read;
                source.line(name).map(read).transpose()
            }
        })+
    };
}

more_columns! {
    Timestamp: Time, true, |time| Value::Time(*time), |text| Ok(Timestamp::from_micros(text.parse()?));
    When: Text, true, |when| Value::Text(when.as_str().into()), |text| Ok(When::stored(text.into()));
    Priority: Int, true,
        |priority| optional_int(Some(priority.as_i64())),
        |text| Ok(Priority::stored(text.parse()?));
    ListId: Uuid, true, |id| Value::Uuid(id.0), |text| Ok(ListId(Uuid::try_parse(text)?));
    TaskId: Uuid, true, |id| Value::Uuid(id.0), |text| Ok(TaskId(Uuid::try_parse(text)?));
    OrderKey: Text, true, |key| Value::Text(key.as_str().into()), |text| Ok(OrderKey::parse(text)?);
    Color: Text, false,
        |color| Value::Text(color.as_str().into()),
        |text| Ok(Color::stored(text.into()));
    Recurrence: Text, true, |recurrence| json_value(recurrence.clone()), |text| read_json(text);
    Anchor: Text, false, |anchor| json_value(anchor.clone()), |text| read_json(text);
    Occurrence: Text, false, |day| json_value(*day), |text| read_json(text);
    TimesDone: Int, false, |count| optional_int(Some(count.0.into())), |text| Ok(TimesDone(text.parse()?));
    Metadata: Text, false,
        |metadata| Value::Text(metadata.as_json().into()),
        |text| Ok(Metadata::stored(text.into()));
}

/// As in the JSON of a task.
fn json_value<T>(value: T) -> Value
where
    Option<T>: Member,
{
    let mut json = Vec::new();
    Some(value).write(&mut json);
    Value::Text(String::from_utf8_lossy(&json).into())
}

fn read_json<T>(json: &str) -> Result<T, Cause>
where
    Option<T>: Member,
{
    let read = <Option<T>>::stored(json).map_err(|rule| format!("{json}: {rule}"))?;
    read.ok_or_else(|| "null has no line".into())
}

macro_rules! json_columns {
    ($($type:ty),+) => {
        $(impl Column for $type {
            const KIND: ColumnKind = ColumnKind::Text;

            fn value(&self) -> Value {
                if self.is_left_out() {
                    return Value::Null;
                }
                let mut json = Vec::new();
                self.write(&mut json);
                Value::Text(String::from_utf8_lossy(&json).into())
            }

            #[inline]
            fn read<R: Columns>(source: &mut Source<'_, R>, name: &str) -> Result<Self, Cause> {
                let Some(json) = source.line(name) else {
                    return Ok(Self::default());
                };
                Self::stored(json).map_err(|rule| Cause::from(format!("{json}: {rule}")))
            }
        })+
    };
}
json_columns!(Tags, References);
