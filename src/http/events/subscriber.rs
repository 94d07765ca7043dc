//! Who subscribes to events: identified by a token, as everywhere, or by a ticket; and for how long.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use utoipa::IntoParams;

use crate::clock::Timestamp;
use crate::domain::{SpaceId, UserId};
use crate::http::SharedApp;
use crate::http::body::strict;
use crate::http::changes::{kinds, reached};
use crate::http::extract::{authenticate, count, path_parameter};
use crate::http::front::exchange::{Exchange, detached};
use crate::http::problem::Problem;
use crate::http::query;
use crate::tasks::changes::{Kinds, Reached};
use crate::trace::Trace;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Parameters with other names are ignored.
#[derive(Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct EventsQuery {
    /// The id of the last event that was heard, or a `next_cursor` of changes: what came since is sent first. The
    /// header `Last-Event-ID` goes before it.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    last_event_id: Option<String>,
    /// A ticket in place of the token, where no header can be sent.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    ticket: Option<String>,
    /// Of what to tell: `task`, `list`, or both with a comma between them. An id knows its kinds; with more of them it is
    /// 410.
    #[param(value_type = Option<String>, pattern = "^(task|list)(,(task|list))*$", default = "task")]
    kinds: Option<Kinds>,
}

impl EventsQuery {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(query, |name, value| {
            Ok(match name {
                "kinds" => read.kinds.replace(kinds(&value)?).is_some(),
                "ticket" => read.ticket.replace(value.into_owned()).is_some(),
                "last_event_id" => read.last_event_id.replace(value.into_owned()).is_some(),
                _ => false,
            })
        })?;
        Ok(read)
    }
}

/// A caller who may read a user's changes.
pub(in crate::http) struct Subscriber {
    pub(super) space: SpaceId,
    /// The position of the last event; `None`: begin now.
    pub(super) since: Option<Reached>,
    pub(super) kinds: Kinds,
    pub(super) access: Access,
}

/// For how long a caller may listen.
pub(in crate::http) struct Access {
    pub(super) until: Timestamp,
    /// The credentials of the caller: a session is cached only briefly and must be checked again. Empty with a
    /// ticket.
    credentials: HeaderMap,
    /// Of the request that has begun to listen.
    trace: Option<Box<Trace>>,
}

impl Access {
    /// Whether the time, which is over, is extended.
    pub(super) async fn is_renewed(&mut self, app: &SharedApp, space: &SpaceId) -> bool {
        if self.credentials.is_empty() {
            return false;
        }
        let asking = app
            .authenticator
            .authenticate(&self.credentials, self.trace.as_deref());
        match asking.await {
            Ok(caller) if caller.user.space() == *space => {
                self.until = caller.expires_at;
                self.until > app.clock.now()
            }
            _ => false,
        }
    }
}

impl FromRequestParts<SharedApp> for Subscriber {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        let query = EventsQuery::read(parts.uri.query().unwrap_or_default())?;
        let (space, access) = match &query.ticket {
            Some(ticket) => by_ticket(parts, app, ticket).await?,
            None => by_token(parts, app).await?,
        };
        let header = parts.headers.get(LAST_EVENT_ID);
        let header = header.map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        // A client without a last event may send an empty one.
        let header = header.map(|id| ("Last-Event-ID", id));
        let parameter = query.last_event_id.map(|id| ("last_event_id", id));
        let mut heard = [header, parameter].into_iter().flatten();
        let heard = heard.find(|(_, id)| !id.is_empty());
        let since = heard.map(|(field, id)| reached(&space, field, &id));
        Ok(Self {
            since: since.transpose()?,
            kinds: query.kinds.unwrap_or_default(),
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
        trace: Exchange::of(parts).trace().cloned().map(Box::new),
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
    let exchange = Exchange::of(parts);
    exchange.set_user(&user);
    count(app, &exchange, &user)?;
    strict::check_query(parts, &exchange)?;
    let access = Access {
        until,
        credentials: HeaderMap::new(),
        trace: None,
    };
    Ok((user.space(), access))
}
