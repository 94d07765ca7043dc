//! Who listens to events: known by a token, as everywhere, or by a ticket; and for how long.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use url::form_urlencoded;
use utoipa::IntoParams;

use super::changes::reached;
use super::exchange::Exchange;
use super::exchange::detached;
use super::extract::{authenticate, path_parameter};
use super::problem::Problem;
use super::{SharedApp, strict};
use crate::clock::Timestamp;
use crate::domain::{SpaceId, UserId};
use crate::tasks::changes::Reached;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the query; it is read by hand, so that an error is told in the envelope"
)]
pub(super) struct ListenParameters {
    /// The id of the last event that was heard, or a `next_cursor` of changes: what came since is sent first. The
    /// header `Last-Event-ID` goes before it.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    last_event_id: Option<String>,
    /// A ticket in place of the token, where no header can be sent.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    ticket: Option<String>,
}

/// Somebody who may hear of a user's changes.
pub(super) struct Listener {
    pub(super) space: SpaceId,
    /// What was heard before; `None`: begin now.
    pub(super) since: Option<Reached>,
    pub(super) access: Access,
}

/// For how long somebody may listen.
pub(super) struct Access {
    pub(super) until: Timestamp,
    /// What the caller is known by: sessions are believed for a moment only and must be asked for again. Empty with a
    /// ticket.
    credentials: HeaderMap,
}

impl Access {
    /// Whether the time, which is over, goes on.
    pub(super) async fn is_renewed(&mut self, app: &SharedApp, space: &SpaceId) -> bool {
        if self.credentials.is_empty() {
            return false;
        }
        match app.authenticator.authenticate(&self.credentials).await {
            Ok(caller) if caller.user.space() == *space => {
                self.until = caller.expires_at;
                self.until > app.clock.now()
            }
            _ => false,
        }
    }
}

impl FromRequestParts<SharedApp> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let (mut ticket, mut last_event_id) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let again = match &*name {
                "ticket" => ticket.replace(value).is_some(),
                "last_event_id" => last_event_id.replace(value).is_some(),
                _ => false,
            };
            if again {
                let message = format!("The query names {name} twice");
                return Err(Problem::bad_request(message));
            }
        }
        let (space, access) = match ticket {
            Some(ticket) => by_ticket(parts, app, &ticket).await?,
            None => by_token(parts, app).await?,
        };
        let header = parts.headers.get(LAST_EVENT_ID);
        let header = header.map(|id| String::from_utf8_lossy(id.as_bytes()));
        // A client that has heard nothing yet may send an empty one.
        let heard = header.filter(|id| !id.is_empty()).or(last_event_id);
        let heard = heard.filter(|id| !id.is_empty());
        let since = heard.map(|id| reached(&space, "last_event_id", &id));
        Ok(Self {
            since: since.transpose()?,
            space,
            access,
        })
    }
}

async fn by_token(parts: &mut Parts, app: &SharedApp) -> Result<(SpaceId, Access), Problem> {
    let caller = authenticate(parts, app).await?;
    let credentials = parts.headers.iter();
    let credentials = credentials.filter(|(name, _)| [AUTHORIZATION, COOKIE].contains(name));
    let access = Access {
        until: caller.expires_at,
        credentials: credentials
            .filter_map(|(name, value)| Some((name.clone(), detached(value)?)))
            .collect(),
    };
    Ok((caller.user.space(), access))
}

async fn by_ticket(
    parts: &mut Parts,
    app: &SharedApp,
    ticket: &str,
) -> Result<(SpaceId, Access), Problem> {
    let named = path_parameter(parts, app, "user_id").await;
    let user = named.as_deref().and_then(UserId::parse);
    let user = user.ok_or_else(Problem::ticket_refused)?;
    let until = app.tasks.take_ticket(&user.space(), ticket).await?;
    let until = until.ok_or_else(Problem::ticket_refused)?;
    let exchange = parts.extensions.get::<Exchange>();
    let exchange = exchange.cloned().unwrap_or_default();
    exchange.set_user(&user);
    strict::check_query(parts, &exchange)?;
    let credentials = HeaderMap::new();
    Ok((user.space(), Access { until, credentials }))
}
