//! The route of changes: what has changed since a cursor, at once or as soon as there is a change.

pub(super) mod cursor;

use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use const_format::formatcp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::domain::json::{write_flag, write_list, write_number, write_text, write_uuid};
use crate::domain::{Item, Noun, SpaceId, Task};
use crate::http::SharedApp;
use crate::http::body::json::JsonText;
use crate::http::extract::Owner;
use crate::http::front::exchange::Exchange;
use crate::http::openapi::{ListSchema, TaskSchema};
use crate::http::problem::Problem;
use crate::http::query::{self, invalid, limit};
use crate::tasks::changes::{Kinds, Reached};

pub(super) const TAG: &str = "changes";

/// How many changes are sent by default.
pub(super) const USUAL_LIMIT: usize = 500;

/// The longest that a request may wait for a change, in seconds.
pub(super) const LONGEST_WAIT: u64 = 60;

/// One task or list that has changed, by its latest change.
pub(super) struct ToldChange(pub(super) Item);

/// One task or list that has changed, by its latest change.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(as = Change)]
pub(super) enum ChangeSchema {
    /// The task is there, and this is how it is now.
    Task {
        /// The number of the change, one more than that of the user's change before it.
        #[schema(minimum = 1)]
        seq: i64,
        task: TaskSchema,
    },
    /// The list is there, and this is how it is now.
    List {
        #[schema(minimum = 1)]
        seq: i64,
        list: ListSchema,
    },
    /// It is gone.
    Deleted {
        #[schema(minimum = 1)]
        seq: i64,
        /// The id of the task, or of the list.
        #[schema(value_type = Uuid)]
        deleted: (),
        /// `list`; only there if it was one.
        #[schema(value_type = String, required = false)]
        kind: (),
    },
}

impl ToldChange {
    /// The name of the event.
    pub(super) fn event(&self) -> &'static str {
        match (self.0.noun(), self.0.is_deleted()) {
            (Noun::Task, false) => "task.changed",
            (Noun::Task, true) => "task.deleted",
            (Noun::List, false) => "list.changed",
            (Noun::List, true) => "list.deleted",
        }
    }

    pub(super) fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"seq\":");
        write_number(json, self.0.seq());
        match (self.0.noun(), self.0.is_deleted()) {
            (noun, false) => {
                json.extend_from_slice(match noun {
                    Noun::Task => b",\"task\":",
                    Noun::List => b",\"list\":",
                });
                self.0.write(json);
            }
            (noun, true) => {
                json.extend_from_slice(b",\"deleted\":");
                write_uuid(json, self.0.id().uuid());
                if noun == Noun::List {
                    json.extend_from_slice(b",\"kind\":\"list\"");
                }
            }
        }
        json.push(b'}');
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
    /// Each task or list once, in the order of its latest change.
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
    /// Of what to tell: `task`, `list`, or both with a comma between them. A cursor knows its kinds; with more of them it is
    /// 410.
    #[param(value_type = Option<String>, pattern = "^(task|list)(,(task|list))*$", default = "task")]
    kinds: Option<Kinds>,
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
                "kinds" => read.kinds.replace(kinds(&value)?).is_some(),
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

/// The kinds of records that a caller wants.
pub(super) fn kinds(text: &str) -> Result<Kinds, Problem> {
    let mut kinds = Kinds {
        tasks: false,
        lists: false,
    };
    for kind in text.split(',') {
        match kind.trim() {
            "task" => kinds.tasks = true,
            "list" => kinds.lists = true,
            _ => {
                return Err(invalid(
                    "kinds",
                    "must be task, list, or both with a comma between them",
                ));
            }
        }
    }
    Ok(kinds)
}

/// The position in a caller's cursor.
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
/// Each task (and each list, if `kinds` asks for them) that has changed since the cursor, once, as it is now, or that it
/// was deleted; in the order of the latest change. Nothing is left out. Without `since`, a full copy begins: follow `next_cursor`, and what follows it are
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
    let kinds = query.kinds.unwrap_or_default();
    let mut turn = app.tasks.turn(limit).await;
    let mut page = app.tasks.changes(&space, since, kinds, limit).await?;
    if let Some(wait) = query
        .wait
        .filter(|wait| page.items.is_empty() && !page.has_more && !wait.is_zero())
    {
        // The answer is mostly small, and a waiting request must not block others.
        turn.take();
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
        changes: page.items.into_iter().map(ToldChange).collect(),
        next_cursor: cursor::encode(&space, page.next),
        has_more: page.has_more,
    };
    Ok(([(CACHE_CONTROL, "no-store")], JsonText(list.to_json())).into_response())
}
