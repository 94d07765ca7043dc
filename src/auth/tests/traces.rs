//! What is asked on behalf of a request belongs to its trace.

use axum::http::HeaderMap;
use serde_json::json;

use super::bearer;
use super::key_sets::{Running, serving, stock};
use super::server::{Answer, Server};
use super::sessions::{OPAQUE, session, set_up};
use super::signer::Signer;
use crate::trace::Trace;

const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn trace() -> Trace {
    let trace = Trace::read(&format!("00-{ID}-00f067aa0ba902b7-01"), 0xabc).unwrap();
    trace.with_state(["vendor=1"].into_iter())
}

fn told(headers: &HeaderMap) -> [Option<&str>; 2] {
    ["traceparent", "tracestate"].map(|name| headers.get(name)?.to_str().ok())
}

const OURS: [Option<&str>; 2] = [
    Some("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01"),
    Some("vendor=1"),
];

#[tokio::test]
async fn a_session_is_asked_about_in_the_trace_of_the_request() {
    let server = Server::start(session(&json!({}))).await;
    let (auth, _) = set_up(&server, true);
    let asked = auth.authenticate(&bearer(OPAQUE), Some(&trace())).await;
    assert!(asked.is_ok());
    assert_eq!(told(&server.last_request().1), OURS);

    let server = Server::start(Answer::ok("null")).await;
    let (auth, _) = set_up(&server, true);
    assert!(auth.authenticate(&bearer(OPAQUE), None).await.is_err());
    assert_eq!(told(&server.last_request().1), [None; 2]);
}

#[tokio::test]
async fn keys_are_fetched_in_the_trace_of_the_request_that_asks_for_them() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("ES512", "k2"));
    let server = Server::start(serving(&[&old])).await;
    let running = Running::ready(&server).await;
    assert_eq!(told(&server.last_request().1), [None; 2]);
    server.answer(serving(&[&old, &new]));
    let token = bearer(&stock(&new));
    let asked = running.auth.authenticate(&token, Some(&trace())).await;
    assert!(asked.is_ok());
    assert_eq!(server.hits(), 2);
    assert_eq!(told(&server.last_request().1), OURS);
    // The next fetch is nobody's.
    running.auth.refresh().await;
    assert_eq!(told(&server.last_request().1), [None; 2]);
}
