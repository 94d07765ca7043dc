//! Reads lists: each method is one statement.

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::{LIST_COLUMNS, StoredList, space_value};
use crate::domain::{List, ListId, SpaceId};
use crate::error::{Cause, Error};

impl Store {
    /// The list of that id, if there is one.
    pub async fn find_list(&self, space: &SpaceId, id: ListId) -> Result<Option<List>, Error> {
        self.find_list_by(Sql::GetList, space, id).await
    }

    /// Also one in the trash.
    pub async fn find_any_list(&self, space: &SpaceId, id: ListId) -> Result<Option<List>, Error> {
        self.find_list_by(Sql::FindAnyList, space, id).await
    }

    async fn find_list_by(
        &self,
        sql: Sql,
        space: &SpaceId,
        id: ListId,
    ) -> Result<Option<List>, Error> {
        let values = vec![space_value(space), Value::Uuid(id.0)];
        let found: Option<StoredList> = self.read(sql, values).await?.pop();
        Ok(found.map(|stored| stored.of(space)))
    }

    /// All lists in their order, each with the number of its open tasks; or those in the trash.
    pub async fn list_lists(
        &self,
        space: &SpaceId,
        deleted: bool,
    ) -> Result<Vec<(List, i64)>, Error> {
        let sql = if deleted {
            Sql::ListListTrash
        } else {
            Sql::ListLists
        };
        let rows: Vec<ListedList> = self.read(sql, vec![space_value(space)]).await?;
        let lists = rows.into_iter();
        Ok(lists
            .map(|row| (row.stored.of(space), row.open_count))
            .collect())
    }
}

struct ListedList {
    stored: StoredList,
    open_count: i64,
}

impl FromRow for ListedList {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredList::from_row(row)?,
            open_count: row.int(LIST_COLUMNS)?,
        })
    }
}
