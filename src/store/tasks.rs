//! What is remembered of tasks: each method is one statement, or one transaction.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::error::{Cause, Error};
use crate::tasks::model::{
    Description, Expected, Filter, NewTask, Position, Task, TaskId, TaskPage, TaskPatch, Title,
    UserId,
};

impl Store {
    /// Remembers a new task of the user.
    pub async fn create_task(
        &self,
        user: &UserId,
        id: TaskId,
        new: &NewTask,
        now: Timestamp,
    ) -> Result<Task, Error> {
        let count = [owner(user), Value::Bool(new.completed)];
        let task = [
            owner(user),
            Value::Uuid(id.0),
            Value::Text(new.title.as_str().into()),
            Value::optional_text(new.description.as_ref().map(Description::as_str)),
            Value::Bool(new.completed),
            Value::Time(now),
        ];
        let steps = vec![
            Step::new(Sql::CreateTaskCount, count),
            Step::new(Sql::CreateTask, task),
        ];
        let created: Option<StoredTask> = self.write(steps).await?.pop();
        created
            .map(|stored| stored.of(user))
            .ok_or_else(|| Error::Internal("a created task was not returned".into()))
    }

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
        let sql = match filter.completed {
            None => Sql::ListTasks,
            Some(completed) => {
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
            None => counts.all,
            Some(true) => counts.completed,
            Some(false) => counts.all - counts.completed,
        };
        Ok((count, counts.seq))
    }

    /// Changes the user's task, if there is one of an expected version, and gives it as it is then.
    pub async fn change_task(
        &self,
        user: &UserId,
        id: TaskId,
        patch: &TaskPatch,
        expected: &Expected,
        now: Timestamp,
    ) -> Result<Option<Task>, Error> {
        let completed = Value::optional_bool(patch.completed);
        let count = [
            owner(user),
            Value::Uuid(id.0),
            completed.clone(),
            versions(expected),
        ];
        let description = patch.description.as_ref();
        let task = [
            owner(user),
            Value::Uuid(id.0),
            Value::optional_text(patch.title.as_ref().map(Title::as_str)),
            Value::Bool(description.is_some()),
            Value::optional_text(
                description
                    .and_then(Option::as_ref)
                    .map(Description::as_str),
            ),
            completed,
            Value::Time(now),
            versions(expected),
        ];
        let steps = vec![
            Step::new(Sql::LockAccount, [owner(user)]),
            Step::new(Sql::ChangeTaskCount, count),
            Step::new(Sql::ChangeTask, task),
        ];
        let changed: Option<StoredTask> = self.write(steps).await?.pop();
        Ok(changed.map(|stored| stored.of(user)))
    }

    /// Forgets the user's task; says whether there was one of an expected version.
    pub async fn delete_task(
        &self,
        user: &UserId,
        id: TaskId,
        expected: &Expected,
    ) -> Result<bool, Error> {
        let task = [owner(user), Value::Uuid(id.0), versions(expected)];
        let steps = vec![
            Step::new(Sql::LockAccount, [owner(user)]),
            Step::new(Sql::DeleteTaskCount, task.clone()),
            Step::new(Sql::DeleteTask, task),
        ];
        let deleted: Vec<()> = self.write(steps).await?;
        Ok(!deleted.is_empty())
    }
}

/// Null for any version, else a list that begins and ends with a comma, so that no number is found in another.
fn versions(expected: &Expected) -> Value {
    match expected {
        Expected::Anything => Value::Null,
        Expected::OneOf(versions) => {
            let list = versions
                .iter()
                .fold(",".to_owned(), |list, version| format!("{list}{version},"));
            Value::Text(list.into())
        }
    }
}

fn owner(user: &UserId) -> Value {
    Value::Text(user.as_arc())
}

/// A task without its owner, who is known to whoever asks.
struct StoredTask {
    id: TaskId,
    title: Title,
    description: Option<Description>,
    completed: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
}

impl StoredTask {
    fn of(self, user: &UserId) -> Task {
        Task {
            id: self.id,
            user_id: user.clone(),
            title: self.title,
            description: self.description,
            completed: self.completed,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
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
            total: row.int(7)?,
            seq: row.int(8)?,
        })
    }
}

#[derive(Default)]
struct Counts {
    all: i64,
    completed: i64,
    seq: i64,
}

impl FromRow for Counts {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            all: row.int(0)?,
            completed: row.int(1)?,
            seq: row.int(2)?,
        })
    }
}
