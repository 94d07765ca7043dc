//! The routes that import tasks of a user, and undo an import.

mod query;
mod report;
mod stream;

use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;

use self::query::ImportQuery;
pub(super) use self::report::ImportReport;
use self::report::ImportReversal;
use crate::domain::{Author, ImportId, TaskId};
use crate::http::SharedApp;
use crate::http::body::json::Json;
use crate::http::body::length;
use crate::http::extract::{Owner, path_parameter};
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::import::Circumstances;
use crate::tasks::Wish;

const TAG: &str = "user";

/// How long an import, or its undo, may take in all. A proxy in front may have a shorter limit.
const LONGEST: Duration = Duration::from_mins(10);

/// Bring tasks along
///
/// What `GET …/export` gave, of this user or of another one; or, with `from`, what another program exports: Todoist (`text/csv`),
/// Google (`Tasks.json` of Takeout), Microsoft To Do (the JSON of Graph), iCalendar (`VTODO`). The body is read while it arrives,
/// and written in groups of at most 500: up to 64 MiB, 10 minutes. What is there already, also in the trash, is skipped, so the
/// same body twice is the same as once. A line that breaks a rule is told by its number, and the others are taken; what has no
/// place here is told by name. If the body cannot be read further, the answer is 400 or 422, and `error.import` has what was
/// done until then, if anything: mend it and send it again, or undo it.
#[utoipa::path(
    post, path = "/api/{user_id}/import", tag = TAG,
    params(ImportQuery),
    request_body(description = "Up to 64 MiB", content(
        (String = "application/x-ndjson", example = json!("{\"kind\": \"tickbox\", \"version\": 1}\n\
            {\"kind\":\"task\",\"id\":\"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f\",\"title\":\"Buy milk\"}\n")),
        (String = "text/csv", example = json!("TYPE,CONTENT,PRIORITY,INDENT\ntask,Buy milk @shop,1,1\n")),
        (String = "text/calendar", example = json!("BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:Buy milk\r\nEND:VTODO\r\n\
            END:VCALENDAR\r\n")),
        (Object = "application/json", example = json!({"items": [{"id": "list", "title": "Home", "items": [
            {"id": "task", "title": "Buy milk", "status": "needsAction"}
        ]}]})),
    )),
    responses((status = 200, description = "What came, and what did not", body = ImportReport)),
)]
pub(super) async fn import_user(
    State(app): State<SharedApp>,
    Owner { space, actor }: Owner,
    exchange: Exchange,
    query: ImportQuery,
    request: Request,
) -> Result<Json<ImportReport>, Problem> {
    let format = query.format(request.headers())?;
    length::check(request.headers(), stream::LIMIT)?;
    exchange.set_longest(LONGEST);
    let wish = Wish {
        id: query.id.unwrap_or_else(|| app.tasks.new_import()),
        target: query.list_id,
        dry_run: query.dry_run.unwrap_or_default(),
    };
    let importing = app
        .tasks
        .import(&space, actor, exchange.request_id(), wish)
        .await
        .map_err(query::no_list)?;
    let circumstances = Circumstances {
        start: app.clock.now(),
        target: wish.target,
    };
    let (report, outcome) =
        stream::import(importing, request.into_body(), format, circumstances).await;
    match outcome {
        Ok(()) => Ok(Json(ImportReport::of(wish, &report))),
        Err(problem) if report.has_written() && !wish.dry_run => {
            let told = serde_json::to_value(ImportReport::of(wish, &report));
            Err(problem.carrying("import", told.unwrap_or_default()))
        }
        Err(problem) => Err(problem),
    }
}

/// Take an import back
///
/// What it has made goes into the trash, also if it was cut off half way. What has changed since stays, and so does a task or a
/// list with something in it that stays: the answer names them. As long as the history is kept. It can be asked for again.
#[utoipa::path(
    post, path = "/api/{user_id}/imports/{import_id}/undo", tag = TAG,
    params(("import_id" = Uuid, Path, description = "The import; what is not a UUID names none",
        example = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398d")),
    responses((status = 200, description = "What is gone, and what stays", body = ImportReversal)),
)]
pub(super) async fn undo_import(
    State(app): State<SharedApp>,
    Owner { space, actor }: Owner,
    exchange: Exchange,
    PathImport(import): PathImport,
) -> Result<Json<ImportReversal>, Problem> {
    exchange.set_longest(LONGEST);
    let author = Author {
        actor,
        request_id: exchange.request_id().into(),
    };
    let reversed = app.tasks.undo_import(&space, author, import).await?;
    Ok(Json(ImportReversal::of(import, &reversed)))
}

/// The import that the path names.
pub(super) struct PathImport(ImportId);

impl FromRequestParts<SharedApp> for PathImport {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let named = path_parameter(parts, app, "import_id").await;
        let id = named.as_deref().and_then(parse);
        id.map(Self).ok_or_else(Problem::import_not_found)
    }
}

/// In the form of a task's id.
fn parse(text: &str) -> Option<ImportId> {
    TaskId::parse(text).map(|id| ImportId(id.0))
}
