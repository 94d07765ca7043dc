//! The tables that writes load and save: which columns they have, in one list each, and how a row is made of a value of
//! the domain and read back. From these lists `row_statements` makes the SQL.

mod log;
mod members;

pub(super) use self::log::{ANSWERS, CHANGES, StoredAnswer, answer_row, change_row};
use self::members::{Column, column_name};
use uuid::Uuid;

use super::row::{ColumnKind, Columns, FromRow, Value};
use crate::domain::order::OrderKey;
use crate::domain::{
    Account, Archived, Color, Content, Description, ListContent, ListId, Metadata, Priority,
    Record, RecordContent, ReferenceKey, References, Shelf, SpaceId, Tags, Task, TaskId, Timestamp,
    Title, When, list_members, members,
};
use crate::error::Cause;

/// A table: the space and the rest of the key come first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, ColumnKind)],
    /// How many of the columns are the key.
    pub(super) key: usize,
}

pub(super) const ACCOUNTS: Table = Table {
    name: "accounts",
    columns: &[
        ("space", ColumnKind::Text),
        ("epoch", ColumnKind::Int),
        ("seq", ColumnKind::Int),
        ("swept_seq", ColumnKind::Int),
        ("forgotten_seq", ColumnKind::Int),
        ("task_count", ColumnKind::Int),
        ("completed_count", ColumnKind::Int),
        ("deleted_count", ColumnKind::Int),
        ("is_leaving", ColumnKind::Bool),
    ],
    key: 1,
};

macro_rules! columns {
    ($($name:ident: $type:ty),+ $(,)?) => {
        &[
            ("space", ColumnKind::Text),
            ("id", ColumnKind::Uuid),
            $((column_name(stringify!($name)), <$type as Column>::KIND),)+
            ("created_at", ColumnKind::Time),
            ("updated_at", ColumnKind::Time),
            ("version", ColumnKind::Int),
            ("seq", ColumnKind::Int),
            ("deleted_at", ColumnKind::Time),
        ]
    };
}

pub(super) const TASKS: Table = Table {
    name: "tasks",
    columns: members!(columns),
    key: 2,
};

pub(super) const LISTS: Table = Table {
    name: "lists",
    columns: list_members!(columns),
    key: 2,
};

/// Which task that is not in the trash has a reference: one at most.
pub(super) const REFERENCES: Table = Table {
    name: "task_references",
    columns: &[
        ("space", ColumnKind::Text),
        ("source", ColumnKind::Text),
        ("external_id", ColumnKind::Text),
        ("task_id", ColumnKind::Uuid),
    ],
    key: 3,
};

/// Which tasks that are not in the trash have a tag.
pub(super) const TAGS: Table = Table {
    name: "task_tags",
    columns: &[
        ("space", ColumnKind::Text),
        ("tag", ColumnKind::Text),
        ("task_id", ColumnKind::Uuid),
    ],
    key: 3,
};

impl Table {
    /// The columns behind the space, as a list for a statement, each with its table's short name before it.
    pub(super) fn list(&self, short: &str) -> String {
        let names = self.columns[1..].iter();
        let names: Vec<_> = names.map(|(name, _)| format!("{short}{name}")).collect();
        names.join(", ")
    }
}

/// A content that is stored in columns of its own.
pub(super) trait Stored: RecordContent {
    const TABLE: &'static Table;

    fn id(uuid: Uuid) -> Self::Id;
    fn uuid(id: Self::Id) -> Uuid;
    fn values(&self, values: &mut Vec<Value>);

    /// Gives the place behind them, too.
    fn read(row: &impl Columns, place: usize) -> Result<(Self, usize), Cause>;

    /// The row as it is stored, of the record as it is.
    fn as_stored(_record: &Record<Self>, _row: &mut [Value]) {}

    /// The content as it is told, of the record as it is stored.
    fn as_told(&mut self, _created_at: Timestamp) {}
}

macro_rules! stored {
    (
        impl $content:ident, $id:ident, $table:ident { $($with:item)* }
        $($name:ident: $type:ty),+ $(,)?
    ) => {
        impl Stored for $content {
            const TABLE: &'static Table = &$table;

            fn id(uuid: Uuid) -> $id {
                $id(uuid)
            }

            fn uuid(id: $id) -> Uuid {
                id.0
            }

            fn values(&self, values: &mut Vec<Value>) {
                $(values.push(self.$name.value());)+
            }

            fn read(row: &impl Columns, mut place: usize) -> Result<(Self, usize), Cause> {
                $(
                    let $name = <$type as Column>::read(row, place)?;
                    place += 1;
                )+
                Ok((Self { $($name),+ }, place))
            }

            $($with)*
        }
    };
}

members! {
    stored
    impl Content, TaskId, TASKS {
        /// In a list or below a parent the place is always stored, so that an index has it.
        fn as_stored(task: &Task, row: &mut [Value]) {
            let content = &task.content;
            if content.order.is_none() && task.shelf() != Shelf::default() {
                row[ORDER] = Some(OrderKey::of_creation(task.created_at)).value();
            }
        }

        fn as_told(&mut self, created_at: Timestamp) {
            if self.list_id.is_some() || self.parent_id.is_some() {
                let moved = |key: &OrderKey| *key != OrderKey::of_creation(created_at);
                self.order = self.order.take().filter(moved);
            }
        }
    }
}
list_members! {
    stored
    impl ListContent, ListId, LISTS {}
}

/// Which column of a task has its place.
const ORDER: usize = {
    let mut place = 0;
    while !matches!(TASKS.columns[place].0.as_bytes(), b"\"order\"") {
        place += 1;
    }
    place
};

pub(super) fn space_value(space: &SpaceId) -> Value {
    Value::Text(space.as_arc())
}

pub(super) fn optional_int(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Int)
}

pub(super) fn account_row(space: &SpaceId, account: &Account) -> Vec<Value> {
    vec![
        space_value(space),
        Value::Int(account.epoch),
        Value::Int(account.seq),
        Value::Int(account.swept_seq),
        Value::Int(account.forgotten_seq),
        Value::Int(account.task_count),
        Value::Int(account.completed_count),
        Value::Int(account.deleted_count),
        Value::Bool(account.is_leaving),
    ]
}

pub(super) fn record_row<C: Stored>(record: &Record<C>) -> Vec<Value> {
    let mut values = Vec::with_capacity(C::TABLE.columns.len());
    values.extend(record_key(record));
    record.content.values(&mut values);
    values.extend([
        Value::Time(record.created_at),
        Value::Time(record.updated_at),
        Value::Int(record.version),
        Value::Int(record.seq),
        record.deleted_at.map_or(Value::Null, Value::Time),
    ]);
    C::as_stored(record, &mut values);
    values
}

pub(super) fn record_key<C: Stored>(record: &Record<C>) -> [Value; 2] {
    [space_value(&record.space), Value::Uuid(C::uuid(record.id))]
}

pub(super) fn reference_key(space: &SpaceId, reference: &ReferenceKey) -> Vec<Value> {
    vec![
        space_value(space),
        Value::Text(reference.source.as_str().into()),
        Value::Text(reference.external_id.as_str().into()),
    ]
}

pub(super) fn reference_row(
    space: &SpaceId,
    reference: &ReferenceKey,
    holder: TaskId,
) -> Vec<Value> {
    let mut values = reference_key(space, reference);
    values.push(Value::Uuid(holder.0));
    values
}

pub(super) fn tag_row(space: &SpaceId, tag: &str, task: TaskId) -> Vec<Value> {
    vec![
        space_value(space),
        Value::Text(tag.into()),
        Value::Uuid(task.0),
    ]
}

impl FromRow for Account {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            epoch: row.int(0)?,
            seq: row.int(1)?,
            swept_seq: row.int(2)?,
            forgotten_seq: row.int(3)?,
            task_count: row.int(4)?,
            completed_count: row.int(5)?,
            deleted_count: row.int(6)?,
            is_leaving: row.bool(7)?,
        })
    }
}

/// A task or a list without its space, which is known to whoever asks.
#[derive(Clone)]
pub(super) struct StoredRecord<C: Stored> {
    pub(super) id: C::Id,
    content: C,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
    pub(super) seq: i64,
    deleted_at: Option<Timestamp>,
}

pub(super) type StoredTask = StoredRecord<Content>;
pub(super) type StoredList = StoredRecord<ListContent>;

/// How many columns [`StoredTask`] and [`StoredList`] read.
pub(super) const TASK_COLUMNS: usize = TASKS.columns.len() - 1;
pub(super) const LIST_COLUMNS: usize = LISTS.columns.len() - 1;

impl<C: Stored> StoredRecord<C> {
    pub(super) fn of(self, space: &SpaceId) -> Record<C> {
        Record {
            space: space.clone(),
            id: self.id,
            content: self.content,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
            seq: self.seq,
            deleted_at: self.deleted_at,
        }
    }
}

impl<C: Stored> FromRow for StoredRecord<C> {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let (mut content, next) = C::read(row, 1)?;
        let created_at = row.time(next)?;
        content.as_told(created_at);
        Ok(Self {
            id: C::id(row.uuid(0)?),
            content,
            created_at,
            updated_at: row.time(next + 1)?,
            version: row.int(next + 2)?,
            seq: row.int(next + 3)?,
            deleted_at: row.optional_time(next + 4)?,
        })
    }
}

/// A reference, and the task that has it.
pub(super) struct StoredReference {
    pub(super) reference: ReferenceKey,
    pub(super) holder: TaskId,
}

impl FromRow for StoredReference {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            reference: ReferenceKey {
                source: row.text(0)?,
                external_id: row.text(1)?,
            },
            holder: TaskId(row.uuid(2)?),
        })
    }
}
