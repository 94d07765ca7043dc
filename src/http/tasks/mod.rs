//! The routes of tasks: from a request to a use-case and back. Which tasks are valid is not decided here.

pub(super) mod batch;
mod batch_filter;
mod cursor;
mod filtered;
mod list_query;
pub(super) mod occurrences;
pub(super) mod tags;
mod whole_list;

use axum::extract::State;
use axum::http::header::{ETAG, LINK};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use self::list_query::ListQuery;
use crate::domain::json::{write_list, write_number, write_optional_text};
use crate::domain::{Expected, Operation, Patch, Refusal, Task, TaskId, TaskPage, Twice};
use crate::http::SharedApp;
use crate::http::body::input::{Creation, MergePatch};
use crate::http::body::json::{JsonBody, JsonText};
use crate::http::body::occasion::Completion;
use crate::http::body::place::Move;
use crate::http::conditional::etag;
use crate::http::conditional::{self, IfMatch, IfNoneMatch};
use crate::http::extract::{Owner, PathTask};
use crate::http::front::exchange::Exchange;
use crate::http::openapi::{NewTaskSchema, TaskPatchSchema, TaskSchema};
use crate::http::problem::Problem;
use crate::http::write::Write;

pub(super) const TAG: &str = "tasks";

/// Some of a user's tasks, or all.
#[derive(ToSchema)]
#[schema(example = json!({"tasks": [{
    "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
    "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
    "title": "Buy milk",
    "description": null,
    "completed": false,
    "created_at": "2026-11-23T08:00:00.000000Z",
    "updated_at": "2026-11-23T08:00:00.000000Z",
    "version": 1,
}], "count": 1}))]
pub(super) struct TaskList {
    /// Newest first, or as `order_by` says.
    #[schema(value_type = Vec<TaskSchema>)]
    tasks: Vec<Task>,
    /// How many tasks match in all, on this page or not.
    #[schema(minimum = 0)]
    count: i64,
    /// Only there, and `true`, if a filter matches more than `count`, which is 10,000 then.
    #[schema(required = false)]
    count_is_minimum: bool,
    /// Where the next page begins; `null` on the last one. Only with `limit`.
    #[schema(required = false)]
    next_cursor: Option<String>,
}

impl TaskList {
    fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.tasks.len() * Task::USUAL_JSON + 128);
        json.extend_from_slice(b"{\"tasks\":");
        write_list(&mut json, &self.tasks, |json, task| task.write(json));
        json.extend_from_slice(b",\"count\":");
        write_number(&mut json, self.count);
        if self.count_is_minimum {
            json.extend_from_slice(b",\"count_is_minimum\":true");
        }
        json.extend_from_slice(b",\"next_cursor\":");
        write_optional_text(&mut json, self.next_cursor.as_deref());
        json.push(b'}');
        json
    }
}

/// List the user's tasks, newest first
///
/// With `limit`, a page; follow `next_cursor`, or the `Link` header, for the next. Pages are stable while
/// tasks come and go: none is shown twice, and none that stays is left out. Without `limit`, all of them.
/// With `filter`, those that it selects; with `order_by`, in that order.
#[utoipa::path(
    get, path = "/api/{user_id}/tasks", tag = TAG,
    params(ListQuery),
    responses((
        status = 200, description = "The tasks", body = TaskList,
        headers(("Link" = String, description = "The next page, if there is one (RFC 8288): `<…>; rel=\"next\"`")),
    )),
)]
pub(super) async fn list_tasks(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    uri: Uri,
    query: ListQuery,
    exchange: Exchange,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    if let Some(question) = query.question()? {
        let request = filtered::Request {
            space,
            uri,
            exchange,
            known,
        };
        // Boxed, as below: the list that is asked for most does not carry their size.
        return Box::pin(filtered::respond(app, question, request)).await;
    }
    let filter = query.filter();
    let (epoch, after) = query.position(&space)?.unzip();
    let tag_of = |page: &TaskPage| etag::list_tag(page, filter, query.limit, after);
    if known.is_there() {
        let tag = tag_of(&app.tasks.count(&space, filter).await?);
        if known.has(&tag) {
            return Ok(conditional::not_modified(tag));
        }
    }
    let Some(limit) = query.limit else {
        let whole = whole_list::respond_newest_first(
            app.tasks.clone(),
            space,
            filter,
            (epoch, after),
            exchange.meter().clone(),
        );
        return Box::pin(whole).await;
    };
    let _turn = app.tasks.turn(limit).await;
    let listing = app.tasks.list(&space, filter, after, limit).await?;
    check_epoch(epoch, &listing.page)?;
    let next = listing.next;
    let next_cursor = next.map(|next| cursor::encode(&space, filter, listing.page.epoch, next));
    let link = next_cursor.as_ref().map(|cursor| {
        let query = query.next(limit, cursor);
        format!("<{}?{query}>; rel=\"next\"", uri.path())
    });
    let tag = tag_of(&listing.page);
    let list = TaskList {
        tasks: listing.page.tasks,
        count: listing.page.total,
        count_is_minimum: false,
        next_cursor,
    };
    let mut response = JsonText(list.to_json()).into_response();
    response.headers_mut().insert(ETAG, tag);
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

/// A cursor of an account that was removed leads nowhere, also if the user has another one by now.
fn check_epoch(epoch: Option<i64>, page: &TaskPage) -> Result<(), Problem> {
    if epoch.is_some_and(|epoch| epoch != page.epoch) {
        return Err((&Refusal::CursorExpired).into());
    }
    Ok(())
}

/// Create a task
///
/// With an `id` of the caller's own, the same task sent again is not created twice: it is answered with 200.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks", tag = TAG,
    request_body(content = NewTaskSchema),
    responses(
        (
            status = 201, description = "The task was created", body = TaskSchema,
            headers(("Location" = String, description = "The path of the new task")),
        ),
        (status = 200, description = "The same task of this `id` was there already", body = TaskSchema),
    ),
)]
pub(super) async fn create_task(
    State(app): State<SharedApp>,
    owner: Owner,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let creation: Creation<_> = body.read()?;
    let operation = match creation.id {
        None => app.tasks.creation(creation.content),
        Some(id) => Operation::Create {
            id,
            content: creation.content,
            twice: Twice::Compare,
        },
    };
    write.one(owner, operation, body.bytes()).await
}

/// Get a task
///
/// With `If-None-Match`, only if the task has another `ETag` by now.
#[utoipa::path(
    get, path = "/api/{user_id}/tasks/{task_id}", tag = TAG,
    responses((status = 200, description = "The task", body = TaskSchema)),
)]
pub(super) async fn get_task(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    PathTask(id): PathTask,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let task = app.tasks.get(&space, id).await?;
    Ok(conditional::tagged(&task.into(), &known))
}

/// Change a task
///
/// A field that is left out keeps its value, `null` removes it, and `metadata` is replaced. With `If-Match`, only if the task still has that `ETag`.
/// With `If-None-Match: *`, the task is created under this id, and only if there is none.
#[utoipa::path(
    put, path = "/api/{user_id}/tasks/{task_id}", tag = TAG,
    request_body(content = TaskPatchSchema),
    responses(
        (status = 200, description = "The task as it is now", body = TaskSchema),
        (
            status = 201, description = "The task was created", body = TaskSchema,
            headers(("Location" = String, description = "The path of the new task")),
        ),
    ),
)]
pub(super) async fn change_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    known: IfNoneMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    if !known.creates(&expected)? {
        let patch = body.read()?;
        return change(owner, (id, patch, expected), write, &body).await;
    }
    let operation = Operation::Create {
        id,
        content: body.read()?,
        twice: Twice::Refuse,
    };
    write.one(owner, operation, body.bytes()).await
}

/// Change a task by a merge patch
///
/// JSON merge patch (RFC 7396): a field that is left out keeps its value, `null` removes it, and `metadata` is merged.
/// With `If-Match`, only if the task still has that `ETag`.
#[utoipa::path(
    patch, path = "/api/{user_id}/tasks/{task_id}", tag = TAG,
    request_body(content(
        (TaskPatchSchema = "application/merge-patch+json"),
        (TaskPatchSchema = "application/json"),
    )),
    responses((status = 200, description = "The task as it is now", body = TaskSchema)),
)]
pub(super) async fn patch_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let MergePatch(patch) = body.read()?;
    change(owner, (id, patch, expected), write, &body).await
}

async fn change(
    owner: Owner,
    (id, patch, expected): (TaskId, Patch, Expected),
    write: Write,
    body: &JsonBody,
) -> Result<Response, Problem> {
    let operation = Operation::Change {
        id,
        patch,
        expected,
    };
    write.one(owner, operation, body.bytes()).await
}

/// Set whether a task is done
///
/// It sets and does not flip, so that it can be repeated. Of a task that repeats an occurrence is completed: `due` and `start`
/// move to the next one, and completed tasks below it are open again; behind the last one the task is completed. Say
/// `occurrence`, so that a repeat completes no other. With `If-Match`, only if the task still has that `ETag`.
#[utoipa::path(
    patch, path = "/api/{user_id}/tasks/{task_id}/complete", tag = TAG,
    request_body(content = Completion),
    responses((status = 200, description = "The task as it is now", body = TaskSchema)),
)]
pub(super) async fn complete_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let Completion {
        completed,
        occasion,
    } = body.read()?;
    let operation = Operation::Complete {
        id,
        completed,
        occasion,
        expected,
    };
    write.one(owner, operation, body.bytes()).await
}

/// Delete a task
///
/// It goes into the trash, with all that is below it, from where they can be restored for a while. With `If-Match`, only if the task still has
/// that `ETag`.
#[utoipa::path(
    delete, path = "/api/{user_id}/tasks/{task_id}", tag = TAG,
    responses((status = 204, description = "The task is gone")),
)]
pub(super) async fn delete_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::Delete { id, expected };
    write.one(owner, operation, &[]).await
}

/// Take a task out of the trash
///
/// It comes back as it was, with its id and with what was deleted with it. Where its list or its parent is gone, it comes
/// to the inbox, or to the top level. Nothing happens to a task that is not in the trash.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks/{task_id}/restore", tag = TAG,
    responses((status = 200, description = "The task as it is now", body = TaskSchema)),
)]
pub(super) async fn restore_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::Restore { id, expected };
    write.one(owner, operation, &[]).await
}

/// Move a task
///
/// Into another list, below another task, or to another place among its siblings; what is below it goes along. `after` and
/// `before` name a sibling there; if both are named, the first that is still one counts. Without them, it comes last.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks/{task_id}/move", tag = TAG,
    request_body(content = Move),
    responses((status = 200, description = "The task as it is now", body = TaskSchema)),
)]
pub(super) async fn move_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let Move(to) = body.read()?;
    let operation = Operation::Move { id, to, expected };
    write.one(owner, operation, body.bytes()).await
}
