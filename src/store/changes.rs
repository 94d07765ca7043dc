//! Reads changes: each method is one statement.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::{ACCOUNTS, StoredList, StoredTask, space_value};
use crate::domain::{Account, Item, Noun, SpaceId};
use crate::error::{Cause, Error};

impl Store {
    /// At most `limit` tasks, or lists, by their latest change, of those in `numbers`, in the order of the changes.
    /// Deletions up to `deleted_after` are left out.
    pub async fn list_changes(
        &self,
        space: &SpaceId,
        noun: Noun,
        numbers: RangeInclusive<i64>,
        deleted_after: i64,
        limit: usize,
    ) -> Result<Vec<Item>, Error> {
        let values = vec![
            space_value(space),
            Value::Int(numbers.start() - 1),
            Value::Int(*numbers.end()),
            Value::Int(deleted_after),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        Ok(match noun {
            Noun::Task => {
                let rows: Vec<StoredTask> = self.read(Sql::ListChanges, values).await?;
                rows.into_iter()
                    .map(|stored| stored.of(space).into())
                    .collect()
            }
            Noun::List => {
                let rows: Vec<StoredList> = self.read(Sql::ListListChanges, values).await?;
                rows.into_iter()
                    .map(|stored| stored.of(space).into())
                    .collect()
            }
        })
    }

    /// Epoch and latest change of each of these spaces; those without an account are left out.
    pub async fn system_list_numbers(
        &self,
        spaces: &[Arc<str>],
    ) -> Result<Vec<(SpaceId, i64, i64)>, Error> {
        let values = vec![Value::Texts(spaces.to_vec())];
        let rows: Vec<SpaceAccount> = self.read(Sql::SystemListAccounts, values).await?;
        let numbers = rows.into_iter().map(|row| (row.0, row.1.epoch, row.1.seq));
        Ok(numbers.collect())
    }
}

struct SpaceAccount(SpaceId, Account);

impl FromRow for SpaceAccount {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        let space = row.text(ACCOUNTS.read_columns())?;
        Ok(Self(SpaceId::stored(&space), Account::from_row(row)?))
    }
}
