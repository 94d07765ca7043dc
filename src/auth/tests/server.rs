//! A small HTTP server on a loopback port that stands for the issuer: answers what the test says, counts, and can hold
//! answers back until the test lets go.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, Request, Response, Uri};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// What the server answers until told otherwise.
#[derive(Clone)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    pub(super) fn ok(body: impl Into<Bytes>) -> Self {
        Self::status(200).body(body)
    }

    pub(super) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    answer: Mutex<Answer>,
    requests: Mutex<Vec<(Uri, HeaderMap)>>,
    arrived: watch::Sender<usize>,
    held: watch::Sender<bool>,
}

impl Server {
    pub(super) async fn start(answer: Answer) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), answer).await
    }

    pub(super) async fn start_at(address: SocketAddr, answer: Answer) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            answer: Mutex::new(answer),
            requests: Mutex::default(),
            arrived: watch::channel(0).0,
            held: watch::channel(false).0,
        });
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(stop.clone().run_until_cancelled_owned(accept(
            listener,
            Arc::clone(&shared),
            stop.clone(),
        )));
        Self {
            address,
            shared,
            _stop: stop.drop_guard(),
        }
    }

    /// An address where nobody answers.
    pub(super) async fn nowhere() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// Requests that have come so far.
    pub(super) fn hits(&self) -> usize {
        self.shared.requests.lock().unwrap().len()
    }

    pub(super) fn last_request(&self) -> (Uri, HeaderMap) {
        self.shared.requests.lock().unwrap().last().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub(super) async fn has_hits(&self, number: usize) {
        let mut arrived = self.shared.arrived.subscribe();
        arrived.wait_for(|hits| *hits >= number).await.unwrap();
    }

    /// From now on requests wait for their answer.
    pub(super) fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    pub(super) fn release(&self) {
        self.shared.held.send_replace(false);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        tasks.spawn(stop.clone().run_until_cancelled_owned(connection));
    }
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, _) = request.into_parts();
    let hits = {
        let mut requests = shared.requests.lock().unwrap();
        requests.push((parts.uri, parts.headers));
        requests.len()
    };
    // What a slow answer says was decided when the request came.
    let answer = shared.answer.lock().unwrap().clone();
    shared.arrived.send_replace(hits);
    let mut held = shared.held.subscribe();
    let _ = held.wait_for(|held| !held).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(answer.body)).unwrap())
}
