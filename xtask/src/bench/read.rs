//! Requests one after the other, in one person's name, whose answers are looked into; the load is made elsewhere.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::protocol::Person;
use super::response::{self, Body};
use crate::step::Outcome;

/// A connection to a server of ours.
pub(super) struct Reader<'a> {
    stream: TcpStream,
    person: &'a Person,
}

impl<'a> Reader<'a> {
    pub(super) fn connect(address: SocketAddr, person: &'a Person) -> Outcome<Self> {
        let stream = TcpStream::connect(address);
        let stream = stream.map_err(|error| format!("{address}: {error}"))?;
        Ok(Self { stream, person })
    }

    fn ask(&mut self, path: &str, closing: &[u8]) -> Outcome {
        let Person { user, head } = self.person;
        let mut request = b"GET /api/".to_vec();
        for part in [&user[..], path.as_bytes(), head, closing, b"\r\n"] {
            request.extend_from_slice(part);
        }
        let written = self.stream.write_all(&request);
        written.map_err(|error| error.to_string())
    }

    /// What a path below the user's has.
    pub(super) fn json(&mut self, path: &str) -> Outcome<Value> {
        self.ask(path, b"")?;
        let mut received = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            if let Some(answer) = response::read(&received)? {
                let body = match &answer.body {
                    Body::At { start, end } => &received[*start..*end],
                    Body::Chunked(body) => body,
                };
                if answer.status != 200 {
                    let (status, body) = (answer.status, body.escape_ascii());
                    return Err(format!("{status} for {path}: {body}"));
                }
                return serde_json::from_slice(body).map_err(|error| error.to_string());
            }
            let length = self
                .stream
                .read(&mut buffer)
                .map_err(|error| error.to_string())?;
            if length == 0 {
                return Err(format!("the connection was closed on {path}"));
            }
            received.extend_from_slice(&buffer[..length]);
        }
    }

    /// How much came until the connection was closed, and the last of it.
    pub(super) fn read_to_end(&mut self, path: &str) -> Outcome<(u64, Vec<u8>)> {
        self.ask(path, b"Connection: close\r\n")?;
        let mut buffer = vec![0; 64 * 1024];
        let (mut total, mut tail) = (0, Vec::new());
        loop {
            let length = self
                .stream
                .read(&mut buffer)
                .map_err(|error| error.to_string())?;
            if length == 0 {
                return Ok((total, tail));
            }
            total += u64::try_from(length).unwrap_or_default();
            tail.extend_from_slice(&buffer[..length]);
            let kept = tail.len().saturating_sub(64);
            tail.drain(..kept);
        }
    }
}
