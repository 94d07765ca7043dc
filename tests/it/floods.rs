//! Clients who send much that means nothing: frames of HTTP/2 without end, and heads without end. It costs them a
//! connection, and others next to nothing.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::lines::memory::resident_kib;
use crate::streams::server;
use crate::support::process::{Running, http, setting};

/// Connections that flood at once.
const LINES: usize = 8;

/// Far longer than a question takes while somebody floods, so that a busy machine does not fail it.
const LONGEST_HEALTH: Duration = Duration::from_secs(5);

const MOST_GROWN_KIB: usize = 64 * 1024;

/// A client's beginning: the preface and settings without any (RFC 9113 §3.4).
const BEGINNING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// `GET /health`, compressed as RFC 7541 has it.
const GET: &[u8] = b"\x82\x86\x04\x07/health\x01\x01x";

fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend_from_slice(body);
    frame
}

/// What is sent before, and what is sent again and again; each has a number.
type Flood = (&'static str, Vec<u8>, fn(u32) -> Vec<u8>);

fn floods() -> Vec<Flood> {
    let begun = BEGINNING.to_vec();
    let endless = [BEGINNING, &frame(1, 1, 1, GET)].concat();
    vec![
        ("requests that are taken back at once", begun.clone(), |n| {
            let stream = 2 * n + 1;
            [frame(1, 5, stream, GET), frame(3, 0, stream, &[0, 0, 0, 8])].concat()
        }),
        ("a head that never ends", endless, |_| {
            frame(9, 0, 1, &[0; 1000])
        }),
        ("pings", begun.clone(), |_| frame(6, 0, 0, &[7; 8])),
        ("settings", begun.clone(), |_| frame(4, 0, 0, &[])),
        ("windows", begun.clone(), |_| frame(8, 0, 0, &[0, 0, 0, 1])),
        ("priorities", begun.clone(), |n| {
            frame(2, 0, 2 * n + 1, &[0, 0, 0, 0, 1])
        }),
        ("data of no request", begun, |_| frame(0, 0, 1, &[])),
        (
            "a head of HTTP/1.1 without an end",
            b"GET /health HTTP/1.1\r\nhost: x\r\n".to_vec(),
            |n| format!("x-{n}: {}\r\n", "y".repeat(1000)).into_bytes(),
        ),
    ]
}

/// Sends until the server has had enough, or enough is sent; says whether the server closed.
async fn send(server: &Running, flood: &Flood, frames: u32) -> bool {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let (_, beginning, again) = flood;
    let sending = async {
        line.write_all(beginning).await?;
        for number in (0..frames).step_by(100) {
            let many: Vec<_> = (number..number + 100).flat_map(again).collect();
            line.write_all(&many).await?;
        }
        std::io::Result::Ok(())
    };
    // Nothing of the answers is read, so the server may stop reading, too.
    match timeout(Duration::from_secs(5), sending).await {
        Ok(Err(_)) => return true,
        Err(_) => return false,
        Ok(Ok(())) => {}
    }
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_millis(500), line.read_to_end(&mut rest)).await;
    ended.is_ok()
}

/// `TICKBOX_TEST_FRAMES=1000000` sends more.
#[tokio::test(flavor = "multi_thread")]
async fn floods_of_frames_that_mean_nothing_disturb_nobody() {
    let server = server().await;
    let frames = u32::try_from(setting("TICKBOX_TEST_FRAMES", 20_000)).unwrap();
    let health = format!("{}/health", server.url);
    let client = http();
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200);
    for flood in floods() {
        let before = resident_kib(&server);
        let sending = (0..LINES).map(|_| send(&server, &flood, frames));
        let mut sending = std::pin::pin!(futures_util::future::join_all(sending));
        let (mut longest, mut most) = (Duration::ZERO, before);
        let closed = loop {
            let begun = Instant::now();
            let asking = http().get(&health).send();
            tokio::select! {
                closed = &mut sending => break closed,
                answer = asking => assert_eq!(answer.unwrap().status(), 200),
            }
            longest = longest.max(begun.elapsed());
            most = most.max(resident_kib(&server));
        };
        let closed = closed.into_iter().filter(|closed| *closed).count();
        let grown = most.saturating_sub(before);
        let name = flood.0;
        eprintln!(
            "{name}: {closed} of {LINES} closed, {grown} KiB more, longest /health {longest:.1?}"
        );
        assert!(grown < MOST_GROWN_KIB, "{name}: {grown} KiB");
        assert!(longest < LONGEST_HEALTH, "{name}: {longest:?}");
    }
    assert_eq!(client.get(&health).send().await.unwrap().status(), 200);
}
