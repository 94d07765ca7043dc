//! A whole list as one JSON document, written while it is read, so that its length does not cost memory.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::domain::{Filter, Position, SpaceId, Task};
use crate::error::Error;
use crate::http::body::json::APPLICATION_JSON;
use crate::http::conditional::etag::list_tag;
use crate::http::problem::Problem;
use crate::store::meter::Meter;
use crate::tasks::{Listing, Tasks};

/// Reads the first part before it answers, so that a failure there is an ordinary one. A failure later on
/// ends the connection before the document does: the caller cannot take half a list for a whole one.
pub(in crate::http) async fn respond(
    tasks: Tasks,
    space: SpaceId,
    filter: Filter,
    after: Option<Position>,
    meter: Arc<Meter>,
) -> Result<Response, Problem> {
    let first = tasks.list_chunk(&space, filter, after).await?;
    // What changes while the list is written makes the tag old, never wrong.
    let tag = list_tag(&first.page, filter, None, after);
    let reader = Reader {
        tasks,
        space,
        filter,
        meter,
        // Read from its start, a list counts what it shows: then both agree, whatever happens meanwhile.
        count: after.map(|_| first.page.total),
        sent: 0,
    };
    let is_whole = first.next.is_none();
    let body = if is_whole {
        let mut reader = reader;
        Body::from(reader.write(&first))
    } else {
        Body::from_stream(stream::try_unfold(
            (reader, Next::Write(first)),
            Reader::advance,
        ))
    };
    Ok(([(CONTENT_TYPE, APPLICATION_JSON), (ETAG, tag)], body).into_response())
}

struct Reader {
    tasks: Tasks,
    space: SpaceId,
    filter: Filter,
    meter: Arc<Meter>,
    count: Option<i64>,
    sent: i64,
}

enum Next {
    Write(Listing),
    Read(Position),
    End,
}

type Advanced = Option<(Bytes, (Reader, Next))>;

impl Reader {
    async fn advance((mut reader, next): (Self, Next)) -> Result<Advanced, Error> {
        let listing =
            match next {
                Next::Write(listing) => listing,
                Next::Read(position) => {
                    let reading =
                        reader
                            .tasks
                            .list_chunk(&reader.space, reader.filter, Some(position));
                    reader.meter.clone().measure(reading).await.inspect_err(|error| {
                    tracing::error!(user = reader.space.as_str(), %error, "a list broke off");
                })?
                }
                Next::End => return Ok(None),
            };
        let json = reader.write(&listing);
        let next = listing.next.map_or(Next::End, Next::Read);
        Ok(Some((json, (reader, next))))
    }

    /// One part of the document: its head if it is the first, its foot if it is the last.
    fn write(&mut self, listing: &Listing) -> Bytes {
        let mut json = Vec::with_capacity(listing.page.tasks.len() * Task::USUAL_JSON + 64);
        if self.sent == 0 {
            json.extend_from_slice(b"{\"tasks\":[");
        }
        for task in &listing.page.tasks {
            if self.sent > 0 {
                json.push(b',');
            }
            task.write(&mut json);
            self.sent += 1;
        }
        if listing.next.is_none() {
            let count = self.count.unwrap_or(self.sent);
            json.extend_from_slice(format!("],\"count\":{count}}}").as_bytes());
        }
        json.into()
    }
}
