//! Answers that nobody reads: the server holds few of them, and not for long.

use std::time::Duration;

use axum::http::{Request, StatusCode};
use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::SendRequest;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::connections::{Served, pass};
use crate::support::Client;
use crate::support::line::PATIENCE;

/// Some 8 KB each as JSON.
async fn fill(user: &Client, tasks: usize) {
    let create = json!({"op": "create", "title": "x", "description": "\u{1F9C2}".repeat(2000)});
    for _ in 0..tasks / 200 {
        user.operate(json!(vec![create.clone(); 200])).await;
    }
}

/// A line of a reader who has room for little.
pub(crate) async fn small_line(address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address.parse().unwrap()).await.unwrap()
}

/// A line of HTTP/2 of which nothing of a body is taken, and the task that serves it here until it ends.
pub(crate) async fn line_that_takes_no_body(
    address: &str,
) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let socket = TcpStream::connect(address).await.unwrap();
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(0);
    let (client, connection) = builder.handshake(socket).await.unwrap();
    let client = client.ready().await.unwrap();
    (client, TaskTracker::new().spawn(connection))
}

fn head(user: &Client, query: &str) -> String {
    format!(
        "GET {}{query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        user.tasks,
        user.token.as_deref().unwrap()
    )
}

#[tokio::test]
async fn a_line_whose_reader_pauses_for_long_is_closed() {
    let server = Served::start().await;
    let ada = server.app.user("ada");
    fill(&ada, 1000).await;
    for query in ["", "?limit=1000"] {
        let mut line = small_line(&server.address).await;
        line.write_all(head(&ada, query).as_bytes()).await.unwrap();
        // The answer has begun.
        let mut start = [0; 12];
        line.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        for _ in 0..8 {
            // What is read from the database for the line needs time that cannot be wound.
            for _ in 0..20 {
                let _ = ada
                    .get(&format!("{}?limit=1", ada.tasks))
                    .await
                    .expect(StatusCode::OK);
            }
            pass(10).await;
        }
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, line.read_to_end(&mut rest)).await;
        let _ = ended.expect("the line ends");
        assert!(
            rest.len() < 7_000_000,
            "{query}: all of it was kept: {}",
            rest.len()
        );
    }
}

#[tokio::test]
async fn a_line_whose_reader_is_slow_is_served_to_the_end() {
    let server = Served::start().await;
    let ada = server.app.user("ada");
    fill(&ada, 200).await;
    let mut line = small_line(&server.address).await;
    line.write_all(head(&ada, "?limit=200").as_bytes())
        .await
        .unwrap();
    let (mut heard, mut piece) = (Vec::new(), vec![0; 300_000]);
    while !heard.ends_with(b"}") {
        let count = timeout(PATIENCE, line.read(&mut piece))
            .await
            .unwrap()
            .unwrap();
        assert!(count > 0, "it was cut after {}", heard.len());
        let is_far = heard.len() / 200_000 < (heard.len() + count) / 200_000;
        heard.extend_from_slice(&piece[..count]);
        if is_far {
            pass(5).await;
        }
    }
    assert!(heard.len() > 1_600_000);
}

#[tokio::test]
async fn of_many_answers_on_one_line_that_nobody_reads_most_are_refused() {
    const STREAMS: usize = 40;
    let server = Served::start().await;
    let ada = server.app.user("ada");
    fill(&ada, 400).await;
    let (mut client, connection) = line_that_takes_no_body(&server.address).await;
    let mut answers = Vec::new();
    for _ in 0..STREAMS {
        let request = Request::get(format!("http://x{}?limit=400", ada.tasks)).header(
            "authorization",
            format!("Bearer {}", ada.token.as_deref().unwrap()),
        );
        let (answer, _) = client
            .send_request(request.body(()).unwrap(), true)
            .unwrap();
        answers.push(answer);
        client = client.ready().await.unwrap();
    }
    let answers = timeout(PATIENCE, join_all(answers)).await.unwrap();
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let of = |status: StatusCode| answers.iter().filter(|it| it.status() == status).count();
    // Each has 3 MB, and there is room for 16.
    let whole = of(StatusCode::OK);
    assert!((1..=6).contains(&whole), "{whole}");
    assert_eq!(of(StatusCode::SERVICE_UNAVAILABLE), STREAMS - whole);
    // And those that were kept are not kept for long.
    pass(40).await;
    let ended = timeout(Duration::from_secs(30), connection).await;
    let _ = ended.expect("the line ends");
}
