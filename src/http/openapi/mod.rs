//! The OpenAPI document: what the handlers declare, and what is common to all of them.

mod errors;
mod list;
mod shapes;
mod task;

use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Header, OpenApi, Ref, RefOr, Required, ResponseBuilder, SecurityRequirement,
};
use utoipa::{OpenApi as _, ToSchema};

use self::errors::{
    ALL, BAD_REQUEST, CONFLICT, CURSOR_EXPIRED, INTERNAL_SERVER_ERROR, NOT_FOUND,
    PAYLOAD_TOO_LARGE, PRECONDITION_FAILED, RATE_LIMITED, SERVICE_UNAVAILABLE, SharedError,
    UNAUTHORIZED, UNSUPPORTED_MEDIA_TYPE, VALIDATION_ERROR, response,
};

pub(super) use self::list::{
    CountedListSchema, ListPatchSchema, ListSchema, NewListSchema, ReplacedSchema,
};
pub(super) use self::task::{NewTaskSchema, TaskPatchSchema, TaskSchema, example, with_content};

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
    /// The task or the list as it is now; with `PRECONDITION_FAILED`, and with a `CONFLICT` about another one.
    #[schema(value_type = Current, required = false)]
    current: Option<()>,
    /// With a status of 422: what breaks a rule, be it a member of the body (with `index`: of that operation), a parameter or a header.
    #[schema(value_type = Vec<String>, required = false)]
    fields: Option<()>,
    /// Which operation of a batch was refused, counted from 0; only in an answer to a batch.
    #[schema(value_type = u32, required = false)]
    index: Option<()>,
    /// The number of the change that stands in the way of an undo; with `CONFLICT`.
    #[schema(value_type = i64, required = false)]
    conflicting_seq: Option<()>,
    /// What an import has done that could not go on; only there if it has done something.
    #[schema(value_type = crate::http::import::ImportReport, required = false)]
    import: Option<()>,
    /// `unknown`: the write may have been done or not; with `SERVICE_UNAVAILABLE`. A repeat with the same key tells.
    #[schema(value_type = String, required = false)]
    outcome: Option<()>,
    /// More that helps, in development only.
    #[schema(value_type = Object, required = false)]
    details: Option<()>,
}

/// The task or the list as it is now.
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what problem::Problem writes")]
pub(super) enum Current {
    Task(TaskSchema),
    List(ListSchema),
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "tickbox",
        description = "The task backend for apps whose users sign in with Better Auth.\n\n\
            Send the token that your Better Auth server issues as `Authorization: Bearer …`. Every user has \
            tasks of their own; those of others are answered as if they did not exist.\n\n\
            What a request has that is not known is ignored. With `Prefer: handling=strict` (RFC 7240) it is refused by \
            its name: a parameter with 400, a member of the body with 422; the answer says `Preference-Applied`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Error, ErrorBody)),
    tags(
        (name = "tasks", description = "A user's tasks"),
        (name = "lists", description = "The lists that tasks are in"),
        (name = "changes", description = "What has changed, and what changes now"),
        (name = "history", description = "What happened to tasks, and how to undo it"),
        (name = "user", description = "All of a user's data"),
        (name = "health", description = "How the server is"),
    ),
)]
struct Frame;

/// The document before the routes have added themselves.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

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
    shapes::relax(document);
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
        if path.contains("{list_id}") {
            parameters.insert(1, RefOr::T(list_id()));
        }
        errors.extend([&UNAUTHORIZED, &NOT_FOUND, &RATE_LIMITED]);
        let ends = |all: &[&str]| all.iter().any(|end| path.ends_with(end));
        if is_read && ends(&["/changes", "/events", "/tasks"]) {
            errors.push(&CURSOR_EXPIRED);
        }
        if path.contains("/import") {
            errors.push(&CONFLICT);
        } else if !ends(&["/changes", "/events", "/ticket", "{user_id}", "/export"]) {
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

/// Whether what is sent has a version: a task, a list, several of them, or what happened to one.
fn has_version(path: &str) -> bool {
    let tagged = [
        "/tasks",
        "/lists",
        "_id}",
        "/complete",
        "/move",
        "/restore",
        "/history",
        "/occurrences",
        "/tags",
    ];
    tagged.iter().any(|end| path.ends_with(end))
}

/// What conditional requests (RFC 9110 §13) and safe repeats add.
fn add_conditions(
    path: &str,
    is_read: bool,
    operation: &mut Operation,
    errors: &mut Vec<&SharedError>,
) {
    let responses = &mut operation.responses.responses;
    let parameters = operation.parameters.get_or_insert_default();
    for (status, success) in responses.iter_mut() {
        let RefOr::T(success) = success else { continue };
        if status != "204" && has_version(path) {
            let tag = header("The version of what was sent: for If-Match and If-None-Match");
            success.headers.insert("ETag".to_owned(), RefOr::T(tag));
        }
        if !is_read {
            let replayed = header("`true` if this is the answer to the first time");
            let name = "Idempotency-Replayed".to_owned();
            success.headers.insert(name, RefOr::T(replayed));
        }
    }
    if !is_read {
        parameters.push(RefOr::T(condition(
            "Idempotency-Key",
            "Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters",
            "^[!-~]{1,255}$",
        )));
        errors.extend([&BAD_REQUEST, &CONFLICT, &VALIDATION_ERROR]);
    }
    if path.ends_with("/batch") {
        errors.push(&PRECONDITION_FAILED);
    }
    if !has_version(path) {
        return;
    }
    if is_read {
        parameters.push(RefOr::T(condition(
            "If-None-Match",
            "Entity tags of what the caller has, such as `\"3\"`: if one is current, the answer is 304",
            TAGS,
        )));
        let known = ResponseBuilder::new()
            .description("`If-None-Match` names what there is: nothing is sent again");
        let known = known.header("ETag", header("The version of what there is"));
        responses.insert("304".to_owned(), RefOr::T(known.build()));
        errors.push(&BAD_REQUEST);
    } else if path.contains("{task_id}") || path.contains("{list_id}") {
        parameters.push(RefOr::T(condition(
            "If-Match",
            "Entity tags of the versions that the caller knows, such as `\"3\"`: if none is current, the answer is 412",
            TAGS,
        )));
        errors.push(&PRECONDITION_FAILED);
    }
    if matches!(
        operation.operation_id.as_deref(),
        Some("change_task" | "change_list")
    ) {
        parameters.push(RefOr::T(condition(
            "If-None-Match",
            "`*`: creates it under this id, and only if there is none; the body is that of a new one then",
            r"^\*$",
        )));
    }
}

/// RFC 9110 §8.8.3: `*`, or a list of entity tags.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;

/// Without an example: where it is filled in unasked, a fixed key makes each second request a repeat of the first.
fn condition(name: &str, description: &str, pattern: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
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
    named("task_id", "The task; what is not a UUID names none")
}

fn list_id() -> Parameter {
    named("list_id", "The list; what is not a UUID names none")
}

fn named(name: &str, about: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(schema))
        .example(Some(json!("01990f3e-8a5c-7cc3-98c4-dc0c0c07398f")))
        .build()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::domain::limits::{BATCH_OPERATIONS, PAGE};
    use crate::http::changes::{LONGEST_WAIT, USUAL_LIMIT};

    /// An attribute takes a literal only, so its numbers are compared here.
    #[test]
    fn the_numbers_of_the_document_are_those_of_the_rules() {
        let document = serde_json::to_value(crate::http::document()).unwrap();
        let batch = &document["components"]["schemas"]["Batch"]["properties"]["operations"];
        assert_eq!(batch["maxItems"], BATCH_OPERATIONS);
        let schema = |route: &str, name: &str| -> Value {
            let parameters = &document["paths"][route]["get"]["parameters"];
            let all = parameters.as_array().unwrap();
            let found = all.iter().find(|parameter| parameter["name"] == name);
            found.unwrap()["schema"].clone()
        };
        let tasks = "/api/{user_id}/tasks";
        let history = "/api/{user_id}/tasks/{task_id}/history";
        let changes = "/api/{user_id}/changes";
        for route in [tasks, history, changes] {
            assert_eq!(schema(route, "limit")["maximum"], PAGE, "{route}");
        }
        assert_eq!(schema(changes, "limit")["default"], USUAL_LIMIT);
        assert_eq!(schema(changes, "wait")["maximum"], LONGEST_WAIT);
    }
}
