//! Very many open connections, each of which has asked once and is idle then: whether all are served,
//! and the memory that they take.

use std::net::TcpStream;

use crate::Outcome;
use crate::client::get;
use crate::data::{USERS, task_id};
use crate::figures::{Figure, Goal};
use crate::process::allow_open_files;
use crate::stage::{ENGINES, Side, Stage};

const OPEN: usize = 10_000;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    allow_open_files(OPEN)?;
    let mut figures = Vec::new();
    for engine in ENGINES {
        let mut memory = Vec::new();
        for _ in stage.repeats() {
            let server = stage.server(engine, Side::Now)?;
            let connections = (0..OPEN).map(|_| TcpStream::connect(server.address));
            let mut connections = connections.collect::<Result<Vec<_>, _>>()?;
            // Once when all are open, and once more when all have been idle: an error fails it.
            for _ in 0..2 {
                for (number, connection) in connections.iter_mut().enumerate() {
                    let (number, person) = (number % USERS, &stage.people[number % USERS]);
                    // An object without objects in it is whole when it is closed.
                    get(
                        connection,
                        person,
                        &format!("/tasks/{}", task_id(number, 0)),
                        "}",
                    )?;
                }
            }
            memory.push(server.process.peak_mib()?);
        }
        let memory = Figure::new(
            format!("{engine:?}, {OPEN} connections: memory"),
            "MiB",
            memory,
        );
        figures.push(memory.must(Goal::AtMost(350.0)));
    }
    Ok(figures)
}
