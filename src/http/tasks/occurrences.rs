//! The routes of recurring tasks: skipping an occurrence, and listing the next ones.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, State};
use axum::http::header::ETAG;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use const_format::formatcp;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::TAG;
use crate::domain::json::write_list;
use crate::domain::limits::OCCURRENCES;
use crate::domain::{Member, Operation, Refusal, Side, When};
use crate::http::SharedApp;
use crate::http::body::json::{JsonBody, JsonText};
use crate::http::body::occasion::Skipping;
use crate::http::conditional::{self, IfMatch, IfNoneMatch, etag};
use crate::http::extract::{Owner, PathTask};
use crate::http::openapi::TaskSchema;
use crate::http::problem::Problem;
use crate::http::query;
use crate::http::write::Write;

/// How many are sent by default.
const USUAL_LIMIT: usize = 10;

/// Skip an occurrence of a task
///
/// `due` and `start` move to the next occurrence, and completed tasks below it are open again. It does not count as done.
/// Behind the last occurrence the task is completed. With `occurrence`, only if that is the present one.
#[utoipa::path(
    post, path = "/api/{user_id}/tasks/{task_id}/skip", tag = TAG,
    request_body(content = Option<Skipping>, example = json!({"occurrence": "2026-12-01"})),
    responses((status = 200, description = "The task as it is now", body = TaskSchema)),
)]
pub(in crate::http) async fn skip_task(
    owner: Owner,
    PathTask(id): PathTask,
    IfMatch(expected): IfMatch,
    write: Write,
    body: JsonBody,
) -> Result<Response, Problem> {
    let Skipping(occasion) = body.read()?;
    let operation = Operation::Skip {
        id,
        occasion,
        expected,
    };
    write.one(owner, operation, body.bytes()).await
}

/// How far to look. Parameters with other names are ignored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct OccurrencesQuery {
    /// The most occurrences; 10 if left out.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 366, example = 12)]
    limit: usize,
}

impl FromRequestParts<SharedApp> for OccurrencesQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut limit = None;
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "limit" => limit.replace(query::limit(&value)?).is_some(),
                _ => false,
            })
        })?;
        let limit = limit.unwrap_or(USUAL_LIMIT);
        if limit > OCCURRENCES {
            let rule = formatcp!("must be from 1 to {OCCURRENCES}");
            return Err(query::invalid("limit", rule));
        }
        Ok(Self { limit })
    }
}

/// When a task is due.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(example = json!({"occurrences": [
    {"due": {"date": "2026-12-01"}}, {"due": {"date": "2026-12-08"}},
]}))]
pub(in crate::http) struct Occurrences {
    /// The present one first, where `due` has been moved to.
    occurrences: Vec<OneOccurrence>,
}

/// One occurrence.
pub(in crate::http) struct OneOccurrence;

impl PartialSchema for OneOccurrence {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property("due", <Option<When>>::schema(Side::Answer))
            .required("due")
            .into()
    }
}

impl ToSchema for OneOccurrence {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Occurrence")
    }
}

/// List the next occurrences of a task
///
/// As they are due if each is completed on its day. Of a task that does not repeat there is one, if it has `due`; of
/// one that is completed, none.
#[utoipa::path(
    get, path = "/api/{user_id}/tasks/{task_id}/occurrences", tag = TAG,
    params(OccurrencesQuery),
    responses((status = 200, description = "The occurrences", body = Occurrences)),
)]
pub(in crate::http) async fn list_occurrences(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    PathTask(id): PathTask,
    query: OccurrencesQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let task = app.tasks.get(&space, id).await?;
    // They are computed from the task.
    let tag = etag::version_tag(task.version);
    if known.has(&tag) {
        return Ok(conditional::not_modified(tag));
    }
    let found = task.content.occurrences(query.limit);
    let found = found.map_err(|breach| Problem::from(&Refusal::Breaks(breach)))?;
    let mut json = b"{\"occurrences\":".to_vec();
    write_list(&mut json, &found, |json, due| {
        json.extend_from_slice(b"{\"due\":");
        Some(due.clone()).write(json);
        json.push(b'}');
    });
    json.push(b'}');
    Ok(([(ETAG, tag)], JsonText(json)).into_response())
}
