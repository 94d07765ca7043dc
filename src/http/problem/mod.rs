//! How a failure is answered over HTTP: the one place where errors get their status, code and message.
//!
//! A handler returns a [`Problem`]; the front door turns it into the error envelope, because only the front door
//! knows the environment and the request id.

mod refused;
mod unauthorized;

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{ETAG, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::auth::{Facts, TokenRefusal};
use crate::domain::json::Fault;
use crate::domain::{Item, Noun};
use crate::error::{Cause, Error, chain};
use crate::http::conditional::etag::version_tag;

/// A failure, on its way to the caller and to the log.
#[derive(Clone, Debug)]
pub(super) struct Problem(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    /// Shown in development only.
    details: Option<Value>,
    header: Option<(HeaderName, HeaderValue)>,
    /// What else the caller needs to go on, beside code and message; shown everywhere.
    members: Vec<(&'static str, Value)>,
    /// For the log only.
    cause: Option<Cause>,
    /// What the log and the metrics record of a refused caller.
    suspicion: Option<Suspicion>,
}

/// A refusal that may be a sign of probing.
#[derive(Debug)]
pub(super) enum Suspicion {
    /// There is no caller.
    Refused(TokenRefusal),
    /// The path names another user than the token.
    ForeignPath,
}

impl Suspicion {
    /// A stable code, the same in the log and in `error.details.reason`.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason().code(),
            Self::ForeignPath => "foreign_user",
        }
    }

    pub(super) fn explanation(&self) -> &str {
        match self {
            Self::Refused(refusal) => refusal.explanation().unwrap_or_default(),
            Self::ForeignPath => "the path names another user than the token",
        }
    }

    /// The unverified claims of a refused token.
    pub(super) fn token(&self) -> Option<&Facts> {
        match self {
            Self::Refused(refusal) => refusal.token(),
            Self::ForeignPath => None,
        }
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            status,
            code,
            message: message.into(),
            details: None,
            header: None,
            members: Vec::new(),
            cause: None,
            suspicion: None,
        }))
    }

    /// Only while the problem is built, before it is shared.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }

    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(super) fn not_found(noun: Noun) -> Self {
        let message = match noun {
            Noun::Task => "Task not found",
            Noun::List => "List not found",
        };
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    pub(super) fn change_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Change not found")
    }

    pub(super) fn import_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Import not found")
    }

    /// The path names another user than the token: answered as if there were no such task.
    pub(super) fn foreign_user() -> Self {
        Self::not_found(Noun::Task).with(|inner| {
            inner.suspicion = Some(Suspicion::ForeignPath);
        })
    }

    pub(super) fn route_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "No such route: see /docs",
        )
    }

    /// The router, which knows the methods, sets `Allow`.
    pub(super) fn method_not_allowed() -> Self {
        let message = "This route has other methods: see the Allow header";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            message,
        )
    }

    /// Contains the present task or list, so that the caller need not request it.
    fn about(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        item: &Item,
    ) -> Self {
        let mut json = Vec::new();
        item.write(&mut json);
        let current = serde_json::from_slice(&json).unwrap_or_default();
        Self::new(status, code, message).with(|inner| {
            inner.header = Some((ETAG, version_tag(item.version())));
            inner.members = vec![("current", current)];
        })
    }

    fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", message)
    }

    /// A fault of a body as a whole.
    pub(super) fn invalid_as_a_whole(field: &'static str, message: String) -> Self {
        let details = json!({"fields": [{"field": field, "rule": message}]});
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "VALIDATION_ERROR",
            message,
        )
        .with(|inner| {
            inner.details = Some(details);
            inner.members = vec![("fields", json!([field]))];
        })
    }

    /// For one of several operations: its index.
    pub(super) fn at(self, index: usize) -> Self {
        let inner = &self.0;
        let message = format!("operations[{index}]: {}", inner.message);
        let mut members = inner.members.clone();
        members.push(("index", json!(index)));
        let details = inner.details.clone();
        Self::new(inner.status, inner.code, message).with(|inner| {
            inner.members = members;
            inner.details = details;
        })
    }

    pub(super) fn payload_too_large(limit: usize) -> Self {
        let size = match limit / 1024 {
            kib if kib % 1024 == 0 => format!("{} MiB", kib / 1024),
            kib => format!("{kib} KiB"),
        };
        let message = format!("The body is larger than {size}: send less");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    pub(super) fn unsupported_media_type(message: &'static str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            message,
        )
    }

    /// JSON that breaks rules: the message names each field with its rule.
    pub(super) fn invalid(fields: &[Fault]) -> Self {
        let mut message = String::new();
        for Fault { field, rule } in fields {
            let separator = if message.is_empty() { "" } else { "; " };
            let _ = write!(message, "{separator}{field} {rule}");
        }
        let names: Vec<_> = fields.iter().map(|error| error.field).collect();
        let details: Vec<_> = fields
            .iter()
            .map(|Fault { field, rule }| json!({"field": field, "rule": rule}))
            .collect();
        Self::invalid_fields(message, &names)
            .with(|inner| inner.details = Some(json!({ "fields": details })))
    }

    /// As [`Problem::invalid`], for names that the caller has chosen.
    pub(super) fn invalid_fields(message: String, names: &[impl AsRef<str>]) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
        Self::new(status, "VALIDATION_ERROR", message)
            .with(|inner| inner.members = vec![("fields", json!(names))])
    }

    pub(super) fn unavailable(
        message: &'static str,
        retry_after: Duration,
        cause: Option<Cause>,
    ) -> Self {
        let seconds = retry_after.as_secs_f64().ceil().max(1.0);
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            message,
        )
        .with(|inner| {
            let value = HeaderValue::from_str(&format!("{seconds:.0}"));
            inner.header = value.ok().map(|value| (RETRY_AFTER, value));
            inner.cause = cause;
        })
    }

    /// The user is being removed.
    pub(super) fn leaving() -> Self {
        let message =
            "This user is being removed with all tasks: ask again after the time in Retry-After";
        let cause = "the user is being removed".into();
        Self::unavailable(message, Duration::from_secs(1), Some(cause))
    }

    /// Too many requests, or streams, of one user.
    pub(super) fn rate_limited(message: String, retry_after: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message)
            .with(|inner| inner.header = Some((RETRY_AFTER, retry_after.into())))
    }

    pub(super) fn internal(cause: Cause) -> Self {
        let message = "Something went wrong on our side; the request id helps to find out what";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            message,
        )
        .with(|inner| inner.cause = Some(cause))
    }

    /// Adds a member beside the message.
    pub(super) fn carrying(self, name: &'static str, value: Value) -> Self {
        self.with(|inner| inner.members.push((name, value)))
    }

    pub(super) fn message(&self) -> &str {
        &self.0.message
    }

    pub(super) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(super) fn header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.0.header.as_ref()
    }

    pub(super) fn suspicion(&self) -> Option<&Suspicion> {
        self.0.suspicion.as_ref()
    }

    /// The cause and the causes behind it, for the log.
    pub(super) fn chain(&self) -> Option<String> {
        self.0.cause.as_deref().map(|cause| chain(cause))
    }

    /// The body; `details` where the environment allows them.
    pub(super) fn envelope(&self, with_details: bool) -> Value {
        json!({ "error": self.error(with_details) })
    }

    /// The content of the envelope.
    pub(super) fn error(&self, with_details: bool) -> Value {
        let mut error = json!({"code": self.0.code, "message": self.0.message});
        if with_details {
            let cause = self.chain().map(|chain| json!({ "cause": chain }));
            if let Some(details) = self.0.details.clone().or(cause) {
                error["details"] = details;
            }
        }
        for (name, value) in &self.0.members {
            error[*name] = value.clone();
        }
        error
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::from(&refusal),
            Error::Unavailable {
                what,
                retry_after,
                source,
            } => {
                let cause = match source {
                    Some(source) => format!("{what}: {}", chain(source.as_ref())),
                    None => what.to_owned(),
                };
                let message =
                    "The server cannot do this now; try again after the time in Retry-After";
                Self::unavailable(message, retry_after, Some(cause.into()))
            }
            Error::OutcomeUnknown(cause) => {
                let message = "It is not known whether this was done: ask again with the same Idempotency-Key, or look";
                let members = vec![("outcome", json!("unknown"))];
                Self::unavailable(message, Duration::from_secs(1), Some(cause))
                    .with(|inner| inner.members = members)
            }
            Error::Internal(cause) => Self::internal(cause),
        }
    }
}

/// Carries the problem to the front door, which writes the body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        if let Some((name, value)) = self.0.header.clone() {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}
