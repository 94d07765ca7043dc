//! The route of a user: removes all their data.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use utoipa::IntoParams;

use crate::domain::Author;
use crate::http::SharedApp;
use crate::http::extract::Owner;
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::http::query::{self, invalid};

const TAG: &str = "user";

/// Parameters with other names are ignored.
#[derive(Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RemovalQuery {
    /// The user's identity once more, so that nobody is removed by mistake.
    #[param(value_type = String, required = true, min_length = 1, max_length = 255)]
    confirm: Option<String>,
}

impl FromRequestParts<SharedApp> for RemovalQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "confirm" => read.confirm.replace(value.into_owned()).is_some(),
                _ => false,
            })
        })?;
        Ok(read)
    }
}

/// Remove the user, with all traces
///
/// Tasks, lists, trash, history, kept answers: for good, and at once. Cursors and tags of before fit no more. While it goes
/// on, all that is asked for the user is answered with 503; if the answer is lost, it goes on, and can be asked for again.
/// A user who comes back begins anew. The account at the Better Auth server is another thing.
#[utoipa::path(
    delete, path = "/api/{user_id}", tag = TAG,
    params(RemovalQuery),
    responses((status = 204, description = "There is nothing of the user any more")),
)]
pub(super) async fn remove_user(
    State(app): State<SharedApp>,
    Owner { space, actor }: Owner,
    exchange: Exchange,
    query: RemovalQuery,
) -> Result<Response, Problem> {
    if query.confirm.as_deref() != Some(actor.as_str()) {
        let rule = "must be the user's identity, as it stands in the path";
        return Err(invalid("confirm", rule));
    }
    let author = Author {
        actor,
        request_id: exchange.request_id().into(),
    };
    app.tasks.remove_user(&space, author).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
