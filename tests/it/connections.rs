//! What becomes of a connection while nothing is said on it, and how its first bytes are told apart. Where time has to
//! pass, the test's own clock is wound.

use std::time::Duration;

use tickbox::http::server::serve::serve;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{advance, pause, resume, timeout};
use tokio_util::task::TaskTracker;

use crate::support::TestApp;
use crate::support::line::{Line, PATIENCE};

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
/// How the answer ends.
const END: &str = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");

/// A server in this process, on a port of its own.
pub(crate) struct Served {
    pub(crate) address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
    pub(crate) app: TestApp,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::with_places(1000).await
    }

    async fn with_places(most: usize) -> Self {
        let app = TestApp::sqlite().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, app.door(), most, async {
            stopped.await.unwrap();
        });
        Self {
            address,
            stop,
            ended: TaskTracker::new().spawn(serving),
            app,
        }
    }

    async fn line(&self, first: &str) -> Line {
        Line::open(&self.address, first).await
    }
}

impl Line {
    /// Asks, and hears the answer to this request.
    async fn ask(&mut self) {
        self.heard.clear();
        self.socket.write_all(HEALTH.as_bytes()).await.unwrap();
        self.hear(END).await;
    }
}

/// Lets time pass, second by second, so that whoever waits for one of them notices.
pub(crate) async fn pass(seconds: u32) {
    pause();
    for _ in 0..seconds {
        advance(Duration::from_secs(1)).await;
    }
    resume();
}

#[tokio::test]
async fn an_idle_line_is_served_again_and_closed_after_a_minute() {
    let server = Served::start().await;
    let mut line = server.line("").await;
    for silence in [0, 1, 5, 20, 55] {
        pass(silence).await;
        line.ask().await;
    }
    pass(63).await;
    assert_eq!(line.end().await.matches("HTTP/1.1").count(), 1);
}

#[tokio::test]
async fn a_line_on_which_nothing_is_said_is_closed_after_a_minute() {
    let server = Served::start().await;
    // One for each place where a line can fall silent: before the first byte, within what might be the beginning of
    // HTTP/2, and within a request.
    let mut lines = Vec::new();
    for first in ["", "PRI * HT", "GET /health HTTP/1.1\r\nho"] {
        lines.push(server.line(first).await);
    }
    // All that was sent has been looked at when a later line was answered.
    server.line("").await.ask().await;
    pass(61).await;
    for line in lines {
        assert!(!line.end().await.contains("200 OK"));
    }
}

#[tokio::test]
async fn what_came_with_the_last_request_is_not_lost_while_a_line_is_idle() {
    let server = Served::start().await;
    let (first, rest) = HEALTH.split_at(20);
    let mut line = server.line(&format!("{HEALTH}{first}")).await;
    line.hear(END).await;
    pass(10).await;
    line.heard.clear();
    line.socket.write_all(rest.as_bytes()).await.unwrap();
    line.hear(END).await;
}

#[tokio::test]
async fn a_request_may_come_byte_by_byte_also_one_that_begins_like_http_2() {
    let server = Served::start().await;
    for method in ["GET", "POST", "PRI"] {
        let request = format!("{method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let mut line = server.line("").await;
        line.socket.set_nodelay(true).unwrap();
        for byte in request.bytes() {
            line.socket.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let answer = line.end().await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{method}: {answer}");
    }
}

#[tokio::test]
async fn http_2_is_understood_byte_by_byte() {
    let server = Served::start().await;
    let mut line = server.line("").await;
    line.socket.set_nodelay(true).unwrap();
    // The preface, and a frame of settings without any (RFC 9113 §3.4).
    let beginning = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for byte in beginning {
        line.socket.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    // The server's settings, and its word that it has read ours.
    line.hear("\0\0\0\x04\x01\0\0\0\0").await;
}

#[tokio::test]
async fn lines_on_which_nothing_is_said_do_not_hold_up_the_end() {
    let server = Served::start().await;
    let silent = server.line("").await;
    let mut fresh = server.line("").await;
    let mut idle = server.line("").await;
    idle.ask().await;
    pass(10).await;
    fresh.ask().await;
    server.stop.send(()).unwrap();
    for line in [silent, fresh, idle] {
        line.end().await;
    }
    timeout(PATIENCE, server.ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_names_its_host_once() {
    let server = Served::start().await;
    for (version, hosts, status) in [
        ("1.1", "host: example.com:8000\r\n", 200),
        ("1.1", "Host: [::1]:8000\r\n", 200),
        ("1.1", "host:\r\n", 200),
        ("1.1", "", 400),
        ("1.1", "host: a\r\nhost: b\r\n", 400),
        ("1.1", "host: a\r\nHOST: a\r\n", 400),
        ("1.1", "host: a/b\r\n", 400),
        ("1.1", "host: a b\r\n", 400),
        ("1.1", "host: a, b\r\n", 400),
        ("1.1", "host: ada@b\r\n", 400),
        ("1.0", "", 200),
        ("1.0", "host: a\r\nhost: b\r\n", 400),
    ] {
        let request = format!("GET /health HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        let answer = server.line(&request).await.end().await;
        let start = format!("HTTP/{version} {status}");
        assert!(answer.starts_with(&start), "{hosts:?}: {answer}");
        assert_eq!(answer.contains("BAD_REQUEST"), status == 400, "{answer}");
    }
    // The next request on the line might be meant for somebody else.
    let requests = format!("GET /health HTTP/1.1\r\n\r\n{HEALTH}");
    let answer = server.line(&requests).await.end().await;
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_has_no_transfer_coding_but_chunked() {
    let server = Served::start().await;
    for (codings, status) in [
        ("transfer-encoding: Chunked\r\n", 200),
        ("transfer-encoding: gzip, chunked\r\n", 400),
        ("transfer-encoding: chunked, chunked\r\n", 400),
        (
            "transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
            400,
        ),
    ] {
        let head = format!("GET /health HTTP/1.1\r\nhost: a\r\n{codings}connection: close\r\n\r\n");
        let answer = server.line(&format!("{head}0\r\n\r\n")).await.end().await;
        let start = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&start), "{codings:?}: {answer}");
    }
}

/// What RFC 9112 §2.2 leaves open, and the library does not let us close: said in docs/operations.md.
#[tokio::test]
async fn a_line_feed_alone_ends_a_line() {
    let server = Served::start().await;
    let request = HEALTH.replace("\r\n", "\n");
    server.line(&request).await.hear(END).await;
}

#[tokio::test]
async fn more_lines_than_may_be_open_wait_until_others_end() {
    let server = Served::with_places(2).await;
    let mut first = server.line("").await;
    let mut second = server.line("").await;
    first.ask().await;
    second.ask().await;
    // It is in the queue of the system; nobody looks at it.
    let mut third = server.line(HEALTH).await;
    for _ in 0..10 {
        first.ask().await;
    }
    let mut byte = [0];
    let early = third.socket.try_read(&mut byte);
    assert_eq!(early.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(second);
    third.hear(END).await;
    first.ask().await;
    // While it waits for a place, it hears that it is to stop.
    server.stop.send(()).unwrap();
    timeout(PATIENCE, server.ended).await.unwrap().unwrap();
}
