//! The tables that writes load and save: the columns of each in one list, and how a row is made of a value of
//! the domain and read back. From these lists `row_statements` makes the SQL.

mod account;
mod log;
mod members;

pub(super) use self::account::{ACCOUNTS, account_row};
pub(super) use self::log::{ANSWERS, CHANGES, StoredAnswer, answer_row, change_row, item_of_kind};
use self::members::{Column, Source};
use uuid::Uuid;

use super::row::{ColumnKind, Columns, FromRow, Value};
use crate::domain::order::OrderKey;
use crate::domain::{
    Anchor, Archived, Color, Content, Description, ListContent, ListId, Metadata, Occurrence,
    Place, Priority, Record, RecordContent, Recurrence, ReferenceKey, References, Shelf, SpaceId,
    Tags, Task, TaskId, TimesDone, Timestamp, Title, When, list_members, members,
};
use crate::error::Cause;

/// A table: the space and the rest of the key come first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Named],
    /// How many of the columns are the key.
    pub(super) key: usize,
    /// Columns that SQL searches by and that are never read: `more` has the same values.
    pub(super) unread: &'static [Named],
}

type Named = (&'static str, ColumnKind);

/// All tables of an export. Tickets are not among them: they are valid for a short time only.
pub(super) const ALL_TABLES: [&Table; 7] = [
    &ACCOUNTS,
    &TASKS,
    &LISTS,
    &REFERENCES,
    &TAGS,
    &CHANGES,
    &ANSWERS,
];

macro_rules! records {
    ($table:literal $(, $for_sql:ident)?; $($name:ident: $type:ty),+ $(,)?) => {{
        const ALL: &[Option<Named>] = &[
            Some(("space", ColumnKind::Text)),
            Some(("id", ColumnKind::Uuid)),
            $(members::column::<$type>(stringify!($name)),)+
            Some(("more", ColumnKind::Text)),
            Some(("created_at", ColumnKind::Time)),
            Some(("updated_at", ColumnKind::Time)),
            Some(("version", ColumnKind::Int)),
            Some(("seq", ColumnKind::Int)),
            Some(("deleted_at", ColumnKind::Time)),
            $(Some($for_sql),)?
        ];
        const COLUMNS: [Named; count(ALL)] = there(ALL);
        const SAID_TWICE: &[Option<Named>] = &[
            $(members::said_twice::<$type>(stringify!($name)),)+
            $(Some($for_sql),)?
        ];
        const UNREAD: [Named; count(SAID_TWICE)] = there(SAID_TWICE);
        Table {
            name: $table,
            columns: &COLUMNS,
            key: 2,
            unread: &UNREAD,
        }
    }};
}

/// Whether a task has a place of its own, and not that of its creation: for an index that need not be written when only
/// the place changes.
const IS_PLACED: Named = ("is_placed", ColumnKind::Bool);

pub(super) const TASKS: Table = members!(records "tasks", IS_PLACED;);
pub(super) const LISTS: Table = list_members!(records "lists";);

const fn count(all: &[Option<Named>]) -> usize {
    let (mut place, mut count) = (0, 0);
    while place < all.len() {
        if all[place].is_some() {
            count += 1;
        }
        place += 1;
    }
    count
}

/// Those that have a value.
const fn there<const COUNT: usize>(all: &[Option<Named>]) -> [Named; COUNT] {
    let mut found = [("", ColumnKind::Text); COUNT];
    let (mut place, mut next) = (0, 0);
    while place < all.len() {
        if let Some(column) = all[place] {
            found[next] = column;
            next += 1;
        }
        place += 1;
    }
    found
}

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
    unread: &[],
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
    unread: &[],
};

impl Table {
    fn read(&self) -> impl Iterator<Item = &'static str> {
        let read = self.columns[1..].iter();
        let read = read.filter(|column| !self.unread.contains(column));
        read.map(|(name, _)| *name)
    }

    /// The columns behind the space that are read, as a list for a statement, each with its table's short name before
    /// it.
    pub(super) fn list(&self, short: &str) -> String {
        let names: Vec<_> = self.read().map(|name| format!("{short}{name}")).collect();
        names.join(", ")
    }

    /// How many there are in that list.
    pub(super) const fn read_columns(&self) -> usize {
        self.columns.len() - 1 - self.unread.len()
    }
}

/// A content that is stored in columns of its own.
pub(super) trait Stored: RecordContent {
    const TABLE: &'static Table;

    fn id(uuid: Uuid) -> Self::Id;
    fn uuid(id: Self::Id) -> Uuid;
    fn values(&self, values: &mut Vec<Value>);

    /// Also returns the index after them.
    fn read(row: &impl Columns, place: usize) -> Result<(Self, usize), Cause>;

    /// For SQL.
    fn as_asked(_record: &Record<Self>, _row: &mut Vec<Value>) {}
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
                let mut more = String::new();
                $({
                    let value = self.$name.value();
                    if !<$type as Column>::IS_OWN {
                        members::note(&mut more, stringify!($name), &value);
                    }
                    if <$type as Column>::IS_ASKED_FOR {
                        values.push(value);
                    }
                })+
                values.push(if more.is_empty() {
                    Value::Null
                } else {
                    Value::Text(more.into())
                });
            }

            fn read(row: &impl Columns, place: usize) -> Result<(Self, usize), Cause> {
                const OWN: usize = 0 $(+ <$type as Column>::IS_OWN as usize)+;
                let more = row.optional_text(place + OWN)?;
                let more = more.as_deref().unwrap_or_default();
                let mut source = Source { row, place, more };
                let content = Self {
                    $($name: <$type as Column>::read(&mut source, stringify!($name))?),+
                };
                source.end()?;
                Ok((content, place + OWN + 1))
            }

            $($with)*
        }
    };
}

members! {
    stored
    impl Content, TaskId, TASKS {
        /// In a list or below a parent the column always has the place, so that an index has it.
        fn as_asked(task: &Task, row: &mut Vec<Value>) {
            let content = &task.content;
            if content.order.is_none() && task.shelf() != Shelf::default() {
                row[ORDER] = Some(OrderKey::of_creation(task.created_at)).value();
            }
            row.push(Value::Bool(row[ORDER] != Value::Null));
        }
    }
}
list_members! {
    stored
    impl ListContent, ListId, LISTS {}
}

/// The index of the column with a task's place.
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

fn optional_time(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, Value::Time)
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
        optional_time(record.deleted_at),
    ]);
    C::as_asked(record, &mut values);
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
pub(super) const TASK_COLUMNS: usize = TASKS.read_columns();
pub(super) const LIST_COLUMNS: usize = LISTS.read_columns();

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
        let (content, next) = C::read(row, 1)?;
        Ok(Self {
            id: C::id(row.uuid(0)?),
            content,
            created_at: row.time(next)?,
            updated_at: row.time(next + 1)?,
            version: row.int(next + 2)?,
            seq: row.int(next + 3)?,
            deleted_at: row.optional_time(next + 4)?,
        })
    }
}

/// Where a task stands among its siblings.
pub(super) struct StoredPlace(pub(super) Place);

impl StoredPlace {
    /// Each list of columns is all in the index by which such a place is found.
    pub(super) const OWN: &str = "id, \"order\", CAST(NULL AS timestamptz)";
    pub(super) const OF_CREATION: &str = "id, CAST(NULL AS text), created_at";
}

impl FromRow for StoredPlace {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let key = match row.optional_text(1)? {
            Some(key) => OrderKey::parse(&key)?,
            None => OrderKey::of_creation(row.time(2)?),
        };
        let id = TaskId(row.uuid(0)?);
        Ok(Self(Place { key, id }))
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
