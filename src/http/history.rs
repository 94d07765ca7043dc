//! The routes of history and undo: from a request to a use-case and back.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::changes::Change;
use super::extract::{Owner, PathChange, PathTask};
use super::json::Json;
use super::list_query::ListQuery;
use super::problem::{FieldError, Problem};
use super::write::Write;
use super::{SharedApp, answer, history_cursor};
use crate::error::Error;
use crate::tasks::history::PastChange;
use crate::tasks::operation::{Answer, Outcome, Written};

const TAG: &str = "history";

/// How many changes are on a page, if the caller does not say.
const USUAL_LIMIT: usize = 100;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the query; it is read by hand, so that an error is told in the envelope"
)]
pub(super) struct HistoryParameters {
    /// The most changes on a page; 100 if left out.
    #[param(minimum = 1, maximum = 1000, example = 50)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, of the same task.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
}

/// The part of a list's query that a history understands as well.
pub(super) struct Paging(ListQuery);

impl FromRequestParts<SharedApp> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        ListQuery::paging(parts.uri.query().unwrap_or_default()).map(Self)
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
    "before": {"title": "Buy milk", "description": null, "completed": false},
}, {
    "seq": 1,
    "kind": "created",
    "at": "2026-11-23T08:00:00.000000Z",
    "actor": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
    "request_id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398e",
    "before": null,
}], "next_cursor": null}))]
pub(super) struct History {
    /// Newest first.
    history: Vec<PastChange>,
    /// Where the next page begins; `null` on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What happened to a task, newest first
///
/// Also of a task in the trash. Changes that are older than the server keeps them are not in it.
#[utoipa::path(
    get, path = "/api/{user_id}/tasks/{task_id}/history", tag = TAG,
    params(HistoryParameters),
    responses((status = 200, description = "The changes", body = History)),
)]
pub(super) async fn list_history(
    State(app): State<SharedApp>,
    Owner(user): Owner,
    PathTask(id): PathTask,
    Paging(query): Paging,
) -> Result<Response, Problem> {
    let decode = |cursor: &String| {
        history_cursor::decode(&user, id, cursor).ok_or_else(|| {
            let rule = "must be the next_cursor of a page of the same history";
            let field = "cursor";
            Problem::invalid(&[FieldError { field, rule }])
        })
    };
    let from = query.cursor.as_ref().map(decode).transpose()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let page = app.tasks.list_history(&user, id, from, limit).await?;
    let next = page.next;
    Ok(Json(History {
        history: page.changes,
        next_cursor: next.map(|seq| history_cursor::encode(&user, id, seq)),
    })
    .into_response())
}

/// What an undo changed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"changes": [
    {"seq": 18, "deleted": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f"},
]}))]
pub(super) struct Undone {
    /// In the order of their numbers.
    changes: Vec<Change>,
}

/// Undo a change
///
/// What the change replaced comes back, as a new change, which can be undone in its turn. A change of a batch undoes
/// the whole batch. If a task was changed later, nothing happens: the answer is 409, and `error.conflicting_seq` is the
/// number of that change.
#[utoipa::path(
    post, path = "/api/{user_id}/changes/{seq}/undo", tag = TAG,
    params(("seq" = i64, Path, minimum = 1, description = "The number of the change", example = 17)),
    responses((status = 200, description = "What has changed", body = Undone)),
)]
pub(super) async fn undo_change(
    State(app): State<SharedApp>,
    Owner(user): Owner,
    PathChange(seq): PathChange,
    write: Write,
) -> Result<Response, Problem> {
    let reversal = match seq {
        Some(seq) => app.tasks.find_reversal(&user, seq).await?,
        None => None,
    };
    let is_there = reversal.is_some();
    // Without a change there is nothing to do, but the answer may be one that is kept.
    let work = write.work(user, reversal.unwrap_or_default());
    let answering = move |outcomes: &[Outcome]| {
        if is_there {
            of_undo(outcomes)
        } else {
            answer::of_problem(&Problem::change_not_found())
        }
    };
    write.run(work, Arc::new(answering), &[]).await
}

fn of_undo(outcomes: &[Outcome]) -> Answer {
    match outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
        // The task was swept, and with it what could be undone.
        Some(Error::TaskNotFound) => answer::of_problem(&Problem::change_not_found()),
        Some(refused) => answer::of_problem(&answer::problem(refused)),
        None => {
            let change = |written: &Written| match written {
                Written::Unchanged(_) => None,
                written => Some(Change::from(written.task().clone())),
            };
            let changes = outcomes.iter().flatten().filter_map(change).collect();
            answer::of_json(StatusCode::OK, &Undone { changes })
        }
    }
}
