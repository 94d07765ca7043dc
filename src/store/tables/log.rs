//! The tables of the past: changes, and kept answers.

use super::super::row::{ColumnKind, Columns, FromRow, Value};
use super::{Table, optional_int, space_value};
use crate::domain::{
    Author, Batch, Change, ItemId, KeptAnswer, Kind, ListId, ListPatch, Patch, RecordPatch,
    Replaced, SpaceId, TaskId, UserId,
};
use crate::error::Cause;

pub(in crate::store) const CHANGES: Table = Table {
    name: "changes",
    columns: &[
        ("space", ColumnKind::Text),
        ("seq", ColumnKind::Int),
        ("item_id", ColumnKind::Uuid),
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
    unread: &[],
};

pub(in crate::store) const ANSWERS: Table = Table {
    name: "answers",
    columns: &[
        ("space", ColumnKind::Text),
        ("idempotency_key", ColumnKind::Text),
        ("fingerprint", ColumnKind::Text),
        ("created_at", ColumnKind::Time),
        ("answer", ColumnKind::Bytes),
    ],
    key: 2,
    unread: &[],
};

/// The prefix of the kind of a change of a list.
const OF_LIST: &str = "list ";

pub(in crate::store) fn change_row(space: &SpaceId, change: &Change) -> Vec<Value> {
    let kind = change.kind.as_str();
    let (kind, before) = match &change.replaced {
        Replaced::Task(_, before) => (kind.into(), json_of(before)),
        Replaced::List(_, before) => (format!("{OF_LIST}{kind}").into(), json_of(before)),
    };
    vec![
        space_value(space),
        Value::Int(change.seq),
        Value::Uuid(change.replaced.item().uuid()),
        Value::Text(kind),
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

fn json_of<P: RecordPatch>(before: &P) -> Value {
    if *before == P::default() {
        return Value::Null;
    }
    let mut json = Vec::new();
    before.write(&mut json);
    Value::Text(String::from_utf8_lossy(&json).into())
}

pub(in crate::store) fn answer_row(
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

/// The item of a change, from the stored kind.
pub(in crate::store) fn item_of_kind(id: uuid::Uuid, kind: &str) -> ItemId {
    if kind.starts_with(OF_LIST) {
        ItemId::List(ListId(id))
    } else {
        ItemId::Task(TaskId(id))
    }
}

impl FromRow for Change {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let (uuid, kind) = (row.uuid(1)?, row.text(2)?);
        let before = row.optional_text(10)?;
        let before = before.as_deref().unwrap_or("{}");
        let unreadable = |faults| format!("{before}: {faults:?}");
        let (replaced, kind) = match kind.strip_prefix(OF_LIST) {
            None => {
                let patch = Patch::stored(before).map_err(unreadable)?;
                (Replaced::Task(TaskId(uuid), patch), kind.as_str())
            }
            Some(kind) => {
                let patch = ListPatch::stored(before).map_err(unreadable)?;
                (Replaced::List(ListId(uuid), patch), kind)
            }
        };
        let batch = row.optional_int(6)?.zip(row.optional_int(7)?);
        Ok(Self {
            seq: row.int(0)?,
            replaced,
            kind: Kind::parse(kind).ok_or_else(|| format!("a change of the kind {kind:?}"))?,
            at: row.time(3)?,
            author: Author {
                actor: UserId::stored(row.text(4)?),
                request_id: row.text(5)?.into(),
            },
            batch: batch.map(|(first, size)| Batch { first, size }),
            undoes: row.optional_int(8)?,
            former_seq: row.optional_int(9)?,
        })
    }
}

/// A key, and the answer that is kept under it.
pub(in crate::store) struct StoredAnswer {
    pub(in crate::store) key: String,
    pub(in crate::store) kept: KeptAnswer,
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
