//! All data of a user as JSON lines, sent while it is read, so that memory does not depend on its length.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::domain::Item;
use crate::error::Error;
use crate::http::SharedApp;
use crate::http::extract::Owner;
use crate::http::front::exchange::Exchange;
use crate::http::front::unread::Weight;
use crate::http::problem::Problem;
use crate::store::meter::Meter;
use crate::tasks::{Exporting, Tasks};

const TAG: &str = "user";

pub(in crate::http) const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

/// The file name for a browser.
const FILE_NAME: HeaderValue = HeaderValue::from_static("attachment; filename=\"tickbox.ndjson\"");

/// The first line: the format and its version.
const HEAD: &[u8] = b"{\"kind\": \"tickbox\", \"version\": 1}\n";

/// Take everything along
///
/// JSON lines: the first one is `{"kind": "tickbox", "version": 1}`, each other one a list or a task as it is told elsewhere,
/// with its `kind` before it. Lists come first, then tasks, each behind the one that it is a part of, then the tasks in the
/// trash; what is in the trash has `deleted_at`. History is not in it. The same data give the same bytes, whichever database
/// they are in. What changes while it is written may come once more at the end, as it is then.
#[utoipa::path(
    get, path = "/api/{user_id}/export", tag = TAG,
    responses((
        status = 200,
        description = "All lists and tasks. If the connection ends without a last chunk, it is not whole",
        body = String,
        content_type = "application/x-ndjson",
        example = json!("{\"kind\": \"tickbox\", \"version\": 1}\n\
            {\"kind\":\"list\",\"id\":\"01990f3e-8a5c-7cc3-98c4-dc0c0c07398e\",\"name\":\"Home\",\"order\":\"i8DpLumiHm\",\
            \"created_at\":\"2026-11-23T07:25:24.448926Z\",\"updated_at\":\"2026-11-23T07:25:24.448926Z\",\"version\":1}\n\
            {\"kind\":\"task\",\"id\":\"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f\",\"user_id\":\"TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv\",\
            \"title\":\"Buy milk\",\"description\":null,\"completed\":false,\
            \"list_id\":\"01990f3e-8a5c-7cc3-98c4-dc0c0c07398e\",\"created_at\":\"2026-11-23T08:00:00.000000Z\",\
            \"updated_at\":\"2026-11-23T08:00:00.000000Z\",\"version\":1}\n"),
    )),
)]
pub(super) async fn export_user(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    exchange: Exchange,
) -> Result<Response, Problem> {
    let mut exporting = app.tasks.export(&space).await?;
    let turn = app.tasks.turn_of_chunk().await;
    // Before the response begins, so that most failures get an ordinary error.
    let first = exporting.next().await?.unwrap_or_default();
    let mut json = HEAD.to_vec();
    write(&mut json, &first);
    drop(turn);
    let weight = Weight(json.len());
    let reader = Reader {
        tasks: app.tasks.clone(),
        exporting,
        meter: exchange.meter().clone(),
        first: Some(json.into()),
    };
    let body = Body::from_stream(stream::try_unfold(Box::new(reader), Reader::advance));
    let headers = [
        (CONTENT_TYPE, NDJSON),
        (CONTENT_DISPOSITION, FILE_NAME),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, body).into_response();
    response.extensions_mut().insert(weight);
    Ok(response)
}

struct Reader {
    tasks: Tasks,
    exporting: Exporting,
    meter: Arc<Meter>,
    first: Option<Bytes>,
}

impl Reader {
    /// A failure ends the connection before the document ends: the caller cannot take a part for all of it.
    async fn advance(mut self: Box<Self>) -> Result<Option<(Bytes, Box<Self>)>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some((first, self)));
        }
        // Held until this part is written.
        let _turn = self.tasks.turn_of_chunk().await;
        let reading = self.meter.clone().measure(self.exporting.next()).await;
        let items = reading.inspect_err(|error| {
            let user = self.exporting.space().as_str();
            tracing::error!(user, %error, "an export broke off");
        })?;
        Ok(items.map(|items| {
            let mut json = Vec::new();
            write(&mut json, &items);
            (json.into(), self)
        }))
    }
}

/// A line for each.
fn write(json: &mut Vec<u8>, items: &[Item]) {
    for item in items {
        json.extend_from_slice(b"{\"kind\":\"");
        json.extend_from_slice(item.noun().as_str().as_bytes());
        json.extend_from_slice(b"\",");
        let start = json.len();
        item.write(json);
        // Its members follow where it would begin.
        json.remove(start);
        json.push(b'\n');
    }
}
