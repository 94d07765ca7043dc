//! The OpenAPI document: what the handlers say of themselves, and what is true of all of them, said once.

use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, Header, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, SecurityRequirement,
};
use utoipa::{OpenApi as _, ToSchema};

use crate::tasks::model::Task;

/// The envelope of every error.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what problem::Problem writes")]
pub(super) struct Error {
    error: ErrorBody,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what problem::Problem writes")]
pub(super) struct ErrorBody {
    /// For programs: one word for each kind of failure.
    #[schema(value_type = String, pattern = "^[A-Z_]+$")]
    code: String,
    /// For people: what went wrong and what to do about it.
    message: String,
    /// The task as it is now; with `PRECONDITION_FAILED`.
    #[schema(value_type = Task, required = false)]
    current: Option<()>,
    /// The number of the change that stands in the way of an undo; with `CONFLICT`.
    #[schema(value_type = i64, required = false)]
    conflicting_seq: Option<()>,
    /// More that helps, in development only.
    #[schema(value_type = Object, required = false)]
    details: Option<()>,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "tickbox",
        description = "The task backend for apps whose users sign in with Better Auth.\n\n\
            Send the token that your Better Auth server issues as `Authorization: Bearer …`. Every user has \
            tasks of their own; those of others are answered as if they did not exist.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Error, ErrorBody)),
    tags(
        (name = "tasks", description = "A user's tasks"),
        (name = "history", description = "What happened to tasks, and how to undo it"),
        (name = "health", description = "How the server is"),
    ),
)]
struct Frame;

/// The document before the routes have added themselves.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// An error that operations share: name, status, example and what it means.
struct SharedError {
    name: &'static str,
    status: &'static str,
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

const BAD_REQUEST: SharedError = shared(
    "BadRequest",
    "400",
    "BAD_REQUEST",
    "The body is not JSON: expected value at line 1 column 1",
    "The body is not JSON, or a header or the query cannot be read",
);
const UNAUTHORIZED: SharedError = SharedError {
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
const NOT_FOUND: SharedError = shared(
    "NotFound",
    "404",
    "NOT_FOUND",
    "Task not found",
    "There is no such task, or not for this caller",
);
const PRECONDITION_FAILED: SharedError = SharedError {
    header: Some(("ETag", "The tag of the task as it is now")),
    ..shared(
        "PreconditionFailed",
        "412",
        "PRECONDITION_FAILED",
        "The task has changed since you read it: look at error.current and try again with its ETag",
        "The task has none of the versions that `If-Match` names; `error.current` is the task as it is now",
    )
};
const CONFLICT: SharedError = SharedError {
    header: Some(("Retry-After", "Seconds to wait, where waiting helps")),
    ..shared(
        "Conflict",
        "409",
        "CONFLICT",
        "Change 21 of the same task stands in the way: undo it first",
        "What is stored, or a request that is under way, stands in the way",
    )
};
const PAYLOAD_TOO_LARGE: SharedError = shared(
    "PayloadTooLarge",
    "413",
    "PAYLOAD_TOO_LARGE",
    "The body is larger than 64 KiB: send less",
    "The body is larger than 64 KiB",
);
const UNSUPPORTED_MEDIA_TYPE: SharedError = shared(
    "UnsupportedMediaType",
    "415",
    "UNSUPPORTED_MEDIA_TYPE",
    "The body must be JSON: send it with Content-Type: application/json",
    "The body is not declared as JSON",
);
const VALIDATION_ERROR: SharedError = shared(
    "ValidationError",
    "422",
    "VALIDATION_ERROR",
    "title must not be empty or only white space",
    "What was sent breaks a rule; the message names each field and its rule",
);
const INTERNAL_SERVER_ERROR: SharedError = shared(
    "InternalServerError",
    "500",
    "INTERNAL_SERVER_ERROR",
    "Something went wrong on our side; the request id helps to find out what",
    "A fault of the server",
);
const SERVICE_UNAVAILABLE: SharedError = SharedError {
    header: Some(("Retry-After", "Seconds to wait before the next try")),
    ..shared(
        "ServiceUnavailable",
        "503",
        "SERVICE_UNAVAILABLE",
        "The server cannot do this now; try again after the time in Retry-After",
        "The database or the keys cannot be reached, or the server is overloaded",
    )
};

const ALL: [&SharedError; 10] = [
    &BAD_REQUEST,
    &UNAUTHORIZED,
    &NOT_FOUND,
    &PRECONDITION_FAILED,
    &CONFLICT,
    &PAYLOAD_TOO_LARGE,
    &UNSUPPORTED_MEDIA_TYPE,
    &VALIDATION_ERROR,
    &INTERNAL_SERVER_ERROR,
    &SERVICE_UNAVAILABLE,
];

/// Adds what is true of all operations, now that they are all there.
pub(super) fn finish(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Default::default);
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A token of your Better Auth server"));
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    for error in ALL {
        components
            .responses
            .insert(error.name.to_owned(), RefOr::T(response(error)));
    }
    for (path, item) in &mut document.paths.paths {
        let reads = item.get.iter_mut().map(|operation| (true, operation));
        let writes = [
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        let writes = writes
            .into_iter()
            .flatten()
            .map(|operation| (false, operation));
        for (is_read, operation) in reads.chain(writes) {
            complete(path, is_read, operation);
        }
    }
}

fn complete(path: &str, is_read: bool, operation: &mut Operation) {
    let mut errors = vec![&INTERNAL_SERVER_ERROR, &SERVICE_UNAVAILABLE];
    if path.contains("{user_id}") {
        operation.security = Some(vec![SecurityRequirement::new("bearer", [""; 0])]);
        let parameters = operation.parameters.get_or_insert_default();
        parameters.insert(0, RefOr::T(user_id()));
        if path.contains("{task_id}") {
            parameters.insert(1, RefOr::T(task_id()));
        }
        errors.extend([&UNAUTHORIZED, &NOT_FOUND]);
        if path.ends_with("/undo") {
            errors.extend([&BAD_REQUEST, &CONFLICT, &VALIDATION_ERROR]);
        } else if !path.ends_with("/history") {
            add_conditions(path, is_read, operation, &mut errors);
        }
        let parameters = operation.parameters.get_or_insert_default();
        if parameters.iter().any(
            |parameter| matches!(parameter, RefOr::T(it) if it.parameter_in == ParameterIn::Query),
        ) {
            errors.extend([&BAD_REQUEST, &VALIDATION_ERROR]);
        }
    }
    if operation.request_body.is_some() {
        errors.extend([
            &BAD_REQUEST,
            &PAYLOAD_TOO_LARGE,
            &UNSUPPORTED_MEDIA_TYPE,
            &VALIDATION_ERROR,
        ]);
    }
    let responses = &mut operation.responses.responses;
    for success in responses.values_mut() {
        if let RefOr::T(success) = success {
            success
                .headers
                .insert("X-Request-Id".to_owned(), RefOr::T(request_id()));
        }
    }
    for error in errors {
        let reference = Ref::from_response_name(error.name);
        responses
            .entry(error.status.to_owned())
            .or_insert(RefOr::Ref(reference));
    }
}

/// What conditional requests (RFC 9110 §13) add.
fn add_conditions(
    path: &str,
    is_read: bool,
    operation: &mut Operation,
    errors: &mut Vec<&SharedError>,
) {
    let responses = &mut operation.responses.responses;
    for (status, success) in responses.iter_mut() {
        if let RefOr::T(success) = success
            && status != "204"
        {
            let tag = header("The version of what was sent: for If-Match and If-None-Match");
            success.headers.insert("ETag".to_owned(), RefOr::T(tag));
        }
    }
    if is_read {
        let known = ResponseBuilder::new()
            .description("`If-None-Match` names what there is: nothing is sent again");
        let known = known.header("ETag", header("The version of what there is"));
        responses.insert("304".to_owned(), RefOr::T(known.build()));
        errors.push(&BAD_REQUEST);
    } else if path.contains("{task_id}") {
        errors.extend([&BAD_REQUEST, &PRECONDITION_FAILED]);
    }
}

fn response(error: &SharedError) -> Response {
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

fn request_id() -> Header {
    header("The caller's, if it was sane, else a new one; it is in the log")
}

fn header(description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
    header.description = Some(description.to_owned());
    header
}

fn user_id() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255));
    ParameterBuilder::new()
        .name("user_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(
            "The identity that the token names; any other is answered with 404",
        ))
        .schema(Some(schema))
        .example(Some(json!("TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv")))
        .build()
}

fn task_id() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name("task_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The task; what is not a UUID names none"))
        .schema(Some(schema))
        .example(Some(json!("01990f3e-8a5c-7cc3-98c4-dc0c0c07398f")))
        .build()
}
