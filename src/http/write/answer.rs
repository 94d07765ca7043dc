//! The answer to a write, encoded once: it is sent, and kept if the request has an idempotency key.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::omitted::{self, Omitted};
use super::{Teller, packed, short};
use crate::domain::{Item, Outcome, SpaceId, Task, Written};
use crate::http::body::json::APPLICATION_JSON;
use crate::http::conditional::etag::version_tag;
use crate::http::problem::Problem;
use crate::tasks::Tasks;

/// A longer answer, which only a batch has, is kept without its tasks: otherwise a request of a few bytes for
/// each task would store all of them.
const LONGEST_KEPT: usize = 64 * 1024;

/// The header of an answer that is repeated.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The answer to a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Answer {
    status: StatusCode,
    etag: Option<String>,
    location: Option<String>,
    body: String,
}

/// The first line of a kept answer, as JSON; the body follows.
#[derive(Serialize, Deserialize)]
struct KeptHead {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// It is kept without its tasks, which must be added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    short: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    omitted: Vec<Omitted>,
}

/// A kept answer, perhaps without what tasks have already.
pub(super) struct Kept {
    answer: Answer,
    short: bool,
    omitted: Vec<Omitted>,
}

impl Answer {
    /// As it is kept. An answer after which the caller may send a corrected request with the same key is not kept.
    /// `latest` is the number of the latest change.
    pub(super) fn to_keep(&self, outcomes: &[Outcome], latest: i64) -> Option<Arc<[u8]>> {
        if self.status == StatusCode::UNPROCESSABLE_ENTITY || self.status.is_server_error() {
            return None;
        }
        let is_long = self.body.len() > LONGEST_KEPT;
        let short = is_long.then(|| short::shorten(&self.body)).flatten();
        let (body, omitted) = match &short {
            Some(body) => (body.into(), Vec::new()),
            None => omitted::omit(&self.body, outcomes, latest),
        };
        let head = KeptHead {
            status: self.status.as_u16(),
            etag: self.etag.clone(),
            location: self.location.clone(),
            short: short.is_some(),
            omitted,
        };
        let mut bytes = serde_json::to_vec(&head).ok()?;
        bytes.push(b'\n');
        bytes.extend_from_slice(body.as_bytes());
        Some(packed::pack(bytes))
    }
}

impl Kept {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let read = || {
            let bytes = packed::unpack(bytes)?;
            let text = std::str::from_utf8(&bytes).ok()?;
            let (head, body) = text.split_once('\n')?;
            let head: KeptHead = serde_json::from_str(head).ok()?;
            let answer = Answer {
                status: StatusCode::from_u16(head.status).ok()?,
                etag: head.etag,
                location: head.location,
                body: body.to_owned(),
            };
            Some(Self {
                answer,
                short: head.short,
                omitted: head.omitted,
            })
        };
        read().ok_or_else(omitted::unreadable)
    }

    /// The answer with all that was left out.
    pub(super) async fn fill(self, tasks: &Tasks, space: &SpaceId) -> Result<Answer, Problem> {
        let answer = self.answer;
        let body = if self.short {
            short::fill(&answer.body, tasks, space).await?
        } else if self.omitted.is_empty() {
            return Ok(answer);
        } else {
            omitted::fill(&answer.body, &self.omitted, tasks, space).await?
        };
        Ok(Answer { body, ..answer })
    }
}

/// The answer to a single operation; `collection` is the path of the user's tasks, or lists.
pub(in crate::http) fn of_one(collection: String) -> Teller {
    Arc::new(move |outcomes| match outcomes {
        [Ok(written)] => of_written(&collection, written),
        [Err(refusal)] => of_problem(&Problem::from(refusal)),
        _ => of_problem(&Problem::internal("not one operation".into())),
    })
}

fn of_written(collection: &str, written: &Written) -> Answer {
    match written {
        Written::Created(item) => Answer {
            location: Some(format!("{collection}/{}", item.id().uuid())),
            ..of_item(StatusCode::CREATED, item)
        },
        Written::Changed(item) | Written::Unchanged(item) => of_item(StatusCode::OK, item),
        Written::Deleted(_) | Written::Each(_) => of_body(StatusCode::NO_CONTENT, Vec::new()),
    }
}

fn of_item(status: StatusCode, item: &Item) -> Answer {
    let mut json = Vec::with_capacity(Task::USUAL_JSON);
    item.write(&mut json);
    Answer {
        etag: text(&version_tag(item.version())),
        ..of_body(status, json)
    }
}

pub(in crate::http) fn of_problem(problem: &Problem) -> Answer {
    let tag = problem.header().filter(|(name, _)| name == ETAG);
    let envelope = problem.envelope(false).to_string();
    Answer {
        etag: tag.and_then(|(_, value)| text(value)),
        ..of_body(problem.status(), envelope.into_bytes())
    }
}

pub(in crate::http) fn of_body(status: StatusCode, json: Vec<u8>) -> Answer {
    match String::from_utf8(json) {
        Ok(body) => Answer {
            status,
            etag: None,
            location: None,
            body,
        },
        Err(error) => of_problem(&Problem::internal(error.into())),
    }
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

/// Sends an answer, for the first time or again.
pub(in crate::http) fn send(answer: Answer, again: bool) -> Response {
    let has_body = !answer.body.is_empty();
    let mut response = if has_body {
        (answer.status, answer.body).into_response()
    } else {
        answer.status.into_response()
    };
    let headers = response.headers_mut();
    if has_body {
        headers.insert(CONTENT_TYPE, APPLICATION_JSON);
    }
    for (name, value) in [(ETAG, answer.etag), (LOCATION, answer.location)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    if again {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
