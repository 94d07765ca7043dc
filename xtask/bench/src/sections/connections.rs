//! Very many open connections, each of which has asked once and is idle then: whether all are served,
//! and the memory that they take.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Outcome;
use crate::data::{Person, USERS, task_id};
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
                    get(connection, &stage.people[number % USERS], number % USERS)?;
                }
            }
            memory.push(server.process.peak_mib()?);
        }
        let memory = Figure::new(
            format!("{engine}, {OPEN} connections: memory"),
            "MiB",
            memory,
        );
        figures.push(memory.must(Goal::AtMost(350.0)));
    }
    Ok(figures)
}

/// Their first task.
fn get(connection: &mut TcpStream, person: &Person, number: usize) -> Outcome {
    let (id, Person { user, token }) = (task_id(number, 0), person);
    let request = format!(
        "GET /api/{user}/tasks/{id} HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    connection.write_all(request.as_bytes())?;
    let (mut answer, mut buffer) = (String::new(), [0; 4096]);
    // An object is whole when it is closed, and there is nothing else in its first level.
    while !answer.ends_with('}') {
        match connection.read(&mut buffer)? {
            0 => break,
            length => answer += std::str::from_utf8(&buffer[..length])?,
        }
    }
    if answer.starts_with("HTTP/1.1 200") && answer.contains(&id) {
        return Ok(());
    }
    Err(format!("not the task: {answer}").into())
}
