//! The second listener, on an address of its own: `GET /metrics`, for Prometheus, and nothing else. Metrics show how
//! many users there are and which errors they get; that is not for the public, so the API's address does not have
//! them.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::HEADER_TIMEOUT;
use super::serve::ACCEPT_PAUSE;
use crate::http::SharedApp;
use crate::metrics::Metrics;

const PATH: &str = "/metrics";

/// Where a listener's metrics are.
pub fn url(address: SocketAddr) -> String {
    format!("http://{address}{PATH}")
}

/// Answers until `stop`; then it waits for nothing, because collectors retry.
pub async fn serve(
    listener: TcpListener,
    app: SharedApp,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let connection = converse(stream, app.clone());
                let stop = stop.clone();
                tasks.spawn(async move { stop.run_until_cancelled(connection).await });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to the metrics could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, app: SharedApp) {
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        let answer = answer(&request, &app);
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = connection {
        tracing::debug!(%error, "a connection to the metrics ended early");
    }
}

fn answer<B>(request: &Request<B>, app: &SharedApp) -> Response<Body> {
    let mut response = Response::default();
    let headers = response.headers_mut();
    if request.uri().path() != PATH {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else if matches!(*request.method(), Method::GET | Method::HEAD) {
        let media_type = HeaderValue::from_static(Metrics::MEDIA_TYPE);
        headers.insert(CONTENT_TYPE, media_type);
        *response.body_mut() = app.metrics_text().into();
    } else {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}
