//! Reading tasks: each method is one statement. Writing them: `writes`.

use super::Store;
use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use crate::clock::Timestamp;
use crate::error::{Cause, Error};
use crate::tasks::model::{Description, Filter, Position, Task, TaskId, TaskPage, Title, UserId};

impl Store {
    /// The user's task of that id, if there is one.
    pub async fn find_task(&self, user: &UserId, id: TaskId) -> Result<Option<Task>, Error> {
        let values = vec![owner(user), Value::Uuid(id.0)];
        let found: Option<StoredTask> = self.read(Sql::GetTask, values).await?.pop();
        Ok(found.map(|stored| stored.of(user)))
    }

    /// At most `limit` of the user's tasks, newest first, from the one after `after` on, and how many
    /// there are in all; both as of one moment.
    pub async fn list_tasks(
        &self,
        user: &UserId,
        filter: Filter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<TaskPage, Error> {
        let start = after.unwrap_or(Position::START);
        let mut values = vec![
            owner(user),
            Value::Time(start.created_at),
            Value::Uuid(start.id.0),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        let sql = match filter {
            Filter { deleted: true, .. } => Sql::ListTrash,
            Filter {
                completed: None, ..
            } => Sql::ListTasks,
            Filter {
                completed: Some(completed),
                ..
            } => {
                values.push(Value::Bool(completed));
                Sql::ListTasksByCompletion
            }
        };
        let rows: Vec<ListedTask> = self.read(sql, values).await?;
        let (total, seq) = match rows.first() {
            Some(row) => (row.total, row.seq),
            None => self.count_tasks(user, filter).await?,
        };
        let tasks = rows.into_iter().map(|row| row.stored.of(user)).collect();
        Ok(TaskPage { tasks, total, seq })
    }

    /// How many tasks the user has, and the number of the user's latest change; costs the same for few and for many.
    pub async fn count_tasks(&self, user: &UserId, filter: Filter) -> Result<(i64, i64), Error> {
        let counts: Option<Counts> = self.read(Sql::CountTasks, vec![owner(user)]).await?.pop();
        let counts = counts.unwrap_or_default();
        let count = match filter.completed {
            _ if filter.deleted => counts.deleted,
            None => counts.all,
            Some(true) => counts.completed,
            Some(false) => counts.all - counts.completed,
        };
        Ok((count, counts.seq))
    }
}

pub(super) fn owner(user: &UserId) -> Value {
    Value::Text(user.as_arc())
}

/// A task without its owner, who is known to whoever asks.
#[derive(Clone)]
pub(super) struct StoredTask {
    pub(super) id: TaskId,
    title: Title,
    description: Option<Description>,
    completed: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
    seq: i64,
    deleted_at: Option<Timestamp>,
}

impl StoredTask {
    pub(super) fn of(self, user: &UserId) -> Task {
        Task {
            id: self.id,
            user_id: user.clone(),
            title: self.title,
            description: self.description,
            completed: self.completed,
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
        Ok(Self {
            id: TaskId(row.uuid(0)?),
            title: Title::stored(row.text(1)?),
            description: row.optional_text(2)?.map(Description::stored),
            completed: row.bool(3)?,
            created_at: row.time(4)?,
            updated_at: row.time(5)?,
            version: row.int(6)?,
            seq: row.int(7)?,
            deleted_at: row.optional_time(8)?,
        })
    }
}

struct ListedTask {
    stored: StoredTask,
    total: i64,
    seq: i64,
}

impl FromRow for ListedTask {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            stored: StoredTask::from_row(row)?,
            total: row.int(9)?,
            seq: row.int(10)?,
        })
    }
}

#[derive(Default)]
struct Counts {
    all: i64,
    completed: i64,
    deleted: i64,
    seq: i64,
}

impl FromRow for Counts {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            all: row.int(0)?,
            completed: row.int(1)?,
            deleted: row.int(2)?,
            seq: row.int(3)?,
        })
    }
}
