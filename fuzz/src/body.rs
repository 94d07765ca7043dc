//! Whatever is sent as a body, the answer is not a failure of the server; and what was written is what is read.

use axum::http::{Request, StatusCode, header};

use super::door::{LIST, PART, TASK, USER, ask, ask_again};

/// The method, the path behind the user, and the media type.
const ROUTES: [(&str, &str, &str); 12] = [
    ("POST", "/tasks", "application/json"),
    ("PUT", "/tasks/TASK", "application/json"),
    ("PATCH", "/tasks/TASK", "application/merge-patch+json"),
    ("PATCH", "/tasks/TASK/complete", "application/json"),
    ("POST", "/tasks/TASK/skip", "application/json"),
    ("POST", "/tasks/PART/move", "application/json"),
    ("POST", "/tasks/batch", "application/json"),
    ("POST", "/lists", "application/json"),
    ("PUT", "/lists/LIST", "application/json"),
    ("PATCH", "/lists/LIST", "application/merge-patch+json"),
    ("POST", "/lists/LIST/move", "application/json"),
    ("PATCH", "/tasks/PART", "application/json"),
];

/// The first byte says where it is sent, and whether strictly.
pub(crate) fn run(input: &[u8]) {
    let Some((first, body)) = input.split_first() else {
        return;
    };
    let (method, path, media_type) = ROUTES[usize::from(*first) % ROUTES.len()];
    let path = path
        .replace("TASK", TASK)
        .replace("PART", PART)
        .replace("LIST", LIST);
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{USER}{path}"));
    request = request.header(header::CONTENT_TYPE, media_type);
    if *first >= 128 {
        request = request.header("prefer", "handling=strict");
    }
    let Some((status, told)) = ask(request, body.to_vec()) else {
        return;
    };
    if status == StatusCode::UNPROCESSABLE_ENTITY {
        let fields = told["error"]["fields"].as_array();
        assert!(fields.is_some(), "{told}");
    }
    // A batch has no id of its own.
    if let Some(id) = told["id"].as_str().filter(|_| status.is_success()) {
        let kind = if path.starts_with("/lists") {
            "lists"
        } else {
            "tasks"
        };
        let request = Request::get(format!("{USER}/{kind}/{id}"));
        let (status, read) = ask_again(request).unwrap();
        assert_eq!((status, read), (StatusCode::OK, told));
    }
}
