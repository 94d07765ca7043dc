//! How operations become statements: in order, in one transaction, and where the rows of each will be.

use std::fmt::Write as _;

use serde_json::json;

use super::Step;
use super::row::Value;
use super::statements::Sql;
use super::tasks::owner;
use crate::clock::Timestamp;
use crate::tasks::model::{Description, Expected, NewTask, TaskId, TaskPatch, Title, UserId};
use crate::tasks::operation::{Operation, Origin, Twice, Work};

/// The statements of some work, and where the rows of each operation will be.
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) places: Vec<Place>,
}

/// Where an operation's rows are among those that are kept.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The task as the operation left it.
    pub(super) result: usize,
    /// The task as it is after all, where a refusal has to tell.
    pub(super) look: Option<usize>,
}

/// What the statements of all operations share.
struct Scribe<'a> {
    user: &'a UserId,
    origin: &'a Origin,
    batch: Value,
    now: Timestamp,
    looks: bool,
    steps: Vec<Step>,
    kept: usize,
}

impl Plan {
    /// `looks`: whether a write with a condition looks at once what stands in its way, because it cannot do so later.
    pub(super) fn new(work: &Work, batch: Option<uuid::Uuid>, now: Timestamp, looks: bool) -> Self {
        let mut scribe = Scribe {
            user: &work.user,
            origin: &work.origin,
            batch: batch.map_or(Value::Null, Value::Uuid),
            now,
            looks,
            steps: Vec::new(),
            kept: 0,
        };
        if !work.operations.iter().all(is_new) {
            if work.operations.iter().any(creates) {
                scribe
                    .steps
                    .push(Step::new(Sql::OpenAccount, [owner(&work.user)]));
            }
            scribe
                .steps
                .push(Step::new(Sql::LockAccount, [owner(&work.user)]));
        }
        let mut places = Vec::with_capacity(work.operations.len());
        let mut rest = work.operations.as_slice();
        while let Some(first) = rest.first() {
            // New tasks that follow each other share their statements.
            let run = rest
                .iter()
                .take_while(|operation| is_new(operation))
                .count();
            if run > 1 {
                let place = scribe.create_many(&rest[..run]);
                places.extend(std::iter::repeat_n(place, run));
                rest = &rest[run..];
            } else {
                places.push(scribe.write(first));
                rest = &rest[1..];
            }
        }
        Self {
            steps: scribe.steps,
            places,
        }
    }
}

/// Whether it is a new task of an id that the server has made.
fn is_new(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Create {
            twice: Twice::Impossible,
            ..
        }
    )
}

fn creates(operation: &Operation) -> bool {
    matches!(operation, Operation::Create { .. })
}

impl Scribe<'_> {
    fn step(&mut self, sql: Sql, values: impl Into<Vec<Value>>) {
        self.steps.push(Step::new(sql, values));
    }

    fn keep(&mut self, sql: Sql, values: impl Into<Vec<Value>>) -> usize {
        self.steps.push(Step::kept(sql, values));
        self.kept += 1;
        self.kept - 1
    }

    fn actor(&self) -> Value {
        Value::Text(self.origin.actor.as_arc())
    }

    fn request_id(&self) -> Value {
        Value::Text(self.origin.request_id.clone())
    }

    fn look(&mut self, id: TaskId) -> usize {
        self.keep(Sql::FindAnyTask, [owner(self.user), Value::Uuid(id.0)])
    }

    fn write(&mut self, operation: &Operation) -> Place {
        match operation {
            Operation::Create { id, new, twice } => self.create(*id, new, *twice),
            Operation::Change {
                id,
                patch,
                expected,
            } => self.change(*id, patch, expected),
            Operation::Delete { id, expected } => self.move_task(*id, true, expected),
            Operation::Restore { id } => self.move_task(*id, false, &Expected::Anything),
            Operation::Revert { id, to, latest } => self.revert(*id, *to, *latest),
        }
    }

    fn create(&mut self, id: TaskId, new: &NewTask, twice: Twice) -> Place {
        let task = [
            owner(self.user),
            Value::Uuid(id.0),
            Value::Text(new.title.as_str().into()),
            Value::optional_text(new.description.as_ref().map(Description::as_str)),
            Value::Bool(new.completed),
            Value::Time(self.now),
            self.actor(),
            self.request_id(),
            self.batch.clone(),
        ];
        if twice == Twice::Impossible {
            self.step(
                Sql::CreateTaskCount,
                [owner(self.user), Value::Bool(new.completed)],
            );
            let result = self.keep(Sql::CreateTask, task);
            return Place { result, look: None };
        }
        let count = [
            owner(self.user),
            Value::Uuid(id.0),
            Value::Bool(new.completed),
        ];
        self.step(Sql::CreateTaskCountOnce, count);
        Place {
            result: self.keep(Sql::CreateTaskOnce, task),
            look: Some(self.look(id)),
        }
    }

    /// New tasks whose ids the server has made.
    fn create_many(&mut self, operations: &[Operation]) -> Place {
        let mut completed = 0;
        let mut rows = Vec::with_capacity(operations.len());
        let back = (0..operations.len()).rev();
        for (operation, back) in operations.iter().zip(back) {
            let Operation::Create { id, new, .. } = operation else {
                continue;
            };
            completed += i64::from(new.completed);
            rows.push(json!({
                "back": back,
                "id": id.0.simple().to_string(),
                "title": new.title,
                "description": new.description,
                "completed": new.completed,
            }));
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let rows = Value::Text(serde_json::Value::Array(rows).to_string().into());
        let counts = [owner(self.user), Value::Int(count), Value::Int(completed)];
        self.step(Sql::CreateTasksCount, counts);
        let tasks = [
            owner(self.user),
            rows,
            Value::Time(self.now),
            self.actor(),
            self.request_id(),
            self.batch.clone(),
        ];
        Place {
            result: self.keep(Sql::CreateTasks, tasks),
            look: None,
        }
    }

    /// Keeps what a task is before it changes, or moves.
    fn record(&mut self, id: TaskId, is_live: bool, versions: &Value, kind: &'static str) {
        let values = [
            owner(self.user),
            Value::Uuid(id.0),
            Value::Bool(is_live),
            versions.clone(),
            Value::Text(kind.into()),
            Value::Time(self.now),
            self.actor(),
            self.request_id(),
            self.batch.clone(),
        ];
        self.step(Sql::RecordChange, values);
    }

    fn change(&mut self, id: TaskId, patch: &TaskPatch, expected: &Expected) -> Place {
        let completed = Value::optional_bool(patch.completed);
        let versions = versions(expected);
        let count = [
            owner(self.user),
            Value::Uuid(id.0),
            completed.clone(),
            versions.clone(),
        ];
        self.step(Sql::ChangeTaskCount, count);
        self.record(id, true, &versions, "changed");
        let description = patch.description.as_ref();
        let new_description = description.and_then(Option::as_ref);
        let task = [
            owner(self.user),
            Value::Uuid(id.0),
            Value::optional_text(patch.title.as_ref().map(Title::as_str)),
            Value::Bool(description.is_some()),
            Value::optional_text(new_description.map(Description::as_str)),
            completed,
            Value::Time(self.now),
            versions,
        ];
        let result = self.keep(Sql::ChangeTask, task);
        let tells = self.looks && *expected != Expected::Anything;
        let look = tells.then(|| self.look(id));
        Place { result, look }
    }

    fn move_task(&mut self, id: TaskId, to_trash: bool, expected: &Expected) -> Place {
        let versions = versions(expected);
        let task = [
            owner(self.user),
            Value::Uuid(id.0),
            Value::Bool(to_trash),
            versions.clone(),
        ];
        self.step(Sql::MoveTaskCount, task.clone());
        let kind = if to_trash { "deleted" } else { "restored" };
        self.record(id, to_trash, &versions, kind);
        let task: Vec<_> = task.into_iter().chain([Value::Time(self.now)]).collect();
        let result = self.keep(Sql::MoveTask, task);
        // A task that is not in the trash is what restoring it wants.
        let tells = self.looks && *expected != Expected::Anything || !to_trash;
        let look = tells.then(|| self.look(id));
        Place { result, look }
    }

    fn revert(&mut self, id: TaskId, to: i64, latest: i64) -> Place {
        let which = [owner(self.user), Value::Int(to), Value::Int(latest)];
        self.step(Sql::RecordCreation, which.clone());
        self.step(Sql::RevertTaskCount, which.clone());
        let record = which.clone().into_iter().chain([
            Value::Time(self.now),
            self.actor(),
            self.request_id(),
            self.batch.clone(),
        ]);
        self.step(Sql::RecordReversal, record.collect::<Vec<_>>());
        let task = which.into_iter().chain([Value::Time(self.now)]);
        Place {
            result: self.keep(Sql::RevertTask, task.collect::<Vec<_>>()),
            look: Some(self.look(id)),
        }
    }
}

/// Null for any version, else a list that begins and ends with a comma, so that no number is found in another.
fn versions(expected: &Expected) -> Value {
    match expected {
        Expected::Anything => Value::Null,
        Expected::OneOf(versions) => {
            let mut list = ",".to_owned();
            for version in versions {
                let _ = write!(list, "{version},");
            }
            Value::Text(list.into())
        }
    }
}
