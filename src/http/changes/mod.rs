//! The route of changes: what has changed since a cursor, now or as soon as there is something.

pub(super) mod cursor;

use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use const_format::formatcp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::domain::json::{write_flag, write_id, write_list, write_number, write_text};
use crate::domain::{SpaceId, Task, TaskId};
use crate::http::SharedApp;
use crate::http::body::json::JsonText;
use crate::http::extract::Owner;
use crate::http::front::exchange::Exchange;
use crate::http::openapi::TaskSchema;
use crate::http::problem::Problem;
use crate::http::query::{self, invalid, limit};
use crate::tasks::changes::Reached;

pub(super) const TAG: &str = "changes";

/// How many changes are sent where nothing is said.
pub(super) const USUAL_LIMIT: usize = 500;

/// The longest that a request may wait for a change, in seconds.
pub(super) const LONGEST_WAIT: u64 = 60;

/// One task that has changed, by its latest change.
#[expect(
    clippy::large_enum_variant,
    reason = "of a page of changes, most are of tasks that are there"
)]
pub(super) enum ToldChange {
    /// It is there, and this is how it is now.
    Present(Task),
    /// It is gone from the list.
    Deleted { seq: i64, deleted: TaskId },
}

/// One task that has changed, by its latest change.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(as = Change)]
pub(super) enum ChangeSchema {
    /// It is there, and this is how it is now.
    Present {
        /// The number of the change, one more than that of the user's change before it.
        #[schema(minimum = 1)]
        seq: i64,
        task: TaskSchema,
    },
    /// It is gone from the list.
    Deleted {
        #[schema(minimum = 1)]
        seq: i64,
        /// The id of the task.
        #[schema(value_type = Uuid)]
        deleted: TaskId,
    },
}

impl ToldChange {
    pub(super) fn is_deletion(&self) -> bool {
        matches!(self, Self::Deleted { .. })
    }

    pub(super) fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"seq\":");
        match self {
            Self::Present(task) => {
                write_number(json, task.seq);
                json.extend_from_slice(b",\"task\":");
                task.write(json);
            }
            Self::Deleted { seq, deleted } => {
                write_number(json, *seq);
                json.extend_from_slice(b",\"deleted\":");
                write_id(json, *deleted);
            }
        }
        json.push(b'}');
    }
}

impl From<Task> for ToldChange {
    fn from(task: Task) -> Self {
        if !task.is_deleted() {
            return Self::Present(task);
        }
        Self::Deleted {
            seq: task.seq,
            deleted: task.id,
        }
    }
}

/// Some changes, and where to go on.
#[derive(ToSchema)]
#[schema(example = json!({
    "changes": [
        {"seq": 17, "task": {
            "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
            "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
            "title": "Buy milk",
            "description": null,
            "completed": true,
            "created_at": "2026-11-23T08:00:00.000000Z",
            "updated_at": "2026-11-23T08:05:00.000000Z",
            "version": 2,
        }},
        {"seq": 18, "deleted": "01990f3e-8a5c-7cc3-98c4-dc0c0c073990"},
    ],
    "next_cursor": "AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ",
    "has_more": false,
}))]
pub(super) struct ChangeList {
    /// Each task once, in the order of its latest change.
    #[schema(value_type = Vec<ChangeSchema>)]
    changes: Vec<ToldChange>,
    /// Where the next request goes on; always there.
    next_cursor: String,
    /// Whether there is more already.
    has_more: bool,
}

impl ChangeList {
    fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.changes.len() * Task::USUAL_JSON + 128);
        json.extend_from_slice(b"{\"changes\":");
        write_list(&mut json, &self.changes, |json, change| change.write(json));
        json.extend_from_slice(b",\"next_cursor\":");
        write_text(&mut json, &self.next_cursor);
        json.extend_from_slice(b",\"has_more\":");
        write_flag(&mut json, self.has_more);
        json.push(b'}');
        json
    }
}

/// What a caller wants to know. Parameters with other names are ignored.
#[derive(Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangeQuery {
    /// `next_cursor` of the answer before, or the id of an event. Without it, a full copy begins.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    since: Option<String>,
    /// The most changes in an answer.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000, default = 500)]
    limit: Option<usize>,
    /// How many seconds to wait for a change if there is none.
    #[param(value_type = Option<u16>, minimum = 0, maximum = 60, default = 0)]
    wait: Option<Duration>,
}

impl FromRequestParts<SharedApp> for ChangeQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "since" => read.since.replace(value.into_owned()).is_some(),
                "limit" => read.limit.replace(limit(&value)?).is_some(),
                "wait" => read.wait.replace(wait(&value)?).is_some(),
                _ => false,
            })
        })?;
        Ok(read)
    }
}

fn wait(text: &str) -> Result<Duration, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = formatcp!(
            "The query's wait must be a whole number of seconds from 0 to {LONGEST_WAIT}"
        );
        return Err(Problem::bad_request(message));
    }
    match text.parse() {
        Ok(seconds @ 0..=LONGEST_WAIT) => Ok(Duration::from_secs(seconds)),
        _ => Err(invalid(
            "wait",
            formatcp!("must be from 0 to {LONGEST_WAIT}"),
        )),
    }
}

/// The place that a caller's cursor names.
pub(super) fn reached(
    space: &SpaceId,
    field: &'static str,
    cursor: &str,
) -> Result<Reached, Problem> {
    cursor::decode(space, cursor).ok_or_else(|| {
        invalid(
            field,
            "must be a next_cursor of this user's changes, or the id of an event",
        )
    })
}

/// Get what has changed
///
/// Each task that has changed since the cursor, once, as it is now, or that it was deleted; in the order of the latest
/// change. Nothing is left out. Without `since`, a full copy begins: follow `next_cursor`, and what follows it are
/// changes. With `wait`, the answer waits for a change if there is none, and is empty when the time is over.
#[utoipa::path(
    get, path = "/api/{user_id}/changes", tag = TAG,
    params(ChangeQuery),
    responses((status = 200, description = "The changes", body = ChangeList)),
)]
pub(super) async fn list_changes(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    exchange: Exchange,
    query: ChangeQuery,
) -> Result<Response, Problem> {
    let since = query.since.as_deref().filter(|since| !since.is_empty());
    let since = since
        .map(|since| reached(&space, "since", since))
        .transpose()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let mut page = app.tasks.changes(&space, since, limit).await?;
    if let Some(wait) = query
        .wait
        .filter(|wait| page.tasks.is_empty() && !page.has_more && !wait.is_zero())
    {
        let wait = exchange.patience(wait);
        let patience = async {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = app.closing.cancelled() => {}
            }
        };
        page = app
            .tasks
            .await_changes(&space, page.next, limit, patience)
            .await?;
    }
    let list = ChangeList {
        changes: page.tasks.into_iter().map(ToldChange::from).collect(),
        next_cursor: cursor::encode(&space, page.next),
        has_more: page.has_more,
    };
    Ok(([(CACHE_CONTROL, "no-store")], JsonText(list.to_json())).into_response())
}
