//! What a caller is told of a write, written down once: sent, and kept where the request may be repeated.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::etag::task_tag;
use super::json::APPLICATION_JSON;
use super::problem::Problem;
use super::task_json::{USUAL_LENGTH, write_task};
use crate::error::Error;
use crate::tasks::model::Task;
use crate::tasks::operation::{Answer, Answering, Written};

/// Says that the answer is that to the first time.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Tells of the only operation; `tasks` is the path of the user's tasks.
pub(super) fn of_one(tasks: String) -> Answering {
    Arc::new(move |outcomes| match outcomes {
        [Ok(written)] => of_written(&tasks, written),
        [Err(error)] => of_problem(&problem(error)),
        _ => of_problem(&Problem::internal("not one operation".into())),
    })
}

fn of_written(tasks: &str, written: &Written) -> Answer {
    match written {
        Written::Created(task) => Answer {
            location: Some(format!("{tasks}/{}", task.id)),
            ..of_task(StatusCode::CREATED, task)
        },
        Written::Changed(task) | Written::Unchanged(task) => of_task(StatusCode::OK, task),
        Written::Deleted(_) => of_body(StatusCode::NO_CONTENT, String::new()),
    }
}

fn of_task(status: StatusCode, task: &Task) -> Answer {
    let mut json = Vec::with_capacity(USUAL_LENGTH);
    write_task(&mut json, task);
    match String::from_utf8(json) {
        Ok(body) => Answer {
            etag: text(&task_tag(task)),
            ..of_body(status, body)
        },
        Err(error) => of_problem(&Problem::internal(error.into())),
    }
}

pub(super) fn of_json(status: StatusCode, body: &impl Serialize) -> Answer {
    match serde_json::to_string(body) {
        Ok(body) => of_body(status, body),
        Err(error) => of_problem(&Problem::internal(error.into())),
    }
}

/// What the data says against an operation.
pub(super) fn problem(error: &Error) -> Problem {
    Problem::refusal(error).unwrap_or_else(|| Problem::internal(error.to_string().into()))
}

pub(super) fn of_problem(problem: &Problem) -> Answer {
    let tag = problem.header().filter(|(name, _)| name == ETAG);
    Answer {
        etag: tag.and_then(|(_, value)| text(value)),
        ..of_body(problem.status(), problem.envelope(false).to_string())
    }
}

fn of_body(status: StatusCode, body: String) -> Answer {
    Answer {
        status: status.as_u16(),
        etag: None,
        location: None,
        body,
    }
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

/// Sends an answer, for the first time or again.
pub(super) fn send(answer: Answer, again: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let has_body = !answer.body.is_empty();
    let mut response = if has_body {
        (status, answer.body).into_response()
    } else {
        status.into_response()
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
