//! Many operations in one request: from JSON to values of the domain, each by itself, and back.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use const_format::formatcp;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::batch_filter::{self, with_filter};
use crate::domain::json::{Object, read_flag, read_text, write_list, write_number, write_uuid};
use crate::domain::limits::BATCH_OPERATIONS;
use crate::domain::{
    Content, Deed, Expected, Operation, Operations, Outcome, Patch, Side, TaskId, Twice, Written,
};
use crate::http::SharedApp;
use crate::http::body::input::{Creation, FromJson, MergePatch, SomeTags, invalid, object};
use crate::http::body::json::JsonBody;
use crate::http::body::occasion::{self, with_occasion};
use crate::http::body::place::{Move, with_place};
use crate::http::extract::Owner;
use crate::http::openapi::{TaskSchema, with_content};
use crate::http::problem::Problem;
use crate::http::write::Write;
use crate::http::write::answer::{self, Answer};

/// The largest body: as many tasks as are allowed, of full length, fit into it in UTF-8, in all scripts but the most
/// verbose ones.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// Operations that are done in order; a later one may name an id that an earlier one has made.
#[derive(ToSchema)]
#[schema(example = json!({"operations": [
    {"op": "create", "title": "Buy milk"},
    {"op": "complete", "filter": "completed = false AND due < today() - days(30)", "max": 100},
]}))]
pub(in crate::http) struct Batch {
    #[schema(value_type = Vec<BatchOperation>, min_items = 1, max_items = 500)]
    operations: Vec<Sent>,
    /// All or nothing; so it is if left out. If `false`, what can be done is done.
    #[schema(required = false)]
    atomic: bool,
    /// Answers what would happen, and changes nothing.
    #[schema(required = false)]
    dry_run: bool,
}

/// One operation; the fields of a task as in the request for a single one.
pub(in crate::http) struct BatchOperation;

impl PartialSchema for BatchOperation {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some("The task; needed for all but `create`."));
        let version = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::Integer, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .description(Some(
                "The operation is refused if the task has another version. Not for `create`.",
            ));
        let object = ObjectBuilder::new()
            .description(Some(
                "One operation; the fields of a task as in the request for a single one.",
            ))
            .property("op", Ref::from_schema_name(BatchVerb::name()))
            .required("op")
            .property("id", id)
            .property("if_version", version);
        let object = with_place(with_content(object, Side::Request, true));
        with_filter(with_occasion(object, false)).into()
    }
}

impl ToSchema for BatchOperation {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("BatchOperation")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((BatchVerb::name().into_owned(), BatchVerb::schema()));
    }
}

/// What an operation does.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum BatchVerb {
    Create,
    Change,
    Complete,
    Delete,
    /// Adds `tags` to those that the task has.
    Tag,
    /// Takes `tags` from those that the task has.
    Untag,
    /// To `list_id`, `parent_id`, `after`, `before`, as the route does.
    Move,
    /// To the next occurrence without this one, as the route does.
    Skip,
    /// Out of the trash.
    Restore,
}

/// What came of each operation, in order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(example = json!({"results": [
    {"status": 204, "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f"},
    {"status": 404, "error": {"code": "NOT_FOUND", "message": "Task not found"}},
]}))]
pub(in crate::http) struct BatchResults {
    results: Vec<BatchResult>,
    /// Only there, and `true`, if nothing was changed because nothing was to be.
    #[schema(required = false)]
    dry_run: bool,
}

/// What came of one operation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(in crate::http) struct BatchResult {
    /// As of a single request: 200, 201, 204, 404, 409, 412 or 422.
    status: u16,
    /// The task as it is then.
    #[schema(value_type = TaskSchema, required = false)]
    task: (),
    /// The task that is gone.
    #[schema(value_type = uuid::Uuid, required = false)]
    id: (),
    /// Of an operation by filter: how many tasks it was done to.
    #[schema(value_type = u32, required = false)]
    count: (),
    /// These, newest first.
    #[schema(value_type = Vec<uuid::Uuid>, required = false)]
    ids: (),
    /// Why it was refused: `code`, `message`, `current`.
    #[schema(value_type = Object, required = false)]
    error: (),
}

/// Do many operations at once
///
/// In one transaction, in order. `atomic` (the default): all or nothing; a refusal has the status of the operation that
/// was refused, and names it in `error.index`. Otherwise each operation has a result of its own.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks/batch", tag = super::TAG,
    request_body(content = Batch),
    responses((status = 200, description = "What came of each operation", body = BatchResults)),
)]
pub(in crate::http) async fn create_batch(
    State(app): State<SharedApp>,
    owner: Owner,
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
    let mut list = Vec::with_capacity(read.len());
    let mut problems = Vec::with_capacity(read.len());
    for outcome in read {
        match outcome {
            Ok(operation) => {
                list.push(operation);
                problems.push(None);
            }
            Err(problem) if atomic => {
                return Err(problem.at(problems.len()));
            }
            Err(problem) => problems.push(Some(problem)),
        }
    }
    let tell = move |outcomes: &[Outcome]| tell(&problems, outcomes, atomic, dry_run);
    if list.is_empty() {
        return Ok(answer::send(tell(&[]), false));
    }
    let operations = Operations {
        list,
        atomic,
        dry_run,
    };
    let deed = Deed::Operate(operations);
    write.run(owner, deed, Arc::new(tell), body.bytes()).await
}

/// `problems` has an entry for each operation that could not be parsed; the outcomes are those of the others.
fn tell(problems: &[Option<Problem>], outcomes: &[Outcome], atomic: bool, dry_run: bool) -> Answer {
    let mut outcomes = outcomes.iter();
    let mut json = b"{\"results\":[".to_vec();
    for (index, problem) in problems.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        let problem = match problem {
            Some(problem) => problem.clone(),
            None => match outcomes.next() {
                Some(Ok(written)) => {
                    write_written(&mut json, written);
                    continue;
                }
                Some(Err(refusal)) => Problem::from(refusal),
                None => Problem::internal("an operation has no outcome".into()),
            },
        };
        if atomic {
            return answer::of_problem(&problem.at(index));
        }
        let result = json!({"status": problem.status().as_u16(), "error": problem.error(false)});
        json.extend_from_slice(result.to_string().as_bytes());
    }
    json.push(b']');
    if dry_run {
        json.extend_from_slice(b",\"dry_run\":true");
    }
    json.push(b'}');
    answer::of_body(StatusCode::OK, json)
}

fn write_written(json: &mut Vec<u8>, written: &Written) {
    let (status, item) = match written {
        Written::Created(item) => (201, item),
        Written::Changed(item) | Written::Unchanged(item) => (200, item),
        Written::Deleted(item) => {
            json.extend_from_slice(b"{\"status\":204,\"id\":");
            write_uuid(json, item.id().uuid());
            return json.push(b'}');
        }
        Written::Each(ids) => {
            json.extend_from_slice(b"{\"status\":200,\"count\":");
            write_number(json, i64::try_from(ids.len()).unwrap_or(i64::MAX));
            json.extend_from_slice(b",\"ids\":");
            write_list(json, ids, |json, id| write_uuid(json, id.0));
            return json.push(b'}');
        }
    };
    json.extend_from_slice(b"{\"status\":");
    write_number(json, status);
    json.extend_from_slice(b",\"task\":");
    item.write(json);
    json.push(b'}');
}

/// An operation as it was sent.
struct Sent(Box<RawValue>);

impl FromJson for Batch {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members = object(json, &[&["operations", "atomic", "dry_run"]])?;
        let flag = |field, default| {
            let flag = members.get(field).map_or(Ok(default), read_flag);
            flag.map_err(|rule| invalid(field, rule))
        };
        let operations = members
            .get("operations")
            .filter(|operations| *operations != "null")
            .ok_or(invalid("operations", "is required"))?;
        let operations: Vec<Box<RawValue>> = serde_json::from_str(operations)
            .map_err(|_| invalid("operations", "must be an array"))?;
        if !(1..=BATCH_OPERATIONS).contains(&operations.len()) {
            let rule = formatcp!("must have 1 to {BATCH_OPERATIONS} elements");
            return Err(invalid("operations", rule));
        }
        Ok(Self {
            operations: operations.into_iter().map(Sent).collect(),
            atomic: flag("atomic", true)?,
            dry_run: flag("dry_run", false)?,
        })
    }
}

impl Sent {
    fn operation(&self, app: &SharedApp) -> Result<Operation, Problem> {
        let json = self.0.get().as_bytes();
        let names = ["op", "id", "if_version", "completed", "occurrence", "on"];
        let members = object(json, &[&names, &batch_filter::NAMES])?;
        let verb = members
            .get("op")
            .and_then(|op| serde_json::from_str(op).ok());
        let verb = verb.ok_or(invalid(
            "op",
            "must be create, change, complete, skip, delete, tag, untag, move or restore",
        ))?;
        let matching = batch_filter::read(&members, &app.clock)?;
        let names_its_task = matches!(
            verb,
            BatchVerb::Create | BatchVerb::Skip | BatchVerb::Restore
        );
        if matching.is_some() && names_its_task {
            return Err(invalid(
                "filter",
                "cannot be combined with create, skip or restore",
            ));
        }
        if let Some(matching) = matching {
            let operation = Self::of_task(
                verb,
                json,
                &members,
                TaskId(Uuid::nil()),
                Expected::Anything,
            )?;
            return Ok(Operation::Each {
                matching,
                operation: Box::new(operation),
            });
        }
        let expected = match members
            .get("if_version")
            .filter(|version| *version != "null")
        {
            None => Expected::Anything,
            Some(version) => match version.parse() {
                Ok(version @ 1..) => Expected::OneOf(vec![version]),
                _ => return Err(invalid("if_version", "must be a whole number from 1 on")),
            },
        };
        if let BatchVerb::Create = verb {
            let Creation { id, content } = Creation::<Content>::from_json(json)?;
            return Ok(match id {
                None => app.tasks.creation(content),
                Some(id) => Operation::Create {
                    id,
                    content,
                    twice: Twice::Compare,
                },
            });
        }
        let id = members.get("id").and_then(|id| read_text(id).ok());
        let id = id.as_deref().and_then(TaskId::parse);
        let id = id.ok_or(invalid("id", "must be the id of a task"))?;
        Self::of_task(verb, json, &members, id, expected)
    }

    /// An operation on an existing task.
    fn of_task(
        verb: BatchVerb,
        json: &[u8],
        members: &Object<'_>,
        id: TaskId,
        expected: Expected,
    ) -> Result<Operation, Problem> {
        let patch = match verb {
            BatchVerb::Delete => return Ok(Operation::Delete { id, expected }),
            BatchVerb::Restore => return Ok(Operation::Restore { id, expected }),
            BatchVerb::Move => {
                let Move(to) = Move::from_json(json)?;
                return Ok(Operation::Move { id, to, expected });
            }
            BatchVerb::Change | BatchVerb::Create => MergePatch::<Patch>::from_json(json)?.0,
            BatchVerb::Tag | BatchVerb::Untag => {
                let SomeTags(tags) = SomeTags::from_json(json)?;
                match verb {
                    BatchVerb::Tag => Patch::tag(tags),
                    _ => Patch::untag(tags),
                }
            }
            BatchVerb::Complete => {
                let completed = members.get("completed").map_or(Ok(true), read_flag);
                return Ok(Operation::Complete {
                    id,
                    completed: Some(completed.map_err(|rule| invalid("completed", rule))?),
                    occasion: occasion::read_alone(members)?,
                    expected,
                });
            }
            BatchVerb::Skip => {
                return Ok(Operation::Skip {
                    id,
                    occasion: occasion::read_alone(members)?,
                    expected,
                });
            }
        };
        Ok(Operation::Change {
            id,
            patch,
            expected,
        })
    }
}
