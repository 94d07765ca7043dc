//! A stream of events, read as a browser reads it.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::Client;

/// Long enough for a busy machine; a test that is right does not wait.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

pub(crate) struct Listening {
    body: BodyDataStream,
    text: String,
}

impl Client {
    /// The path of this user's events.
    pub(crate) fn events(&self) -> String {
        self.tasks.replace("/tasks", "/events")
    }
}

impl Listening {
    pub(crate) async fn open(client: &Client, query: &str, last_event_id: Option<&str>) -> Self {
        let mut request = Request::get(format!("{}?{query}", client.events()));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = client.receive(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        let body = response.into_body().into_data_stream();
        let text = String::new();
        Self { body, text }
    }

    /// `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, _)) = self.text.split_once("\n\n") {
                let length = event.len() + 2;
                let field = |name: &str| {
                    let prefix = format!("{name}: ");
                    let mut lines = event.lines().filter_map(|line| line.strip_prefix(&prefix));
                    lines.next().unwrap_or_default().to_owned()
                };
                let found = Event {
                    name: field("event"),
                    id: field("id"),
                    data: serde_json::from_str(&field("data")).unwrap_or_default(),
                };
                self.text.drain(..length);
                if !found.name.is_empty() {
                    return Some(found);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.body.next());
            let chunk = chunk.await.expect("something comes")?.unwrap();
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }

    pub(crate) async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.expect("the stream goes on");
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Opens a stream, and gives it with the cursor that it begins at.
    pub(crate) async fn ready(client: &Client, query: &str) -> (Self, String) {
        let mut stream = Self::open(client, query, None).await;
        let ready = stream.expect("ready").await;
        assert_eq!(ready.data, json!({"cursor": ready.id}));
        (stream, ready.id)
    }
}
