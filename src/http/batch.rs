//! Many operations in one request: from JSON to the words of the domain, each for itself, and back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::SharedApp;
use super::answer;
use super::extract::Owner;
use super::input::{Creation, FromJson, object};
use super::json::JsonBody;
use super::problem::{FieldError, Problem};
use super::write::Write;
use crate::tasks::model::{Expected, Task, TaskId, TaskPatch};
use crate::tasks::operation::{Answer, MOST_OPERATIONS, Operation, Outcome, Twice, Written};

/// The largest body: 500 tasks of full length in UTF-8 fit into it in all scripts but the most verbose ones.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// Operations that are done in order; a later one may name an id that an earlier one has made.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; it is read by hand, so that an error names its operation"
)]
#[schema(as = Batch, example = json!({"operations": [
    {"op": "create", "title": "Buy milk"},
    {"op": "complete", "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", "if_version": 1},
]}))]
pub(super) struct BatchBody {
    #[schema(value_type = Vec<BatchOperation>, min_items = 1, max_items = 500)]
    operations: (),
    /// All or nothing. If `false`, what can be done is done.
    #[schema(default = true, required = false)]
    atomic: bool,
    /// Answers what would happen, and changes nothing.
    #[schema(default = false, required = false)]
    dry_run: bool,
}

/// One operation; the fields of a task as in the request for a single one.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; it is read by hand, so that an error names its operation"
)]
pub(super) struct BatchOperation {
    #[schema(value_type = BatchVerb)]
    op: (),
    /// The task; needed for all but `create`.
    #[schema(value_type = Option<uuid::Uuid>, required = false)]
    id: (),
    /// The operation is refused if the task has another version. Not for `create`.
    #[schema(value_type = Option<i64>, required = false, minimum = 1)]
    if_version: (),
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    title: (),
    #[schema(value_type = Option<String>, required = false, max_length = 2000, pattern = "^[^\\u0000]*$")]
    description: (),
    /// For `complete`: `true` if left out.
    #[schema(value_type = bool, required = false)]
    completed: (),
}

/// What an operation does.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BatchVerb {
    Create,
    Change,
    Complete,
    Delete,
}

/// What came of each operation, in order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(example = json!({"results": [
    {"status": 204, "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f"},
    {"status": 404, "error": {"code": "NOT_FOUND", "message": "Task not found"}},
]}))]
pub(super) struct BatchResults {
    results: Vec<BatchResult>,
    /// Only there, and `true`, if nothing was changed because nothing was to be.
    #[schema(required = false)]
    dry_run: bool,
}

/// What came of one operation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(super) struct BatchResult {
    /// As of a single request: 200, 201, 204, 404, 409, 412 or 422.
    status: u16,
    /// The task as it is then.
    #[schema(value_type = Task, required = false)]
    task: (),
    /// The task that is gone.
    #[schema(value_type = uuid::Uuid, required = false)]
    id: (),
    /// Why it was refused: `code`, `message`, `current`.
    #[schema(value_type = Object, required = false)]
    error: (),
}

/// Do many operations at once
///
/// In one transaction, in order. `atomic` (the default): all or nothing; a refusal has the status of the operation that
/// was refused, and names it in `error.index`. Otherwise each operation has a result of its own.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks/batch", tag = super::tasks::TAG,
    request_body(content = BatchBody),
    responses((status = 200, description = "What came of each operation", body = BatchResults)),
)]
pub(super) async fn create_batch(
    State(app): State<SharedApp>,
    Owner(user): Owner,
    write: Write,
    body: JsonBody<BODY_LIMIT>,
) -> Result<Response, Problem> {
    let batch: Batch = body.read()?;
    let read: Vec<_> = batch
        .operations
        .into_iter()
        .map(|sent| sent.operation(&app))
        .collect();
    let (atomic, dry_run) = (batch.atomic, batch.dry_run);
    let mut operations = Vec::with_capacity(read.len());
    let mut problems = Vec::with_capacity(read.len());
    for (index, read) in read.into_iter().enumerate() {
        match read {
            Ok(operation) => {
                operations.push(operation);
                problems.push(None);
            }
            Err(problem) if atomic => return Err(problem.at(index)),
            Err(problem) => problems.push(Some(problem)),
        }
    }
    let tell = move |outcomes: &[Outcome]| tell(&problems, outcomes, atomic, dry_run);
    if operations.is_empty() {
        return Ok(answer::send(tell(&[]), false));
    }
    let mut work = write.work(user, operations);
    (work.atomic, work.dry_run) = (atomic, dry_run);
    write.run(work, Arc::new(tell), body.bytes()).await
}

/// `problems` stand where an operation could not even be read; the outcomes are those of the others.
fn tell(problems: &[Option<Problem>], outcomes: &[Outcome], atomic: bool, dry_run: bool) -> Answer {
    let mut outcomes = outcomes.iter();
    let mut results = Vec::with_capacity(problems.len());
    for (index, problem) in problems.iter().enumerate() {
        let problem = match problem {
            Some(problem) => problem.clone(),
            None => match outcomes.next() {
                Some(Ok(written)) => {
                    results.push(written_json(written));
                    continue;
                }
                Some(Err(error)) => answer::problem(error),
                None => Problem::internal("an operation has no outcome".into()),
            },
        };
        if atomic {
            return answer::of_problem(&problem.at(index));
        }
        results.push(json!({"status": problem.status().as_u16(), "error": problem.error(false)}));
    }
    let mut body = json!({ "results": results });
    if dry_run {
        body["dry_run"] = true.into();
    }
    answer::of_json(StatusCode::OK, &body)
}

fn written_json(written: &Written) -> Value {
    match written {
        Written::Created(task) => json!({"status": 201, "task": task}),
        Written::Changed(task) | Written::Unchanged(task) => json!({"status": 200, "task": task}),
        Written::Deleted(task) => json!({"status": 204, "id": task.id}),
    }
}

struct Batch {
    operations: Vec<Sent>,
    atomic: bool,
    dry_run: bool,
}

/// An operation as it was sent.
struct Sent(Box<RawValue>);

/// What a batch says of itself.
#[derive(Deserialize)]
struct BatchMembers {
    operations: Option<Box<RawValue>>,
    atomic: Option<Value>,
    dry_run: Option<Value>,
}

impl FromJson for Batch {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members: BatchMembers = object(json)?;
        let flag = |field, value: Option<Value>, default| match value {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(invalid(field, "must be true or false")),
        };
        let operations = members
            .operations
            .ok_or(invalid("operations", "is required"))?;
        let operations: Vec<Box<RawValue>> = serde_json::from_str(operations.get())
            .map_err(|_| invalid("operations", "must be an array"))?;
        if !(1..=MOST_OPERATIONS).contains(&operations.len()) {
            return Err(invalid("operations", "must have 1 to 500 elements"));
        }
        Ok(Self {
            operations: operations.into_iter().map(Sent).collect(),
            atomic: flag("atomic", members.atomic, true)?,
            dry_run: flag("dry_run", members.dry_run, false)?,
        })
    }
}

/// What an operation says besides the fields of a task.
#[derive(Deserialize)]
struct OperationMembers {
    op: Option<Value>,
    id: Option<Value>,
    if_version: Option<Value>,
    completed: Option<Value>,
}

impl Sent {
    fn operation(&self, app: &SharedApp) -> Result<Operation, Problem> {
        let json = self.0.get().as_bytes();
        let members: OperationMembers = object(json)?;
        let verb = members.op.and_then(|op| serde_json::from_value(op).ok());
        let verb = verb.ok_or(invalid("op", "must be create, change, complete or delete"))?;
        let expected = match members.if_version.as_ref().map(Value::as_i64) {
            None => Expected::Anything,
            Some(Some(version)) if version > 0 => Expected::OneOf(vec![version]),
            Some(_) => return Err(invalid("if_version", "must be a whole number from 1 on")),
        };
        if let BatchVerb::Create = verb {
            let Creation { id, new } = Creation::from_json(json)?;
            return Ok(match id {
                None => app.tasks.creation(new),
                Some(id) => Operation::Create {
                    id,
                    new,
                    twice: Twice::Compare,
                },
            });
        }
        let id = members.id.as_ref().and_then(Value::as_str);
        let id = id.and_then(TaskId::parse);
        let id = id.ok_or(invalid("id", "must be the id of a task"))?;
        let patch = match verb {
            BatchVerb::Delete => return Ok(Operation::Delete { id, expected }),
            BatchVerb::Change | BatchVerb::Create => TaskPatch::from_json(json)?,
            BatchVerb::Complete => {
                let completed = members.completed.unwrap_or(true.into());
                let completed = completed.as_bool();
                TaskPatch {
                    completed: Some(
                        completed.ok_or(invalid("completed", "must be true or false"))?,
                    ),
                    ..TaskPatch::default()
                }
            }
        };
        Ok(Operation::Change {
            id,
            patch,
            expected,
        })
    }
}

fn invalid(field: &'static str, rule: &'static str) -> Problem {
    Problem::invalid(&[FieldError { field, rule }])
}
