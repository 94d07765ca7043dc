//! The routes of lists: from a request to a use-case and back. They work as those of tasks do.

use axum::extract::{FromRequestParts, State};
use axum::http::header::ETAG;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use utoipa::{IntoParams, ToSchema};

use crate::domain::json::{write_list, write_number};
use crate::domain::{Expected, List, ListId, ListPatch, Operation, Twice};
use crate::http::SharedApp;
use crate::http::body::input::{Creation, MergePatch};
use crate::http::body::json::{JsonBody, JsonText};
use crate::http::body::place::MoveList;
use crate::http::conditional::{self, IfMatch, IfNoneMatch, etag};
use crate::http::extract::{Owner, PathList};
use crate::http::openapi::{CountedListSchema, ListPatchSchema, ListSchema, NewListSchema};
use crate::http::problem::Problem;
use crate::http::query::{self, flag};
use crate::http::write::Write;

pub(super) const TAG: &str = "lists";

/// Which lists are wanted. Parameters with other names are ignored.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ListsQuery {
    /// `true`: the trash in place of the lists.
    deleted: Option<bool>,
}

impl FromRequestParts<SharedApp> for ListsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "deleted" => read.deleted.replace(flag(name, &value)?).is_some(),
                _ => false,
            })
        })?;
        Ok(read)
    }
}

/// All of a user's lists.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(example = json!({"lists": [{
    "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c073999",
    "name": "Groceries",
    "color": "#1e90ff",
    "order": "i8DpLumiHm",
    "open_count": 3,
    "created_at": "2026-11-23T08:00:00.000000Z",
    "updated_at": "2026-11-23T08:00:00.000000Z",
    "version": 1,
}], "count": 1}))]
pub(super) struct Lists {
    /// In their order.
    lists: Vec<CountedListSchema>,
    #[schema(minimum = 0)]
    count: i64,
}

fn to_json(lists: &[(List, i64)], is_trash: bool) -> Vec<u8> {
    let mut json = b"{\"lists\":".to_vec();
    write_list(&mut json, lists, |json, (list, open_count)| {
        list.write_with(json, (!is_trash).then_some(*open_count));
    });
    json.extend_from_slice(b",\"count\":");
    write_number(&mut json, i64::try_from(lists.len()).unwrap_or(i64::MAX));
    json.push(b'}');
    json
}

/// List the user's lists
///
/// All of them, by `order`, each with the number of its open tasks.
#[utoipa::path(
    get, path = "/api/{user_id}/lists", tag = TAG,
    params(ListsQuery),
    responses((status = 200, description = "The lists", body = Lists)),
)]
pub(super) async fn list_lists(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    query: ListsQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let is_trash = query.deleted == Some(true);
    let lists = app.tasks.lists(&space, is_trash).await?;
    let tag = etag::lists_tag(&lists, is_trash);
    if known.has(&tag) {
        return Ok(conditional::not_modified(tag));
    }
    let json = to_json(&lists.lists, is_trash);
    Ok(([(ETAG, tag)], JsonText(json)).into_response())
}

/// Create a list
///
/// It comes last. With an `id` of the caller's own, the same list sent again is not created twice: it is answered with 200.
#[utoipa::path(
    post, path = "/api/{user_id}/lists", tag = TAG,
    request_body(content = NewListSchema),
    responses(
        (
            status = 201, description = "The list was created", body = ListSchema,
            headers(("Location" = String, description = "The path of the new list")),
        ),
        (status = 200, description = "The same list of this `id` was there already", body = ListSchema),
    ),
)]
pub(super) async fn create_list(
    State(app): State<SharedApp>,
    owner: Owner,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let Creation { id, content } = body.read()?;
    let operation = match id {
        None => app.tasks.list_creation(content),
        Some(id) => Operation::CreateList {
            id,
            content,
            twice: Twice::Compare,
        },
    };
    write.one(owner, operation, body.bytes()).await
}

/// Get a list
///
/// With `If-None-Match`, only if the list has another `ETag` by now.
#[utoipa::path(
    get, path = "/api/{user_id}/lists/{list_id}", tag = TAG,
    responses((status = 200, description = "The list", body = ListSchema)),
)]
pub(super) async fn get_list(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    PathList(id): PathList,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let list = app.tasks.get_list(&space, id).await?;
    Ok(conditional::tagged(&list.into(), &known))
}

/// Change a list
///
/// As with a task: a field that is left out keeps its value, `null` removes it, and `metadata` is replaced. With `If-Match`,
/// only if the list still has that `ETag`. With `If-None-Match: *`, the list is created under this id, and only if there is
/// none.
#[utoipa::path(
    put, path = "/api/{user_id}/lists/{list_id}", tag = TAG,
    request_body(content = ListPatchSchema),
    responses(
        (status = 200, description = "The list as it is now", body = ListSchema),
        (
            status = 201, description = "The list was created", body = ListSchema,
            headers(("Location" = String, description = "The path of the new list")),
        ),
    ),
)]
pub(super) async fn change_list(
    owner: Owner,
    PathList(id): PathList,
    IfMatch(expected): IfMatch,
    known: IfNoneMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    if !known.creates(&expected)? {
        let patch = body.read()?;
        return change(owner, (id, patch, expected), write, &body).await;
    }
    let operation = Operation::CreateList {
        id,
        content: body.read()?,
        twice: Twice::Refuse,
    };
    write.one(owner, operation, body.bytes()).await
}

/// Change a list by a merge patch
///
/// JSON merge patch (RFC 7396): a field that is left out keeps its value, `null` removes it, and `metadata` is merged.
/// With `If-Match`, only if the list still has that `ETag`.
#[utoipa::path(
    patch, path = "/api/{user_id}/lists/{list_id}", tag = TAG,
    request_body(content(
        (ListPatchSchema = "application/merge-patch+json"),
        (ListPatchSchema = "application/json"),
    )),
    responses((status = 200, description = "The list as it is now", body = ListSchema)),
)]
pub(super) async fn patch_list(
    owner: Owner,
    PathList(id): PathList,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let MergePatch(patch) = body.read()?;
    change(owner, (id, patch, expected), write, &body).await
}

async fn change(
    owner: Owner,
    (id, patch, expected): (ListId, ListPatch, Expected),
    write: Write,
    body: &JsonBody,
) -> Result<Response, Problem> {
    let operation = Operation::ChangeList {
        id,
        patch,
        expected,
    };
    write.one(owner, operation, body.bytes()).await
}

/// Delete a list
///
/// It goes into the trash with its tasks, from where they can be restored for a while. With `If-Match`, only if the list
/// still has that `ETag`.
#[utoipa::path(
    delete, path = "/api/{user_id}/lists/{list_id}", tag = TAG,
    responses((status = 204, description = "The list is gone")),
)]
pub(super) async fn delete_list(
    owner: Owner,
    PathList(id): PathList,
    IfMatch(expected): IfMatch,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::DeleteList { id, expected };
    write.one(owner, operation, &[]).await
}

/// Take a list out of the trash
///
/// It comes back as it was, with its id and with the tasks that were deleted with it. Nothing happens to a list that is not
/// in the trash.
#[utoipa::path(
    post, path = "/api/{user_id}/lists/{list_id}/restore", tag = TAG,
    responses((status = 200, description = "The list as it is now", body = ListSchema)),
)]
pub(super) async fn restore_list(
    owner: Owner,
    PathList(id): PathList,
    IfMatch(expected): IfMatch,
    write: Write,
) -> Result<Response, Problem> {
    let operation = Operation::RestoreList { id, expected };
    write.one(owner, operation, &[]).await
}

/// Move a list
///
/// To another place among the lists: behind or before another one; if both are named, the first that is still there counts.
/// Without them, it comes last.
#[utoipa::path(
    post, path = "/api/{user_id}/lists/{list_id}/move", tag = TAG,
    request_body(content = MoveList),
    responses((status = 200, description = "The list as it is now", body = ListSchema)),
)]
pub(super) async fn move_list(
    owner: Owner,
    PathList(id): PathList,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let MoveList(to) = body.read()?;
    let operation = Operation::MoveList { id, to, expected };
    write.one(owner, operation, body.bytes()).await
}
