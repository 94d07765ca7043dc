//! The memory of many open streams of events, each of another user, who has tasks.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::Outcome;
use crate::data::{self, Person, people};
use crate::figures::{Figure, Goal};
use crate::process::allow_open_files;
use crate::server::Server;
use crate::stage::{ENGINES, Side, Stage};

const STREAMS: usize = 5000;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    allow_open_files(STREAMS)?;
    let people = people(STREAMS);
    let mut figures = Vec::new();
    for engine in ENGINES {
        let mut memory = Vec::new();
        for _ in stage.repeats() {
            let server = stage.serve(Side::Now, &stage.empty(engine, "empty")?)?;
            data::load(&server, &people, 1)?;
            let streams = people.iter().map(|person| open(&server, person));
            let streams = streams.collect::<Outcome<Vec<_>>>()?;
            memory.push(server.process.resident_mib()?);
            drop(streams);
        }
        let memory = Figure::new(
            format!("{engine}, {STREAMS} streams: memory"),
            "MiB",
            memory,
        );
        figures.push(memory.must(Goal::AtMost(200.0)));
    }
    Ok(figures)
}

/// Once its first bytes have come.
fn open(server: &Server, person: &Person) -> Outcome<BufReader<TcpStream>> {
    let Person { user, token } = person;
    let mut stream = TcpStream::connect(server.address)?;
    let request = format!(
        "GET /api/{user}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut stream = BufReader::with_capacity(1024, stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    if line.starts_with("HTTP/1.1 200") {
        Ok(stream)
    } else {
        Err(format!("not a stream: {line}").into())
    }
}
