//! The tables that writes load and save: which columns they have, in one list each, and how a row is made of a value of
//! the domain and read back. From these lists `row_statements` makes the SQL.

mod members;

use self::members::{Column, column_name};
use super::row::{ColumnKind, Columns, FromRow, Value};
use crate::domain::{
    Account, Author, Batch, Change, Content, Description, KeptAnswer, Kind, Metadata, Patch,
    Priority, ReferenceKey, References, SpaceId, Tags, Task, TaskId, Timestamp, Title, UserId,
    When, members,
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
    ],
    key: 1,
};

macro_rules! task_columns {
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
    columns: members!(task_columns),
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

pub(super) const CHANGES: Table = Table {
    name: "changes",
    columns: &[
        ("space", ColumnKind::Text),
        ("seq", ColumnKind::Int),
        ("task_id", ColumnKind::Uuid),
        ("kind", ColumnKind::Text),
        ("at", ColumnKind::Time),
        ("actor", ColumnKind::Text),
        ("request_id", ColumnKind::Text),
        ("batch_first", ColumnKind::Int),
        ("batch_size", ColumnKind::Int),
        ("undoes", ColumnKind::Int),
        ("former_seq", ColumnKind::Int),
        ("before", ColumnKind::Text),
    ],
    key: 2,
};

pub(super) const ANSWERS: Table = Table {
    name: "answers",
    columns: &[
        ("space", ColumnKind::Text),
        ("idempotency_key", ColumnKind::Text),
        ("fingerprint", ColumnKind::Text),
        ("created_at", ColumnKind::Time),
        ("answer", ColumnKind::Bytes),
    ],
    key: 2,
};

impl Table {
    /// The columns behind the space, as a list for a statement, each with its table's short name before it.
    pub(super) fn list(&self, short: &str) -> String {
        let names = self.columns[1..].iter();
        let names: Vec<_> = names.map(|(name, _)| format!("{short}{name}")).collect();
        names.join(", ")
    }
}

macro_rules! content_columns {
    ($($name:ident: $type:ty),+ $(,)?) => {
        fn content_values(content: &Content, values: &mut Vec<Value>) {
            $(values.push(content.$name.value());)+
        }

        /// Gives the place behind them, too.
        fn read_content(row: &impl Columns, mut place: usize) -> Result<(Content, usize), Cause> {
            $(
                let $name = <$type as Column>::read(row, place)?;
                place += 1;
            )+
            Ok((Content { $($name),+ }, place))
        }
    };
}
members!(content_columns);

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
    ]
}

pub(super) fn task_row(task: &Task) -> Vec<Value> {
    let mut values = Vec::with_capacity(TASKS.columns.len());
    values.extend([space_value(&task.space), Value::Uuid(task.id.0)]);
    content_values(&task.content, &mut values);
    values.extend([
        Value::Time(task.created_at),
        Value::Time(task.updated_at),
        Value::Int(task.version),
        Value::Int(task.seq),
        task.deleted_at.map_or(Value::Null, Value::Time),
    ]);
    values
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

pub(super) fn change_row(space: &SpaceId, change: &Change) -> Vec<Value> {
    let before = if change.before == Patch::default() {
        Value::Null
    } else {
        let mut json = Vec::new();
        change.before.write(&mut json);
        Value::Text(String::from_utf8_lossy(&json).into())
    };
    vec![
        space_value(space),
        Value::Int(change.seq),
        Value::Uuid(change.task.0),
        Value::Text(change.kind.as_str().into()),
        Value::Time(change.at),
        Value::Text(change.author.actor.as_arc()),
        Value::Text(change.author.request_id.clone()),
        optional_int(change.batch.map(|batch| batch.first)),
        optional_int(change.batch.map(|batch| batch.size)),
        optional_int(change.undoes),
        optional_int(change.former_seq),
        before,
    ]
}

pub(super) fn answer_row(
    space: &SpaceId,
    key: &std::sync::Arc<str>,
    kept: &KeptAnswer,
) -> Vec<Value> {
    vec![
        space_value(space),
        Value::Text(key.clone()),
        Value::Text(kept.fingerprint.as_str().into()),
        Value::Time(kept.created_at),
        Value::Bytes(kept.answer.clone()),
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
        })
    }
}

/// A task without its space, which is known to whoever asks.
#[derive(Clone)]
pub(super) struct StoredTask {
    pub(super) id: TaskId,
    content: Content,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
    pub(super) seq: i64,
    deleted_at: Option<Timestamp>,
}

/// How many columns [`StoredTask`] reads.
pub(super) const TASK_COLUMNS: usize = TASKS.columns.len() - 1;

impl StoredTask {
    pub(super) fn of(self, space: &SpaceId) -> Task {
        Task {
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

impl FromRow for StoredTask {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let (content, next) = read_content(row, 1)?;
        Ok(Self {
            id: TaskId(row.uuid(0)?),
            content,
            created_at: row.time(next)?,
            updated_at: row.time(next + 1)?,
            version: row.int(next + 2)?,
            seq: row.int(next + 3)?,
            deleted_at: row.optional_time(next + 4)?,
        })
    }
}

impl FromRow for Change {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let kind = row.text(2)?;
        let before = match row.optional_text(10)? {
            None => Patch::default(),
            Some(json) => Patch::stored(&json).map_err(|faults| format!("{json}: {faults:?}"))?,
        };
        let batch = row.optional_int(6)?.zip(row.optional_int(7)?);
        Ok(Self {
            seq: row.int(0)?,
            task: TaskId(row.uuid(1)?),
            kind: Kind::parse(&kind).ok_or_else(|| format!("a change of the kind {kind:?}"))?,
            at: row.time(3)?,
            author: Author {
                actor: UserId::stored(row.text(4)?),
                request_id: row.text(5)?.into(),
            },
            batch: batch.map(|(first, size)| Batch { first, size }),
            undoes: row.optional_int(8)?,
            former_seq: row.optional_int(9)?,
            before,
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

/// A key, and the answer that is kept under it.
pub(super) struct StoredAnswer {
    pub(super) key: String,
    pub(super) kept: KeptAnswer,
}

impl FromRow for StoredAnswer {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            key: row.text(0)?,
            kept: KeptAnswer {
                fingerprint: row.text(1)?,
                created_at: row.time(2)?,
                answer: row.bytes(3)?,
            },
        })
    }
}
