//! Whatever is sent as a cursor leads to a page, or is refused.

use axum::http::{Request, StatusCode};

use super::door::{TASK, USER, ask, encoded};

/// The path behind the user, and the parameter.
const ROUTES: [(&str, &str); 8] = [
    ("/tasks?limit=2", "cursor"),
    ("/tasks?limit=2&deleted=true", "cursor"),
    ("/tasks?limit=2&completed=false", "cursor"),
    (
        "/tasks?limit=2&filter=due%3A%2A&order_by=due%2Cpriority%20desc",
        "cursor",
    ),
    ("/tasks?limit=2&filter=plants&order_by=title", "cursor"),
    ("/changes?limit=2", "since"),
    ("/changes?limit=2&kinds=task,list", "since"),
    ("/tasks/TASK/history?limit=2", "cursor"),
];

/// The first byte says where it is sent.
pub(crate) fn run(input: &[u8]) {
    let Some((first, cursor)) = input.split_first() else {
        return;
    };
    let (path, parameter) = ROUTES[usize::from(*first) % ROUTES.len()];
    let path = path.replace("TASK", TASK);
    let uri = format!("{USER}{path}&{parameter}={}", encoded(cursor));
    let Some((status, told)) = ask(Request::get(uri), "") else {
        return;
    };
    let expected = [
        StatusCode::OK,
        StatusCode::BAD_REQUEST,
        StatusCode::GONE,
        StatusCode::UNPROCESSABLE_ENTITY,
    ];
    assert!(expected.contains(&status), "{status}: {told}");
}
