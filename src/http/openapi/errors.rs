//! The error responses that operations share, in the OpenAPI document.

use serde_json::json;
use utoipa::openapi::{Content, Ref, Response, ResponseBuilder};

use super::{header, request_id};

/// An error that operations share: name, status, example and what it means.
pub(super) struct SharedError {
    pub(super) name: &'static str,
    pub(super) status: &'static str,
    code: &'static str,
    message: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
}

const fn shared(
    name: &'static str,
    status: &'static str,
    code: &'static str,
    message: &'static str,
    description: &'static str,
) -> SharedError {
    SharedError {
        name,
        status,
        code,
        message,
        description,
        header: None,
    }
}

pub(super) const BAD_REQUEST: SharedError = shared(
    "BadRequest",
    "400",
    "BAD_REQUEST",
    "The body is not JSON: expected value at line 1 column 1",
    "The body is not JSON, or a header or the query cannot be read",
);
pub(super) const UNAUTHORIZED: SharedError = SharedError {
    header: Some((
        "WWW-Authenticate",
        "`Bearer`; with `error=\"invalid_token\"` where a token was sent (RFC 6750)",
    )),
    ..shared(
        "Unauthorized",
        "401",
        "UNAUTHORIZED",
        "Missing authentication token",
        "There is no token, or it is not valid",
    )
};
pub(super) const NOT_FOUND: SharedError = shared(
    "NotFound",
    "404",
    "NOT_FOUND",
    "Task not found",
    "There is no such task, or not for this caller",
);
pub(super) const CURSOR_EXPIRED: SharedError = shared(
    "CursorExpired",
    "410",
    "CURSOR_EXPIRED",
    "What happened since this cursor cannot be told any more: begin again without one",
    "The cursor is too old, or of a database that was put back to an earlier state: begin again without one",
);
pub(super) const PRECONDITION_FAILED: SharedError = SharedError {
    header: Some(("ETag", "The tag of the task as it is now")),
    ..shared(
        "PreconditionFailed",
        "412",
        "PRECONDITION_FAILED",
        "The task has changed since you read it: look at error.current and try again with its ETag",
        "The task has none of the versions that `If-Match` names; `error.current` is the task as it is now",
    )
};
pub(super) const PAYLOAD_TOO_LARGE: SharedError = shared(
    "PayloadTooLarge",
    "413",
    "PAYLOAD_TOO_LARGE",
    "The body is larger than 64 KiB: send less",
    "The body is larger than 64 KiB",
);
pub(super) const UNSUPPORTED_MEDIA_TYPE: SharedError = shared(
    "UnsupportedMediaType",
    "415",
    "UNSUPPORTED_MEDIA_TYPE",
    "The body must be JSON: send it with Content-Type: application/json",
    "The body is not declared as JSON",
);
pub(super) const VALIDATION_ERROR: SharedError = shared(
    "ValidationError",
    "422",
    "VALIDATION_ERROR",
    "title must not be empty or only white space",
    "What was sent breaks a rule; the message names each field and its rule",
);
pub(super) const INTERNAL_SERVER_ERROR: SharedError = shared(
    "InternalServerError",
    "500",
    "INTERNAL_SERVER_ERROR",
    "Something went wrong on our side; the request id helps to find out what",
    "A fault of the server",
);
pub(super) const SERVICE_UNAVAILABLE: SharedError = SharedError {
    header: Some(("Retry-After", "Seconds to wait before the next try")),
    ..shared(
        "ServiceUnavailable",
        "503",
        "SERVICE_UNAVAILABLE",
        "The server cannot do this now; try again after the time in Retry-After",
        "The database or the keys cannot be reached, or the server is overloaded",
    )
};

pub(super) const RATE_LIMITED: SharedError = SharedError {
    header: Some(("Retry-After", "Seconds to wait before the next try")),
    ..shared(
        "RateLimited",
        "429",
        "RATE_LIMITED",
        "More than 6000 requests in 60 s: ask again after the time in Retry-After",
        "The user has asked too often, or has too many streams open",
    )
};

pub(super) const CONFLICT: SharedError = SharedError {
    header: Some((
        "Retry-After",
        "Seconds to wait, if a request with the same `Idempotency-Key` is in flight",
    )),
    ..shared(
        "Conflict",
        "409",
        "CONFLICT",
        "There is another task of this id: look at error.current, or take another id",
        "What is there, or what is in flight, stands in the way",
    )
};

pub(super) const ALL: [&SharedError; 12] = [
    &CONFLICT,
    &CURSOR_EXPIRED,
    &BAD_REQUEST,
    &UNAUTHORIZED,
    &NOT_FOUND,
    &PRECONDITION_FAILED,
    &PAYLOAD_TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &VALIDATION_ERROR,
    &RATE_LIMITED,
    &INTERNAL_SERVER_ERROR,
    &SERVICE_UNAVAILABLE,
];

pub(super) fn response(error: &SharedError) -> Response {
    let mut content = Content::new(Some(Ref::from_schema_name("Error")));
    content.example = Some(json!({"error": {"code": error.code, "message": error.message}}));
    let mut response = ResponseBuilder::new()
        .description(error.description)
        .content("application/json", content)
        .header("X-Request-Id", request_id());
    if let Some((name, description)) = error.header {
        response = response.header(name, header(description));
    }
    response.build()
}
