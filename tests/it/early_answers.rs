//! Answers that are clear before the body of the request has come, and perhaps never comes.

use std::time::{Duration, Instant};

use axum::http::{Request, StatusCode, header};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::connections::{Served, pass};
use crate::support::line::{Line, PATIENCE};

const KIB: usize = 1024;
const TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";

/// Less than the server waits for a body, or for the rest of one.
const AT_ONCE: Duration = Duration::from_secs(4);

fn head(server: &Served, (method, path, kind): (&str, &str, &str), more: &str) -> String {
    let token = server.app.user("ada").token.unwrap();
    format!(
        "{method} /api/ada/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: {kind}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_is_refused_before_it_comes() {
    let server = Served::start().await;
    let (_, task) = server
        .app
        .user("ada")
        .create(serde_json::json!({"title": "x"}))
        .await;
    let one = format!("tasks/{}", task["id"].as_str().unwrap());
    for ((method, path), limit) in [
        (("POST", "tasks"), 64 * KIB),
        (("PUT", &*one), 64 * KIB),
        (("PATCH", &*one), 64 * KIB),
        (("PATCH", &*format!("{one}/complete")), 64 * KIB),
        (("POST", "lists"), 64 * KIB),
        (("POST", "tasks/batch"), 2048 * KIB),
        (("POST", "import"), 65536 * KIB),
    ] {
        let kind = match path {
            "import" => "application/x-ndjson",
            _ => "application/json",
        };
        for expect in ["", "expect: 100-continue\r\n"] {
            let started = Instant::now();
            let more = format!("content-length: {}\r\n{expect}", limit + 1);
            let head = head(&server, (method, path, kind), &more);
            let mut line = Line::open(&server.address, &head).await;
            line.hear(TOO_LARGE).await;
            assert!(started.elapsed() < AT_ONCE, "{method} {path} {expect}");
            // Nobody sends a body, and the line does not wait for it for long.
            pass(6).await;
            let answer = line.end().await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
            assert!(answer.contains("connection: close"), "{answer}");
        }
    }
}

#[tokio::test]
async fn in_http_2_a_body_that_is_declared_too_large_is_refused_before_it_comes() {
    let server = Served::start().await;
    let socket = TcpStream::connect(&server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(socket).await.unwrap();
    let _serving = TaskTracker::new().spawn(connection);
    let mut client = client.ready().await.unwrap();
    let token = server.app.user("ada").token.unwrap();
    for expect in [None, Some("100-continue")] {
        let request = Request::post("http://x/api/ada/tasks")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, 64 * KIB + 1);
        let request = match expect {
            Some(expect) => request.header(header::EXPECT, expect),
            None => request,
        };
        let started = Instant::now();
        let sent = client.send_request(request.body(()).unwrap(), false);
        let (answer, _body) = sent.unwrap();
        let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert!(started.elapsed() < AT_ONCE);
        client = client.ready().await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_the_rest_of_the_body() {
    let server = Served::start().await;
    let started = Instant::now();
    let body = "x".repeat(60 * KIB);
    let length = body.len();
    let head = format!("POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    let mut line = Line::open(&server.address, &head).await;
    line.hear("No such route").await;
    assert!(started.elapsed() < AT_ONCE);
    // The body comes after all, and the next request behind it.
    line.socket.write_all(body.as_bytes()).await.unwrap();
    let next = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    line.socket.write_all(next.as_bytes()).await.unwrap();
    line.hear("healthy").await;
}

/// Also where the head is at fault, and no route has seen it.
#[tokio::test]
async fn who_sends_a_long_body_behind_a_head_that_is_at_fault_hears_the_refusal() {
    let server = Served::start().await;
    let length = 3000 * KIB;
    let preflight = "origin: http://x\r\naccess-control-request-method: POST\r\nhost: x\r\n";
    for (method, more, status) in [("POST", "", 400), ("OPTIONS", preflight, 204)] {
        let head = format!("{method} / HTTP/1.1\r\n{more}content-length: {length}\r\n\r\n");
        let mut line = Line::open(&server.address, &head).await;
        line.socket.write_all(&vec![b' '; length]).await.unwrap();
        line.hear(&format!("HTTP/1.1 {status}")).await;
    }
}

#[tokio::test]
async fn who_sends_all_of_a_body_that_is_too_large_hears_the_refusal() {
    let server = Served::start().await;
    for (length, path) in [(3000 * KIB, "tasks/batch"), (30_000 * KIB, "tasks")] {
        let more = format!("content-length: {length}\r\n");
        let what = ("POST", path, "application/json");
        let mut line = Line::open(&server.address, &head(&server, what, &more)).await;
        line.socket.write_all(&vec![b' '; length]).await.unwrap();
        assert!(line.end().await.contains(TOO_LARGE));
    }
}
