//! The memory of many open streams of events, each of another user, who has tasks.

use std::net::TcpStream;

use crate::Outcome;
use crate::client::get;
use crate::data::{self, people};
use crate::figures::{Figure, Goal};
use crate::process::allow_open_files;
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
            let open = |person| -> Outcome<_> {
                let mut stream = TcpStream::connect(server.address)?;
                // The head, perhaps with the first events: both end a line.
                get(&mut stream, person, "/events", "\r\n")?;
                Ok(stream)
            };
            let streams = people.iter().map(open).collect::<Outcome<Vec<_>>>()?;
            memory.push(server.process.resident_mib()?);
            drop(streams);
        }
        let memory = Figure::new(
            format!("{engine:?}, {STREAMS} streams: memory"),
            "MiB",
            memory,
        );
        figures.push(memory.must(Goal::AtMost(200.0)));
    }
    Ok(figures)
}
