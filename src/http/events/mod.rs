//! Changes as server-sent events (WHATWG HTML §9.2). A stream reads pages of changes and waits at their end: so
//! nothing is missing or doubled between old and new changes, and nothing is buffered.

mod subscriber;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use self::subscriber::{Access, EventsQuery, Subscriber};
use crate::clock::Timestamp;
use crate::domain::SpaceId;
use crate::error::Error;
use crate::http::SharedApp;
use crate::http::body::json::Json;
use crate::http::changes::cursor;
use crate::http::changes::{TAG, ToldChange};
use crate::http::extract::OwnerCaller;
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::store::meter::Meter;
use crate::tasks::changes::Reached;
use crate::tasks::watch::Watcher;

/// How many changes are read at a time: the most that a stream holds for a slow reader.
const CHUNK: usize = 100;

/// The interval of the keep-alive, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Otherwise proxies such as nginx buffer responses.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What stands for the token, once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "ticket": "n1yKpB0H5rJkV4i2mZ8cXq3tUe7wLs9dFgAoYbRvM6E",
    "expires_at": "2026-11-23T08:00:30.000000Z",
}))]
pub(super) struct TicketBody {
    ticket: String,
    /// RFC 3339, UTC; 30 s from now.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Get a ticket for a stream of events
///
/// A browser's `EventSource` cannot send the token. The ticket stands for it in `?ticket=`, one time, within 30 s. The
/// stream ends when the token does.
#[utoipa::path(
    post, path = "/api/{user_id}/events/ticket", tag = TAG,
    responses((status = 201, description = "The ticket", body = TicketBody)),
)]
pub(super) async fn create_ticket(
    State(app): State<SharedApp>,
    OwnerCaller(caller): OwnerCaller,
) -> Result<Response, Problem> {
    let ticket = app
        .tasks
        .make_ticket(&caller.user.space(), caller.expires_at)
        .await?;
    let body = Json(TicketBody {
        ticket: ticket.text,
        expires_at: ticket.expires_at,
    });
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], body).into_response())
}

/// Hear of changes as they happen
///
/// Server-sent events: `ready` first, then `task.changed` and `task.deleted` (and `list.changed` and `list.deleted`, if `kinds`
/// asks for them) with the same content as in the list of changes; the `id` of each is a cursor. With `Last-Event-ID` (or `last_event_id`), first what was missed, without a gap
/// or a double. A comment every 15 s. `token.expired` says that the stream ends because the token did.
#[utoipa::path(
    get, path = "/api/{user_id}/events", tag = TAG,
    params(
        EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was heard", max_length = 64),
    ),
    responses((
        status = 200, description = "The stream", body = String, content_type = "text/event-stream",
        example = json!("event: ready\nid: AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ\n\
            data: {\"cursor\":\"AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ\"}\n\n"),
    )),
)]
pub(super) async fn listen(
    State(app): State<SharedApp>,
    exchange: Exchange,
    subscriber: Subscriber,
) -> Result<Response, Problem> {
    // Before the position is looked up, so that no change is missed in between.
    let watcher = app.tasks.watch_stream(&subscriber.space)?;
    let reached = app
        .tasks
        .reached(&subscriber.space, subscriber.since, subscriber.kinds)
        .await?;
    // In a box: otherwise the future would have room for it three times.
    let events = Box::new(EventStream {
        app,
        space: subscriber.space,
        access: subscriber.access,
        watcher,
        reached,
        meter: exchange.meter().clone(),
        heartbeat: Instant::now() + HEARTBEAT,
        state: Phase::Fresh,
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    let body = Body::from_stream(stream::try_unfold(events, EventStream::advance));
    Ok((headers, body).into_response())
}

/// The state of a stream.
enum Phase {
    /// Nothing was sent yet.
    Fresh,
    Live,
    Over,
}

/// Sends changes to one subscriber. It reads on only when the last event was taken.
struct EventStream {
    app: SharedApp,
    space: SpaceId,
    access: Access,
    watcher: Watcher,
    reached: Reached,
    meter: Arc<Meter>,
    heartbeat: Instant,
    state: Phase,
}

impl EventStream {
    async fn advance(mut self: Box<Self>) -> Result<Option<(Bytes, Box<Self>)>, Error> {
        let said = match self.state {
            Phase::Over => None,
            Phase::Fresh => {
                self.state = Phase::Live;
                Some(self.ready())
            }
            Phase::Live => self.next().await?,
        };
        Ok(said.map(|said| (said, self)))
    }

    fn ready(&self) -> Bytes {
        let cursor = cursor::encode(&self.space, self.reached);
        let mut text = Vec::new();
        let data = serde_json::json!({ "cursor": cursor });
        write_event(&mut text, "ready", &cursor, |text| {
            text.extend_from_slice(data.to_string().as_bytes());
        });
        text.into()
    }

    /// The next event, as soon as there is one; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let closing = self.app.closing.clone();
        loop {
            if closing.is_cancelled() {
                return Ok(None);
            }
            let now = self.app.clock.now();
            if self.access.until <= now
                // In boxes, as is reading below: otherwise each stream would keep memory for rare work.
                && !Box::pin(self.access.is_renewed(&self.app, &self.space)).await
            {
                self.state = Phase::Over;
                return Ok(Some(Bytes::from_static(
                    b"event: token.expired\ndata: {}\n\n",
                )));
            }
            if let Some(events) = Box::pin(self.read()).await? {
                return Ok(Some(events));
            }
            let left = self.access.until.as_micros() - now.as_micros();
            let left = Duration::from_micros(u64::try_from(left).unwrap_or_default());
            let mut expiry = pin!(tokio::time::sleep(left));
            tokio::select! {
                () = self.watcher.changed() => {}
                () = &mut expiry => {}
                () = closing.cancelled() => {}
                () = tokio::time::sleep_until(self.heartbeat) => {
                    self.heartbeat = Instant::now() + HEARTBEAT;
                    return Ok(Some(Bytes::from_static(b": \n\n")));
                }
            }
        }
    }

    /// The changes since the last ones, if there are any.
    async fn read(&mut self) -> Result<Option<Bytes>, Error> {
        let reading =
            self.app
                .tasks
                .changes(&self.space, Some(self.reached), self.reached.kinds, CHUNK);
        let page = self.meter.clone().measure(reading).await;
        // The client reconnects with the last id, and gets the error then.
        let page = page.inspect_err(|error| {
            tracing::warn!(user = self.space.as_str(), %error, "a stream of events broke off");
        })?;
        if page.items.is_empty() {
            self.reached = page.next;
            return Ok(page.has_more.then(Bytes::new));
        }
        let mut text = Vec::with_capacity(page.items.len() * 400);
        for item in page.items {
            let until = Reached {
                position: item.seq(),
                ..page.next
            };
            let cursor = cursor::encode(&self.space, until);
            let change = ToldChange(item);
            write_event(&mut text, change.event(), &cursor, |text| {
                change.write(text);
            });
        }
        self.reached = page.next;
        Ok(Some(text.into()))
    }
}

/// JSON has no line feeds, so its text is one line of data.
fn write_event(text: &mut Vec<u8>, name: &str, id: &str, data: impl FnOnce(&mut Vec<u8>)) {
    text.extend_from_slice(format!("event: {name}\nid: {id}\ndata: ").as_bytes());
    data(text);
    text.extend_from_slice(b"\n\n");
}
