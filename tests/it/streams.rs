//! Streams of events of the real program, over real lines and in real time: signs of life, the end of a token, and
//! readers who do not read. How they are framed: `lines`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::SECRET;
use crate::support::process::{Running, Tickbox, http};

pub(crate) async fn server() -> Running {
    let server = Tickbox::new(["serve"]).env("BETTER_AUTH_SECRET", SECRET);
    server.serve().await
}

pub(crate) async fn token(ttl: &str) -> String {
    token_of("ada", ttl).await
}

pub(crate) async fn token_of(user: &str, ttl: &str) -> String {
    let program = Tickbox::new(["token", "--user", user, "--ttl", ttl]);
    let token = program.env("BETTER_AUTH_SECRET", SECRET).run().await;
    token.stdout.trim().to_owned()
}

#[tokio::test]
async fn a_quiet_stream_shows_signs_of_life_and_tells_that_its_token_has_expired() {
    let server = server().await;
    let token = token("17s").await;
    let request = http().get(format!("{}/api/ada/events", server.url));
    let opened = Instant::now();
    let mut stream = request.bearer_auth(token).send().await.unwrap();
    let ready = stream.chunk().await.unwrap().unwrap();
    assert!(ready.starts_with(b"event: ready\n"), "{ready:?}");
    let comment = stream.chunk().await.unwrap().unwrap();
    assert_eq!(&comment[..], b": \n\n");
    let waited = opened.elapsed();
    assert!(waited >= Duration::from_secs(15), "{waited:?}");
    let end = stream.chunk().await.unwrap().unwrap();
    assert_eq!(&end[..], b"event: token.expired\ndata: {}\n\n");
    assert_eq!(stream.chunk().await.unwrap(), None);
}

/// Opens a stream on a line that takes little before it is read.
async fn listen_and_do_nothing(server: &Running, token: &str) -> TcpStream {
    let address = server.url.strip_prefix("http://").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut line = socket.connect(address.parse().unwrap()).await.unwrap();
    let request = format!(
        "GET /api/ada/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    line.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    line.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    line
}

/// What is left in the line after it was cut, up to the last event that arrived whole: the numbers and the last id.
async fn read_the_rest(mut line: TcpStream) -> (Vec<i64>, String) {
    let mut bytes = Vec::new();
    // What had left the server may still arrive, before the line ends, or breaks.
    let _ = line.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes);
    let (whole, _) = text.rsplit_once("\n\n").unwrap_or_default();
    let field = |name: &'static str| {
        whole
            .lines()
            .filter_map(move |line| line.strip_prefix(name))
    };
    let seq = |data: &str| {
        let change: Value = serde_json::from_str(data).ok()?;
        change["seq"].as_i64()
    };
    let id = field("id: ").next_back().unwrap_or_default().to_owned();
    (field("data: ").filter_map(seq).collect(), id)
}

#[tokio::test]
async fn a_reader_who_takes_nothing_is_cut_off_and_is_told_the_rest_later() {
    const BATCHES: i64 = 20;
    let mut server = server().await;
    let token = token("1h").await;
    let line = listen_and_do_nothing(&server, &token).await;
    // More than fits into the buffers of a line.
    let create = json!({"op": "create", "title": "Buy milk", "description": "x".repeat(2000)});
    let body = json!({"operations": vec![create; 500]}).to_string();
    for _ in 0..BATCHES {
        let request = http().post(format!("{}/api/ada/tasks/batch", server.url));
        let request = request.bearer_auth(&token).body(body.clone());
        let request = request.header("content-type", "application/json");
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    server.logged("request broken off").await;
    let (seen, id) = read_the_rest(line).await;
    let last = i64::try_from(seen.len()).unwrap();
    assert!(last < BATCHES * 500, "all of it fitted into the line");
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    let rest = format!("{}/api/ada/changes?since={id}&limit=1", server.url);
    let rest = http().get(rest).bearer_auth(&token).send().await.unwrap();
    let rest: Value = serde_json::from_str(&rest.text().await.unwrap()).unwrap();
    assert_eq!(rest["changes"][0]["seq"], last + 1);
}
