//! The table of accounts.

use super::super::row::{ColumnKind, Columns, FromRow, Value};
use super::{Table, optional_time, space_value};
use crate::domain::{Account, SpaceId};
use crate::error::Cause;

pub(in crate::store) const ACCOUNTS: Table = Table {
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
        ("changes_since", ColumnKind::Time),
        ("answer_count", ColumnKind::Int),
        ("answers_since", ColumnKind::Time),
    ],
    key: 1,
    unread: &[],
};

pub(in crate::store) fn account_row(space: &SpaceId, account: &Account) -> Vec<Value> {
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
        optional_time(account.changes_since),
        Value::Int(account.answer_count),
        optional_time(account.answers_since),
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
            changes_since: row.optional_time(8)?,
            answer_count: row.int(9)?,
            answers_since: row.optional_time(10)?,
        })
    }
}
