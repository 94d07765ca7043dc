//! Reads tasks: each method is one statement.

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::{StoredTask, TASK_COLUMNS, space_value};
use crate::domain::{Account, ListScope, Position, SpaceId, TagCount, Task, TaskId, TaskPage};
use crate::error::{Cause, Error};

impl Store {
    /// The task of that id, if there is one.
    pub async fn find_task(&self, space: &SpaceId, id: TaskId) -> Result<Option<Task>, Error> {
        self.find(Sql::GetTask, space, id).await
    }

    /// Also one in the trash.
    pub async fn find_any_task(&self, space: &SpaceId, id: TaskId) -> Result<Option<Task>, Error> {
        self.find(Sql::FindAnyTask, space, id).await
    }

    async fn find(&self, sql: Sql, space: &SpaceId, id: TaskId) -> Result<Option<Task>, Error> {
        let values = vec![space_value(space), Value::Uuid(id.0)];
        let found: Option<StoredTask> = self.read(sql, values).await?.pop();
        Ok(found.map(|stored| stored.of(space)))
    }

    /// At most `limit` tasks, newest first, from the one after `after` on, and how many there are in all; both as of
    /// one moment.
    pub async fn list_tasks(
        &self,
        space: &SpaceId,
        filter: ListScope,
        after: Option<Position>,
        limit: usize,
    ) -> Result<TaskPage, Error> {
        let start = after.unwrap_or(Position::START);
        let mut values = vec![
            space_value(space),
            Value::Time(start.created_at),
            Value::Uuid(start.id.0),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        let sql = match filter {
            ListScope { deleted: true, .. } => Sql::ListTrash,
            ListScope {
                completed: None, ..
            } => Sql::ListTasks,
            ListScope {
                completed: Some(completed),
                ..
            } => {
                values.push(Value::Bool(completed));
                Sql::ListTasksByCompletion
            }
        };
        let rows: Vec<ListedTask> = self.read(sql, values).await?;
        let (total, seq, epoch) = if let Some(row) = rows.first() {
            row.numbers().map_err(Error::Internal)?
        } else {
            let account = self.find_account(space).await?;
            (filter.count_in(&account), account.seq, account.epoch)
        };
        let tasks = rows.into_iter().map(|row| row.stored.of(space));
        Ok(TaskPage {
            tasks: tasks.collect(),
            total,
            seq,
            epoch,
        })
    }

    /// The tags of the tasks that are not in the trash, in the order of their code points.
    pub async fn list_tags(&self, space: &SpaceId) -> Result<Vec<TagCount>, Error> {
        self.read(Sql::ListTags, vec![space_value(space)]).await
    }

    /// The numbers and counts of a space; zeros if there was never a task. Costs the same for few tasks and for many.
    pub async fn find_account(&self, space: &SpaceId) -> Result<Account, Error> {
        let values = vec![space_value(space)];
        let found: Option<Account> = self.read(Sql::FindAccount, values).await?.pop();
        Ok(found.unwrap_or_default())
    }
}

impl FromRow for TagCount {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            name: row.text(0)?,
            count: row.int(1)?,
        })
    }
}

/// A task, and what its statement returns beside it.
pub(super) struct ListedTask {
    pub(super) stored: StoredTask,
    /// Of a list without a filter: total, latest change and epoch; read from the first row alone.
    pub(super) account: String,
}

impl ListedTask {
    fn numbers(&self) -> Result<(i64, i64, i64), Cause> {
        let mut numbers = self.account.split(' ').map(str::parse);
        let mut next = || numbers.next().ok_or("a number is missing");
        Ok((next()??, next()??, next()??))
    }
}

impl FromRow for ListedTask {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredTask::from_row(row)?,
            account: row.text(TASK_COLUMNS)?,
        })
    }

    fn from_next_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredTask::from_row(row)?,
            account: String::new(),
        })
    }
}
