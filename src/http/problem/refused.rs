//! Refusals of the domain: each with its status and message.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use super::Problem;
use crate::domain::limits::{LISTS, TASKS_BELOW};
use crate::domain::{Item, Refusal};
use crate::http::query;

/// A closed stream is noticed within this time.
const STREAM_RETRY_SECONDS: u64 = 15;

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotFound(noun) => Self::not_found(*noun),
            Refusal::ChangeNotFound => Self::change_not_found(),
            Refusal::Changed(item)
            | Refusal::NoVersion(item)
            | Refusal::Exists(item)
            | Refusal::Differs(item)
            | Refusal::InTrash(item) => of_another(refusal, item),
            Refusal::Leaving => Self::leaving(),
            Refusal::TooManyLists | Refusal::TooManyTasks(_) | Refusal::TooMuchBelow(_) => {
                Self::conflict(too_many(refusal))
            }
            Refusal::NoSibling(noun) => Self::conflict(format!(
                "Neither after nor before names a {0} that stands there: look at the order as it is now, or leave both away",
                noun.as_str()
            )),
            Refusal::NotSaid(field) => query::invalid(field, "is required"),
            Refusal::NoOccurrence => Self::conflict(
                "The task does not repeat, or its last occurrence is over: there is none to skip",
            ),
            Refusal::Breaks(breach) => Self::invalid_fields(breach.rule.to_string(), breach.fields),
            Refusal::UndoBreaks(breach) => Self::conflict(format!(
                "This cannot be undone as the task is now: {}",
                breach.rule
            )),
            Refusal::RestoreBreaks(breach) => Self::conflict(format!(
                "This cannot be restored as things are now: {}",
                breach.rule
            )),
            Refusal::ReferenceTaken(task) => Self::about(
                StatusCode::CONFLICT,
                "CONFLICT",
                "Another task has a reference of this source and external_id: look at error.current",
                &Item::Task((**task).clone()),
            ),
            Refusal::ChangedSince(seq) => {
                let message = format!("Change {seq} stands in the way: undo it first");
                let members = vec![("conflicting_seq", json!(seq))];
                Self::conflict(message).with(|inner| inner.members = members)
            }
            Refusal::NoParentYet => Self::invalid_fields(refusal.to_string(), &["parent_id"]),
            Refusal::NotEmpty(noun) => Self::conflict(format!(
                "The {} has tasks that stay: move or delete them first",
                noun.as_str()
            )),
            Refusal::ImportNotFound => Self::import_not_found(),
            Refusal::ImportInFlight => in_flight("An import of this user is in flight"),
            Refusal::TooManyStreams => Self::rate_limited(
                "As many streams of events are open as a user may have: close one, then ask again"
                    .to_owned(),
                STREAM_RETRY_SECONDS,
            ),
            Refusal::CursorExpired => Self::new(
                StatusCode::GONE,
                "CURSOR_EXPIRED",
                "What happened since this cursor cannot be told any more: begin again without one",
            ),
            Refusal::TooManyMatch(most) => Self::conflict(format!(
                "The filter matches more than {most} tasks: narrow it, or allow for more with max"
            )),
            Refusal::FilterTooWide => query::too_wide(),
            Refusal::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was used for another request: take a new key for each",
            )
            .with(|inner| inner.members = vec![("fields", json!(["Idempotency-Key"]))]),
            Refusal::KeyInUse => in_flight("A request with this Idempotency-Key is in flight"),
        }
    }
}

/// The record is not in the state that the caller expects.
fn of_another(refusal: &Refusal, item: &Item) -> Problem {
    let noun = item.noun().as_str();
    let message = match refusal {
        Refusal::Changed(_) => format!(
            "The {noun} has changed since you read it: look at error.current and try again with its ETag"
        ),
        Refusal::NoVersion(_) => format!(
            "If-Match names no version of this {noun}: look at error.current and send its ETag"
        ),
        Refusal::InTrash(_) => {
            let message =
                format!("A {noun} of this id is in the trash: restore it, or take another id");
            return Problem::about(StatusCode::CONFLICT, "CONFLICT", message, item);
        }
        Refusal::Exists(_) => {
            format!("There is a {noun} of this id: leave If-None-Match away to change it")
        }
        _ => {
            let message = format!(
                "There is another {noun} of this id: look at error.current, or take another id"
            );
            return Problem::about(StatusCode::CONFLICT, "CONFLICT", message, item);
        }
    };
    // RFC 9110 §15.5.13
    let status = StatusCode::PRECONDITION_FAILED;
    Problem::about(status, "PRECONDITION_FAILED", message, item)
}

/// Something is still in flight.
fn in_flight(what: &str) -> Problem {
    let header = (RETRY_AFTER, HeaderValue::from_static("1"));
    let message = format!("{what}: ask again after the time in Retry-After");
    Problem::conflict(message).with(|inner| inner.header = Some(header))
}

/// A limit that is reached, and what to do about it.
fn too_many(refusal: &Refusal) -> String {
    let full = |most: String, what: &str| {
        format!(
            "There may be {most} {what}, and there are as many: delete some before you make another"
        )
    };
    match refusal {
        Refusal::TooManyLists => full(LISTS.to_string(), "lists"),
        Refusal::TooManyTasks(most) => full(most.to_string(), "tasks"),
        Refusal::TooMuchBelow(noun) => format!(
            "More than {TASKS_BELOW} tasks would go with this {}: empty it first",
            noun.as_str()
        ),
        other => other.to_string(),
    }
}
