//! How a stream of events is carried by a line, for each version of HTTP, byte for byte: how it is framed, how it ends,
//! and what it costs. What it says: `events`.

use std::time::Duration;

use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONNECTION};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::streams::{server, token};
use crate::support::line::{Line, PATIENCE};
use crate::support::process::{Running, http};

pub(crate) fn address(server: &Running) -> &str {
    server.url.strip_prefix("http://").unwrap()
}

fn request(path: &str, version: &str, token: &str) -> String {
    format!("GET {path} HTTP/{version}\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n")
}

async fn create(server: &Running, token: &str) {
    let request = http().post(format!("{}/api/ada/tasks", server.url));
    let request = request.bearer_auth(token).body(r#"{"title": "A"}"#);
    let request = request.header("content-type", "application/json");
    assert_eq!(request.send().await.unwrap().status(), 201);
}

/// What the chunks of a body say. The last one must be there, and nothing behind it.
fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n").unwrap();
        let (data, rest) = rest.split_at(usize::from_str_radix(size, 16).unwrap());
        text.push_str(data);
        body = rest.strip_prefix("\r\n").unwrap();
        if data.is_empty() {
            assert_eq!(body, "");
            return text;
        }
    }
}

/// The names of the events in a stream, without the signs of life.
fn names(text: &str) -> Vec<&str> {
    let names = text.lines().filter_map(|line| line.strip_prefix("event: "));
    names.collect()
}

const EVENTS: &str = "/api/ada/events";

/// A server that is told to stop, and the head and the body of its stream, in which one task was made.
async fn stream_until_the_server_stops(version: &str) -> (Running, String, String) {
    let (server, token) = (server().await, token("1h").await);
    let mut line = Line::open(address(&server), &request(EVENTS, version, &token)).await;
    line.hear("event: ready").await;
    create(&server, &token).await;
    line.hear("event: task.changed").await;
    server.terminate();
    let answer = line.end().await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (head, body) = (head.to_owned(), body.to_owned());
    (server, head, body)
}

#[tokio::test]
async fn a_stream_comes_in_chunks_and_ends_with_the_last_one_when_the_server_stops() {
    let (server, head, body) = stream_until_the_server_stops("1.1").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let chunked = head
        .lines()
        .any(|line| line == "transfer-encoding: chunked");
    assert!(chunked, "{head}");
    assert_eq!(names(&unchunked(&body)), ["ready", "task.changed"]);
    assert_eq!(server.ended().await.code, Some(0));
}

#[tokio::test]
async fn a_client_who_closes_the_line_or_its_side_of_it_has_left() {
    let (mut server, token) = (server().await, token("1h").await);
    for (id, one_side) in [("one-side", true), ("both-sides", false)] {
        let named = format!("x-request-id: {id}\r\nhost: x");
        let request = request(EVENTS, "1.1", &token).replace("host: x", &named);
        let mut line = Line::open(address(&server), &request).await;
        line.hear("event: ready").await;
        if one_side {
            line.socket.shutdown().await.unwrap();
            let heard = line.end().await;
            assert!(!heard.ends_with("0\r\n\r\n"), "not in good order: {heard}");
        } else {
            drop(line);
        }
        // Long before a sign of life could not be sent.
        let noticed = timeout(Duration::from_secs(10), server.logged(id)).await;
        noticed.expect("it is noticed that a client has left");
        let log = server.stderr();
        let line = log.lines().find(|line| line.contains(id)).unwrap();
        assert!(line.contains("request broken off"), "{line}");
    }
}

#[tokio::test]
async fn a_stream_over_http_1_0_ends_with_its_line() {
    let (_server, head, body) = stream_until_the_server_stops("1.0").await;
    assert!(!head.contains("chunked"), "{head}");
    assert!(body.starts_with("event: ready\n"), "{body}");
    assert_eq!(names(&body), ["ready", "task.changed"]);
}

#[tokio::test]
async fn a_stream_over_http_2_shares_its_line_with_other_requests() {
    let (server, token) = (server().await, token("1h").await);
    let socket = TcpStream::connect(address(&server)).await.unwrap();
    let (client, connection) = h2::client::handshake(socket).await.unwrap();
    let request = |path: &str| {
        let request = Request::get(format!("{}{path}", server.url));
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        request.body(()).unwrap()
    };
    let asking = async {
        let mut client = client.ready().await.unwrap();
        let (answer, _) = client.send_request(request(EVENTS), true).unwrap();
        let mut stream = answer.await.unwrap();
        assert!(!stream.headers().contains_key(CONNECTION));
        let ready = stream.body_mut().data().await.unwrap().unwrap();
        assert!(ready.starts_with(b"event: ready\n"), "{ready:?}");
        let mut client = client.ready().await.unwrap();
        let (answer, _) = client.send_request(request("/health"), true).unwrap();
        assert_eq!(answer.await.unwrap().status(), 200);
        create(&server, &token).await;
        let changed = stream.body_mut().data().await.unwrap().unwrap();
        assert!(changed.starts_with(b"event: task.changed\n"), "{changed:?}");
        server.terminate();
        // The frame that ends a stream may be an empty one.
        let end = stream.body_mut().data().await.transpose().unwrap();
        assert!(end.unwrap_or_default().is_empty());
        assert!(stream.body().is_end_stream());
    };
    let asking = timeout(PATIENCE, asking);
    let (asked, connection) = tokio::join!(asking, connection);
    asked.expect("the answers come");
    connection.expect("the line ends in good order");
    assert_eq!(server.ended().await.code, Some(0));
}

#[cfg(target_os = "linux")]
pub(crate) mod memory {
    //! What a line costs the server, as the kernel counts it.

    use super::{address, request};
    use crate::streams::{server, token_of};
    use crate::support::line::Line;
    use crate::support::process::{Running, allow_many_files};

    /// As many lines as it takes until what any number of them needs once is there.
    const BEFORE: usize = 200;
    const STREAMS: usize = 1000;
    const STREAMS_OF_A_USER: usize = 32;
    /// 5,000 streams in 200 MiB.
    const LIMIT_KIB: usize = 40;

    /// hyper's buffers alone are 16 KiB.
    #[tokio::test]
    async fn an_open_stream_costs_less_than_40_kib() {
        allow_many_files();
        let server = server().await;
        let mut requests = Vec::new();
        for number in 0..(BEFORE + STREAMS).div_ceil(STREAMS_OF_A_USER) {
            let user = format!("ada-{number}");
            let path = format!("/api/{user}/events");
            requests.push(request(&path, "1.1", &token_of(&user, "1h").await));
        }
        let mut lines = Vec::new();
        let mut open = async |number| {
            for _ in 0..number {
                let request = &requests[lines.len() / STREAMS_OF_A_USER];
                let mut line = Line::open(address(&server), request).await;
                line.hear("event: ready").await;
                lines.push(line);
            }
        };
        open(BEFORE).await;
        let before = resident_kib(&server);
        open(STREAMS).await;
        let grown = resident_kib(&server).saturating_sub(before);
        assert!(grown < LIMIT_KIB * STREAMS, "{grown} KiB");
        assert_eq!(lines.len(), BEFORE + STREAMS);
    }

    /// What the program has for itself in memory.
    pub(crate) fn resident_kib(server: &Running) -> usize {
        server.memory_kib("RssAnon")
    }
}
