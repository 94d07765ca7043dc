//! What is measured once and is no throughput: start, memory, the length of a list, a token, the binary.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use super::dataset::user_id;
use super::server::{Server, binary};
use super::statistics::Summary;
use super::work::{authenticator, token};
use crate::step::Outcome;

/// From the start of the process to its ready line, in milliseconds, so many times.
pub(super) fn start_times(database_url: &str, directory: &Path, times: usize) -> Outcome<Summary> {
    let mut found = Vec::with_capacity(times);
    for _ in 0..times {
        let server = Server::start_at_once(database_url, directory)?;
        found.push(server.start_time.as_secs_f64() * 1e3);
        server.stop()?;
    }
    Ok(Summary::of(found))
}

/// Memory of a server, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// Before its first request.
    pub(super) idle: u64,
    /// After one request that is none of ours: without it, the first list pays for what any would.
    pub(super) warm: u64,
    /// While a list of 100,000 tasks was sent.
    pub(super) streaming: u64,
    pub(super) list_bytes: u64,
    pub(super) list_time: Duration,
}

/// Reads the whole list of the only user of a database, without a limit.
pub(super) fn memory(database_url: &str, directory: &Path, tasks: u64) -> Outcome<Memory> {
    let server = Server::start(database_url, directory)?;
    sleep(Duration::from_millis(500));
    let idle = server.pid().resident_bytes()?;
    let user = user_id(0);
    let token = token(&authenticator()?, &user)?;
    let ask = |query: &str| -> Outcome<(u64, Vec<u8>)> {
        let request = format!(
            "GET /api/{user}/tasks{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        read_all(&server, &request)
    };
    ask("?limit=20")?;
    sleep(Duration::from_millis(200));
    let warm = server.pid().resident_bytes()?;
    server.pid().forget_peak()?;
    let start = Instant::now();
    let (list_bytes, end) = ask("")?;
    let list_time = start.elapsed();
    let streaming = server.pid().peak_bytes()?;
    let count = format!("\"count\":{tasks}}}");
    if !String::from_utf8_lossy(&end).contains(&count) {
        let end = end.escape_ascii();
        return Err(format!("the list of {tasks} ended with {end}"));
    }
    server.stop()?;
    Ok(Memory {
        idle,
        warm,
        streaming,
        list_bytes,
        list_time,
    })
}

/// How much came, and the last of it.
fn read_all(server: &Server, request: &str) -> Outcome<(u64, Vec<u8>)> {
    let text = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(server.address).map_err(text)?;
    stream.write_all(request.as_bytes()).map_err(text)?;
    let mut buffer = vec![0; 64 * 1024];
    let (mut total, mut tail) = (0, Vec::new());
    loop {
        let length = stream.read(&mut buffer).map_err(text)?;
        if length == 0 {
            return Ok((total, tail));
        }
        total += u64::try_from(length).unwrap_or_default();
        tail.extend_from_slice(&buffer[..length]);
        let kept = tail.len().saturating_sub(64);
        tail.drain(..kept);
    }
}

/// The time to find out who sent a request with an HS256 token, in microseconds.
pub(super) fn verification_micros() -> Outcome<Summary> {
    const ROUNDS: u32 = 20_000;
    let authenticator = authenticator()?;
    let token = token(&authenticator, &user_id(7))?;
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    headers.insert(AUTHORIZATION, value.map_err(|error| error.to_string())?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        runtime.block_on(async {
            for _ in 0..ROUNDS {
                let caller = authenticator.authenticate(black_box(&headers)).await;
                black_box(caller).map_err(|refusal| format!("{refusal:?}"))?;
            }
            Ok::<_, String>(())
        })?;
        found.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
    }
    Ok(Summary::of(found))
}

pub(super) fn binary_bytes() -> Outcome<u64> {
    let path = binary();
    let metadata = std::fs::metadata(&path);
    Ok(metadata
        .map_err(|error| format!("{}: {error}", path.display()))?
        .len())
}
