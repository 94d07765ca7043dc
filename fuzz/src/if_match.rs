//! Whatever is sent as an entity tag, the answer says what it means.

use axum::http::{HeaderValue, Request, StatusCode, header};

use super::door::{TASK, USER, ask};

/// The first byte says in which header, of which request.
pub(crate) fn run(input: &[u8]) {
    let Some((first, tag)) = input.split_first() else {
        return;
    };
    let Ok(tag) = HeaderValue::from_bytes(tag) else {
        return;
    };
    let task = format!("{USER}/tasks/{TASK}");
    let (request, body, no) = match first % 4 {
        0 => (
            Request::patch(task).header(header::IF_MATCH, tag),
            r#"{"priority": 4}"#,
            StatusCode::PRECONDITION_FAILED,
        ),
        1 => (
            Request::get(task).header(header::IF_NONE_MATCH, tag),
            "",
            StatusCode::NOT_MODIFIED,
        ),
        2 => (
            Request::get(format!("{USER}/tasks?limit=1")).header(header::IF_NONE_MATCH, tag),
            "",
            StatusCode::NOT_MODIFIED,
        ),
        _ => (
            Request::put(task).header(header::IF_NONE_MATCH, tag),
            r#"{"title": "Water the plants"}"#,
            StatusCode::PRECONDITION_FAILED,
        ),
    };
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let (status, told) = ask(request, body).unwrap();
    let expected = [StatusCode::OK, StatusCode::BAD_REQUEST, no];
    assert!(expected.contains(&status), "{status}: {told}");
}
