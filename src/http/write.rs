//! A write on its way to the use-cases and back: in which request it is made, and whether it may be repeated
//! (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::SharedApp;
use super::answer;
use super::front::X_REQUEST_ID;
use super::problem::Problem;
use crate::tasks::model::UserId;
use crate::tasks::operation::{Answering, Done, Operation, Origin, Repeat, Work};

pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// What a handler that writes knows of its request.
pub(super) struct Write {
    app: SharedApp,
    key: Option<Arc<str>>,
    request_id: Arc<str>,
    method: Method,
    path: String,
}

impl FromRequestParts<SharedApp> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let request_id = parts.headers.get(X_REQUEST_ID);
        let request_id = request_id.and_then(|id| id.to_str().ok()).unwrap_or("-");
        Ok(Self {
            app: app.clone(),
            key: key(parts)?,
            request_id: request_id.into(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
        })
    }
}

fn key(parts: &Parts) -> Result<Option<Arc<str>>, Problem> {
    let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let sane = (1..=LONGEST_KEY).contains(&value.len())
        && value.as_bytes().iter().all(u8::is_ascii_graphic)
        && values.next().is_none();
    match value.to_str() {
        Ok(key) if sane => Ok(Some(key.into())),
        _ => Err(Problem::bad_request(
            "The header Idempotency-Key must be one key of 1 to 255 visible ASCII characters",
        )),
    }
}

impl Write {
    /// Does one operation on a task, and tells of it.
    pub(super) async fn task(
        self,
        user: UserId,
        operation: Operation,
        body: &[u8],
    ) -> Result<Response, Problem> {
        let answering = answer::of_one(self.path_of_tasks().to_owned());
        let work = self.work(user, vec![operation]);
        self.run(work, answering, body).await
    }

    pub(super) fn work(&self, user: UserId, operations: Vec<Operation>) -> Work {
        let origin = Origin {
            actor: user.clone(),
            request_id: self.request_id.clone(),
        };
        Work::new(user, origin, operations)
    }

    pub(super) async fn run(
        self,
        mut work: Work,
        answering: Answering,
        body: &[u8],
    ) -> Result<Response, Problem> {
        work.repeat = self.key.clone().map(|key| Repeat {
            key,
            fingerprint: self.fingerprint(body).into(),
            answer: answering.clone(),
        });
        Ok(match self.app.tasks.apply(work).await? {
            Done::Before(answer) => answer::send(answer, true),
            Done::Now(_, Some(answer)) => answer::send(answer, false),
            Done::Now(outcomes, None) => answer::send(answering(&outcomes), false),
        })
    }

    /// What makes this request another one than its like.
    fn fingerprint(&self, body: &[u8]) -> String {
        let mut context = Context::new(&SHA256);
        for part in [self.method.as_str().as_bytes(), self.path.as_bytes()] {
            context.update(part);
            // In neither of them, so that nothing moves from one to the other.
            context.update(b"\n");
        }
        context.update(body);
        URL_SAFE_NO_PAD.encode(context.finish())
    }

    /// `/api/{user_id}/tasks`, as the caller wrote it.
    fn path_of_tasks(&self) -> &str {
        let end = self.path.match_indices('/').nth(3);
        end.map_or(&self.path, |(end, _)| &self.path[..end])
    }
}
