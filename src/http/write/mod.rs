//! A write on its way to the use-cases and back: the request that it belongs to, and its idempotency key
//! (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).

pub(super) mod answer;
mod omitted;
mod packed;
mod short;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;

use self::answer::{Answer, Kept};
use crate::domain::{Author, Deed, Done, Key, Operation, Outcome};
use crate::http::SharedApp;
use crate::http::body::meaning;
use crate::http::extract::Owner;
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::tasks::Request;

pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// How many tasks are looked up at a time to make a kept answer whole.
const AT_ONCE: usize = 16;

/// Members of an object, not parsed.
type Members = BTreeMap<String, Box<RawValue>>;

/// Encodes the answer from the outcomes of a work.
pub(super) type Teller = Arc<dyn Fn(&[Outcome]) -> Answer + Send + Sync>;

/// The facts of a request that writes.
pub(super) struct Write {
    app: SharedApp,
    key: Option<Arc<str>>,
    request_id: Arc<str>,
    method: Method,
    path: String,
    /// What else distinguishes the request: the query and the conditions.
    conditions: Vec<String>,
}

impl FromRequestParts<SharedApp> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let key = key(parts)?;
        Ok(Self {
            app: app.clone(),
            request_id: Exchange::of(parts).request_id().into(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            conditions: if key.is_some() {
                conditions(parts)
            } else {
                Vec::new()
            },
            key,
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

fn conditions(parts: &Parts) -> Vec<String> {
    let header = |name: HeaderName| {
        let values = parts.headers.get_all(&name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        values.join(",")
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    vec![query, header(IF_MATCH), header(IF_NONE_MATCH)]
}

impl Write {
    /// Does one operation on a task or a list, and answers.
    pub(super) async fn one(
        self,
        owner: Owner,
        operation: Operation,
        body: &[u8],
    ) -> Result<Response, Problem> {
        let teller = answer::of_one(self.collection().to_owned());
        self.run(owner, operation.into(), teller, body).await
    }

    /// Does a deed, and answers.
    pub(super) async fn run(
        self,
        owner: Owner,
        deed: Deed,
        teller: Teller,
        body: &[u8],
    ) -> Result<Response, Problem> {
        let key = self.key.clone().map(|key| Key {
            key,
            fingerprint: self.fingerprint(body).into(),
        });
        let (encoder, space) = (teller.clone(), owner.space.clone());
        let request = Request {
            space: owner.space,
            author: Author {
                actor: owner.actor,
                request_id: self.request_id,
            },
            deed,
            encode: key.is_some().then(|| -> crate::tasks::Encoder {
                Arc::new(move |outcomes, latest| encoder(outcomes).to_keep(outcomes, latest))
            }),
            key,
            bytes: body.len(),
        };
        let applied = self.app.tasks.apply(request).await?;
        match applied.done {
            Done::Before(kept) => {
                let kept = Kept::read(&kept)?;
                let answer = kept.fill(&self.app.tasks, &space).await?;
                Ok(answer::send(answer, true))
            }
            Done::Now(outcomes) => Ok(answer::send(teller(&outcomes), false)),
            Done::Swept { .. } | Done::Left => {
                Err(Problem::internal("a sweep has no caller".into()))
            }
        }
    }

    /// The fingerprint of a request: of its meaning, not of its spelling.
    fn fingerprint(&self, body: &[u8]) -> String {
        let mut context = Context::new(&SHA256);
        let parts = [self.method.as_str(), &self.path];
        for part in parts
            .into_iter()
            .chain(self.conditions.iter().map(String::as_str))
        {
            context.update(part.as_bytes());
            // A character that none of them contains, as a separator.
            context.update(b"\n");
        }
        context.update(&meaning::of_body(body));
        URL_SAFE_NO_PAD.encode(context.finish())
    }

    /// `/api/{user_id}/tasks`, or of lists, as the caller wrote it.
    fn collection(&self) -> &str {
        let end = self.path.match_indices('/').nth(3);
        end.map_or(&self.path, |(end, _)| &self.path[..end])
    }
}
