//! A whole list as one JSON document, sent while it is read, so that memory does not depend on its length.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use super::check_epoch;
use crate::domain::{ListScope, Position, SpaceId, Task};
use crate::error::Error;
use crate::http::body::json::APPLICATION_JSON;
use crate::http::conditional::etag::list_tag;
use crate::http::front::unread::Weight;
use crate::http::problem::Problem;
use crate::store::meter::Meter;
use crate::tasks::{Listing, Tasks};

/// Where the parts of a list come from, one after the other.
pub(super) trait Source: Send + Sync + 'static {
    /// Where a part begins.
    type Position: Send + 'static;

    fn space(&self) -> &SpaceId;

    fn tasks(&self) -> &Tasks;

    /// The part after a place.
    fn chunk(
        &self,
        after: Self::Position,
    ) -> impl Future<Output = Result<Part<Self::Position>, Error>> + Send;
}

/// A part of a list, and where the next one begins.
pub(super) struct Part<P> {
    pub(super) tasks: Vec<Task>,
    pub(super) next: Option<P>,
}

/// The fields of a list beside its tasks.
pub(super) struct List {
    /// If `None`, the sent tasks are counted, so both agree, whatever changes meanwhile.
    pub(super) count: Option<i64>,
    /// A larger count is sent as this number, and marked as a minimum.
    pub(super) most: i64,
    pub(super) tag: Option<HeaderValue>,
}

/// The first part is read before the response begins, so that a failure until then gets an ordinary error. A later
/// failure on ends the connection before the document does: the caller cannot take half a list for a whole one.
pub(super) fn respond<S: Source>(
    source: S,
    first: Part<S::Position>,
    list: List,
    meter: Arc<Meter>,
) -> Response {
    let tag = list.tag.clone();
    let mut reader = Reader {
        source,
        meter,
        list,
        sent: 0,
    };
    let json = reader.write(&first);
    let weight = Weight(json.len());
    let body = match first.next {
        None => Body::from(json),
        Some(place) => Body::from_stream(stream::try_unfold(
            (reader, Next::Send(json, place)),
            Reader::advance,
        )),
    };
    let mut response = ([(CONTENT_TYPE, APPLICATION_JSON)], body).into_response();
    response.extensions_mut().insert(weight);
    if let Some(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// All tasks, newest first.
pub(super) async fn respond_newest_first(
    tasks: Tasks,
    space: SpaceId,
    filter: ListScope,
    (epoch, after): (Option<i64>, Option<Position>),
    meter: Arc<Meter>,
) -> Result<Response, Problem> {
    let _turn = tasks.turn_of_chunk().await;
    let first = tasks.list_chunk(&space, filter, after).await?;
    check_epoch(epoch, &first.page)?;
    let list = List {
        count: after.map(|_| first.page.total),
        most: i64::MAX,
        // A change while the list is sent makes the entity tag old, never wrong.
        tag: Some(list_tag(&first.page, filter, None, after)),
    };
    let source = NewestFirst {
        tasks,
        space,
        filter,
    };
    Ok(respond(source, part(first), list, meter))
}

struct NewestFirst {
    tasks: Tasks,
    space: SpaceId,
    filter: ListScope,
}

impl Source for NewestFirst {
    type Position = Position;

    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    async fn chunk(&self, after: Position) -> Result<Part<Position>, Error> {
        let listing = self
            .tasks
            .list_chunk(&self.space, self.filter, Some(after))
            .await?;
        Ok(part(listing))
    }
}

fn part(listing: Listing) -> Part<Position> {
    Part {
        tasks: listing.page.tasks,
        next: listing.next,
    }
}

struct Reader<S> {
    source: S,
    meter: Arc<Meter>,
    list: List,
    sent: i64,
}

enum Next<P> {
    Send(Bytes, P),
    Read(P),
    End,
}

type Advanced<S> = Option<(Bytes, (Reader<S>, Next<<S as Source>::Position>))>;

impl<S: Source> Reader<S> {
    async fn advance((mut reader, next): (Self, Next<S::Position>)) -> Result<Advanced<S>, Error> {
        // Held until this part is written.
        let turn;
        let part = match next {
            Next::Send(json, place) => return Ok(Some((json, (reader, Next::Read(place))))),
            Next::Read(place) => {
                turn = reader.source.tasks().turn_of_chunk().await;
                let reading = reader.source.chunk(place);
                reader
                    .meter
                    .clone()
                    .measure(reading)
                    .await
                    .inspect_err(|error| {
                        let user = reader.source.space().as_str();
                        tracing::error!(user, %error, "a list broke off");
                    })?
            }
            Next::End => return Ok(None),
        };
        let json = reader.write(&part);
        drop(turn);
        let next = part.next.map_or(Next::End, Next::Read);
        Ok(Some((json, (reader, next))))
    }

    /// One part of the document: its head if it is the first, its foot if it is the last.
    fn write(&mut self, part: &Part<S::Position>) -> Bytes {
        let mut json = Vec::with_capacity(part.tasks.len() * Task::USUAL_JSON + 64);
        if self.sent == 0 {
            json.extend_from_slice(b"{\"tasks\":[");
        }
        for task in &part.tasks {
            if self.sent > 0 {
                json.push(b',');
            }
            task.write(&mut json);
            self.sent += 1;
        }
        if part.next.is_none() {
            let count = self.list.count.unwrap_or(self.sent);
            let told = count.min(self.list.most);
            json.extend_from_slice(format!("],\"count\":{told}").as_bytes());
            if count > told {
                json.extend_from_slice(b",\"count_is_minimum\":true");
            }
            json.push(b'}');
        }
        json.into()
    }
}
