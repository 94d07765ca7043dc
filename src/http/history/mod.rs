//! The routes of history and undo: from a request to a use-case and back.

mod cursor;

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::domain::json::{Fault, write_list};
use crate::domain::{
    Change, ImportId, ItemId, Kind, Outcome, RecordPatch, Replaced, SpaceId, Timestamp, Written,
};
use crate::http::SharedApp;
use crate::http::body::json::{Json, raw};
use crate::http::changes::{ChangeSchema, ToldChange};
use crate::http::conditional::{self, IfNoneMatch, etag};
use crate::http::extract::{Owner, PathChange, PathList, PathTask};
use crate::http::openapi::ReplacedSchema;
use crate::http::problem::Problem;
use crate::http::query;
use crate::http::write::Write;
use crate::http::write::answer::{self, Answer};

const TAG: &str = "history";

/// How many changes are on a page, if the caller does not say.
const USUAL_LIMIT: usize = 100;

/// Where a page begins and ends. Parameters with other names are ignored.
#[derive(Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// The most changes on a page; 100 if left out.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000, example = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before, of the same task.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
}

impl FromRequestParts<SharedApp> for HistoryQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "limit" => read.limit.replace(query::limit(&value)?).is_some(),
                "cursor" => read.cursor.replace(value.into_owned()).is_some(),
                _ => false,
            })
        })?;
        // What a form or a template leaves empty.
        read.cursor = read.cursor.filter(|cursor| !cursor.is_empty());
        Ok(read)
    }
}

/// What a change did to a task.
pub(super) struct KindSchema;

impl PartialSchema for KindSchema {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What a change did to a task."))
            .enum_values(Some(Kind::names()))
            .into()
    }
}

impl ToSchema for KindSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Kind")
    }
}

/// One change of a task.
#[derive(Serialize, ToSchema)]
pub(super) struct PastChange<'a> {
    /// The number of the change among all of the user's: what `undo` takes.
    #[schema(minimum = 1)]
    seq: i64,
    #[schema(value_type = KindSchema)]
    kind: &'static str,
    /// RFC 3339, UTC.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The identity of the token that made the change.
    actor: &'a str,
    /// The `X-Request-Id` of the request that made the change.
    request_id: &'a str,
    /// The import that made the change; only there if one did.
    #[schema(value_type = uuid::Uuid, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<&'a str>,
    /// The number of the change that this one undid; only there if it is an undo.
    #[schema(value_type = i64, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<i64>,
    /// The members that the change replaced, as they were; `null` where there was nothing before.
    #[schema(value_type = Option<ReplacedSchema>, required)]
    before: Option<Box<RawValue>>,
}

impl<'a> PastChange<'a> {
    fn of(change: &'a Change) -> Result<Self, Problem> {
        let (import, request_id) = ImportId::in_request_id(&change.author.request_id);
        let mut before = Vec::new();
        match &change.replaced {
            Replaced::Task(_, replaced) => replaced.write(&mut before),
            Replaced::List(_, replaced) => replaced.write(&mut before),
        }
        let was_there = change.kind != Kind::Created;
        Ok(Self {
            seq: change.seq,
            kind: change.kind.as_str(),
            at: change.at,
            actor: change.author.actor.as_str(),
            request_id,
            import,
            undoes: change.undoes,
            before: was_there.then(|| raw(before)).transpose()?,
        })
    }
}

/// What happened to a task.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"history": [{
    "seq": 2,
    "kind": "changed",
    "at": "2026-11-23T08:05:00.000000Z",
    "actor": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
    "request_id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
    "before": {"title": "Buy milk"},
}, {
    "seq": 1,
    "kind": "created",
    "at": "2026-11-23T08:00:00.000000Z",
    "actor": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
    "request_id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398e",
    "before": null,
}], "next_cursor": null}))]
pub(super) struct History<'a> {
    /// Newest first.
    history: Vec<PastChange<'a>>,
    /// Where the next page begins; `null` on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What happened to a task, newest first
///
/// Also of a task in the trash. Changes that are older than the server keeps them are not in it.
#[utoipa::path(
    get, path = "/api/{user_id}/tasks/{task_id}/history", tag = TAG,
    params(HistoryQuery),
    responses((status = 200, description = "The changes", body = History)),
)]
pub(super) async fn list_history(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    PathTask(id): PathTask,
    query: HistoryQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    tell(&app, &space, ItemId::Task(id), &query, &known).await
}

/// What happened to a list, newest first
///
/// Also of a list in the trash. What happened to its tasks is theirs.
#[utoipa::path(
    get, path = "/api/{user_id}/lists/{list_id}/history", tag = TAG,
    params(HistoryQuery),
    responses((status = 200, description = "The changes", body = History)),
)]
pub(super) async fn list_history_of_list(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    PathList(id): PathList,
    query: HistoryQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    tell(&app, &space, ItemId::List(id), &query, &known).await
}

async fn tell(
    app: &SharedApp,
    space: &SpaceId,
    item: ItemId,
    query: &HistoryQuery,
    known: &IfNoneMatch,
) -> Result<Response, Problem> {
    let decode = |cursor: &String| {
        cursor::decode(space, item, cursor).ok_or_else(|| {
            let rule = "must be the next_cursor of a page of the same history".into();
            let field = "cursor";
            Problem::invalid(&[Fault { field, rule }])
        })
    };
    let from = query.cursor.as_ref().map(decode).transpose()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let page = app.tasks.list_history(space, item, from, limit).await?;
    let tag = etag::history_tag(&page);
    if known.has(&tag) {
        return Ok(conditional::not_modified(tag));
    }
    let history = page.changes.iter().map(PastChange::of);
    let history = History {
        history: history.collect::<Result<_, _>>()?,
        next_cursor: page.next.map(|seq| cursor::encode(space, item, seq)),
    };
    Ok(([(ETAG, tag)], Json(history)).into_response())
}

/// What an undo changed.
#[derive(ToSchema)]
#[schema(example = json!({"changes": [
    {"seq": 18, "deleted": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f"},
]}))]
pub(super) struct Undone {
    /// In the order of their numbers.
    #[schema(value_type = Vec<ChangeSchema>)]
    changes: Vec<ToldChange>,
}

impl Undone {
    fn to_json(&self) -> Vec<u8> {
        let mut json = b"{\"changes\":".to_vec();
        write_list(&mut json, &self.changes, |json, change| change.write(json));
        json.push(b'}');
        json
    }
}

/// Undo a change
///
/// What the change replaced comes back, as a new change, which can be undone in its turn. A change of a batch undoes
/// the whole batch. Later changes of other fields stay. If the same field was changed later, nothing happens: the answer is 409,
/// and `error.conflicting_seq` is the number of that change.
#[utoipa::path(
    post, path = "/api/{user_id}/changes/{seq}/undo", tag = TAG,
    params(("seq" = i64, Path, minimum = 1, description = "The number of the change", example = 17)),
    responses((status = 200, description = "What has changed", body = Undone)),
)]
pub(super) async fn undo_change(
    State(app): State<SharedApp>,
    owner: Owner,
    PathChange(seq): PathChange,
    write: Write,
) -> Result<Response, Problem> {
    let seq = seq.ok_or_else(Problem::change_not_found)?;
    let deed = app.tasks.reversal(seq);
    write.run(owner, deed, Arc::new(of_undo), &[]).await
}

fn of_undo(outcomes: &[Outcome]) -> Answer {
    if let Some(refused) = outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
        return answer::of_problem(&Problem::from(refused));
    }
    let done = outcomes.iter().flatten();
    let mut changes: Vec<ToldChange> = done
        .filter(|written| !matches!(written, Written::Unchanged(_)))
        .filter_map(|written| written.item().cloned().map(ToldChange))
        .collect();
    changes.sort_by_key(|change| change.0.seq());
    answer::of_body(StatusCode::OK, Undone { changes }.to_json())
}
