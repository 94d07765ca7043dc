//! Very many open connections, each of which has asked once and is idle then: whether all are served,
//! and the memory that they take.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::Outcome;
use crate::data::{Person, USERS, task_id};
use crate::figures::{Figure, Goal};
use crate::process::{allow_open_files, peak_mib};
use crate::server::Server;
use crate::stage::{ENGINES, Side, Stage};

const OPEN: usize = 10_000;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    allow_open_files(OPEN)?;
    let mut figures = Vec::new();
    for engine in ENGINES {
        let (mut errors, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..stage.plan.repeats {
            let server = stage.server(engine, Side::Now)?;
            let connections = (0..OPEN).map(|_| Connection::open(&server));
            let mut connections = connections.collect::<Outcome<Vec<_>>>()?;
            // Once when it is new, and once more when all are open.
            let failed = [(); 2].map(|()| {
                let asked = connections.iter_mut().enumerate();
                let failed = asked.filter_map(|(number, connection)| {
                    let user = number % USERS;
                    connection.get(&stage.people[user], user).err()
                });
                let failed: Vec<_> = failed.collect();
                if let Some(first) = failed.first() {
                    println!("  {} errors, the first: {first}", failed.len());
                }
                failed.len()
            });
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            errors.push(failed.iter().sum::<usize>() as f64);
            memory.push(peak_mib(server.pid())?);
        }
        let errors = Figure::new(format!("{engine}, {OPEN} connections: errors"), "", errors);
        figures.push(errors.must(Goal::AtMost(0.0)));
        let memory = Figure::new(
            format!("{engine}, {OPEN} connections: memory"),
            "MiB",
            memory,
        );
        figures.push(memory.must(Goal::Below(350.0)));
    }
    Ok(figures)
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(server: &Server) -> Outcome<Self> {
        let stream = TcpStream::connect(server.address)?;
        // Small: there are ten thousand of them.
        Ok(Self(BufReader::with_capacity(1024, stream)))
    }

    /// Their first task.
    fn get(&mut self, person: &Person, user: usize) -> Outcome {
        let (id, Person { user, token }) = (task_id(user, 0), person);
        let request = format!(
            "GET /api/{user}/tasks/{id} HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = number.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
            head += &line;
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        let is_good = head.starts_with("HTTP/1.1 200") && String::from_utf8(body)?.contains(&id);
        is_good
            .then_some(())
            .ok_or_else(|| format!("not the task: {head}").into())
    }
}
