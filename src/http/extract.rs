//! Extractors for the path and the token: the owner, the task's id, the change's number. Each failure has the usual
//! error envelope.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;

use crate::auth::Caller;
use crate::domain::{ListId, Noun, SpaceId, TaskId, UserId};
use crate::http::SharedApp;
use crate::http::body::strict;
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::quota::Rate;

/// The route of the user: the only one that works for a user who is being removed.
const USER: &str = "/api/{user_id}";

/// The caller, verified, who is also the user that the path names. A handler that takes this is protected,
/// and works in the name of that user alone; a route without it is public.
pub(super) struct Owner {
    /// The owner of the tasks.
    pub(super) space: SpaceId,
    /// The caller.
    pub(super) actor: UserId,
}

impl FromRequestParts<SharedApp> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        authenticate(parts, app).await.map(|caller| Self {
            space: caller.user.space(),
            actor: caller.user,
        })
    }
}

/// As [`Owner`], but also until when the token is good.
pub(super) struct OwnerCaller(pub(super) Caller);

impl FromRequestParts<SharedApp> for OwnerCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        authenticate(parts, app).await.map(Self)
    }
}

/// The caller, verified, if the path names the same user.
pub(super) async fn authenticate(parts: &mut Parts, app: &SharedApp) -> Result<Caller, Problem> {
    let exchange = Exchange::of(parts);
    let caller = app
        .authenticator
        .authenticate(&parts.headers, exchange.trace())
        .await?;
    exchange.set_user(&caller.user);
    count(app, &exchange, &caller.user)?;
    // A path that cannot be decoded names no user.
    let named = path_parameter(parts, app, "user_id").await;
    match named {
        Some(named) if named == caller.user.as_str() => {
            strict::check_query(parts, &exchange)?;
            let removes = parts.method == Method::DELETE && exchange.route() == Some(USER);
            if !removes && app.tasks.is_leaving(&caller.user.space()) {
                return Err(Problem::leaving());
            }
            Ok(caller)
        }
        _ => Err(Problem::foreign_user()),
    }
}

/// Counts a request of a verified caller.
pub(super) fn count(app: &SharedApp, exchange: &Exchange, user: &UserId) -> Result<(), Problem> {
    let Some(standing) = app.quota.count(user, || app.clock.now()) else {
        return Ok(());
    };
    exchange.set_standing(standing);
    if standing.left.is_some() {
        return Ok(());
    }
    let Rate { requests, window } = standing.rate;
    let message = format!(
        "More than {requests} requests in {} s: ask again after the time in Retry-After",
        window.as_secs()
    );
    Err(Problem::rate_limited(message, standing.reset))
}

/// The task that the path names. What is not a UUID names no task.
pub(super) struct PathTask(pub(super) TaskId);

impl FromRequestParts<SharedApp> for PathTask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let named = path_parameter(parts, app, "task_id").await;
        let id = named.as_deref().and_then(TaskId::parse);
        id.map(Self).ok_or_else(|| Problem::not_found(Noun::Task))
    }
}

/// The list that the path names. What is not a UUID names no list.
pub(super) struct PathList(pub(super) ListId);

impl FromRequestParts<SharedApp> for PathList {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let named = path_parameter(parts, app, "list_id").await;
        let id = named.as_deref().and_then(ListId::parse);
        id.map(Self).ok_or_else(|| Problem::not_found(Noun::List))
    }
}

/// More changes than anybody can make; a little more is still a number for both engines.
const LARGEST_SEQ: i64 = i64::MAX / 2;

/// The change that the path names. What is not a number of a change names none.
pub(super) struct PathChange(pub(super) Option<i64>);

impl FromRequestParts<SharedApp> for PathChange {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let named = path_parameter(parts, app, "seq").await;
        // A sign before it is no digit.
        let digits = named.filter(|seq| seq.bytes().all(|byte| byte.is_ascii_digit()));
        let seq = digits.and_then(|seq| seq.parse().ok());
        Ok(Self(seq.filter(|seq| (1..=LARGEST_SEQ).contains(seq))))
    }
}

pub(super) async fn path_parameter(
    parts: &mut Parts,
    app: &SharedApp,
    name: &str,
) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, app).await.ok()?;
    let found = parameters.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| value.to_owned())
}
