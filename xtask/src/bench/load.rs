//! The load generator: one thread, not pinned, that keeps many connections busy through `epoll`. What is
//! asked and what a good answer is, is the business of `work`.
//!
//! Closed, each connection asks again as soon as it has its answer: that finds the throughput. Open,
//! requests are due at fixed times whether or not the server keeps up, and a latency counts from the
//! moment at which its request was due, so that a stall is charged to all whom it delays ("coordinated
//! omission" would charge it to one). Once, each connection asks one time.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::{Duration, Instant};

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::fd::OwnedFd;

use super::histogram::Histogram;
use super::response::{self, Answer, Body};
use crate::step::Outcome;

/// One in so many bodies is looked into; of every answer the status and the length are checked.
const CHECK_ONE_IN: u64 = 64;

/// How long the last answers may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked.
pub(super) trait Work {
    /// What a request's answer must be like.
    type Expected: Default;

    /// Writes the next request.
    fn ask(&mut self, request: &mut Vec<u8>) -> Self::Expected;

    fn status(&self, expected: &Self::Expected) -> u16;

    /// What is wrong with a body.
    fn check(&self, expected: &Self::Expected, body: &[u8]) -> Result<(), String>;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    Closed,
    Open { per_second: f64 },
    Once,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Score {
    pub(super) answers: u64,
    pub(super) errors: u64,
    pub(super) first_error: Option<String>,
    /// Connections that the server closed while nothing was asked on them.
    pub(super) closed_idle: u64,
    pub(super) time: Duration,
    pub(super) latencies: Histogram,
}

impl Score {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(super) fn per_second(&self) -> f64 {
        self.answers as f64 / self.time.as_secs_f64()
    }
}

/// Open connections to one server.
pub(super) struct Generator<E> {
    epoll: OwnedFd,
    address: SocketAddr,
    connections: Vec<Connection<E>>,
    /// Those that ask; the others are only open.
    active: Range<usize>,
    request: Vec<u8>,
}

struct Connection<E> {
    stream: TcpStream,
    received: Vec<u8>,
    filled: usize,
    asked: Option<Asked<E>>,
}

struct Asked<E> {
    expected: E,
    due: Instant,
}

/// One run: from its first request to its last answer.
struct Run {
    start: Instant,
    end: Instant,
    pace: Pace,
    sent: u64,
    in_flight: usize,
    /// Requests that are due and have no connection yet.
    waiting: VecDeque<Instant>,
    free: Vec<usize>,
    score: Score,
}

impl<E: Default> Generator<E> {
    pub(super) fn connect(address: SocketAddr, connections: usize) -> Outcome<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|error| error.to_string())?;
        let mut generator = Self {
            epoll,
            address,
            connections: Vec::with_capacity(connections),
            active: 0..0,
            request: Vec::with_capacity(4096),
        };
        generator.open_more(connections)?;
        Ok(generator)
    }

    /// Opens so many connections more; from now on only they ask.
    pub(super) fn open_more(&mut self, connections: usize) -> Outcome {
        let first = self.connections.len();
        for number in first..first + connections {
            let stream = self.open(number)?;
            self.connections.push(Connection {
                stream,
                received: vec![0; 16 * 1024],
                filled: 0,
                asked: None,
            });
        }
        self.active = first..first + connections;
        Ok(())
    }

    fn open(&self, number: usize) -> Outcome<TcpStream> {
        let stream = TcpStream::connect(self.address)
            .and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                Ok(stream)
            })
            .map_err(|error| format!("{}: {error}", self.address))?;
        let data = EventData::new_u64(u64::try_from(number).unwrap_or_default());
        epoll::add(&self.epoll, &stream, data, EventFlags::IN)
            .map_err(|error| error.to_string())?;
        Ok(stream)
    }

    /// From now on only these ask.
    pub(super) fn use_only(&mut self, active: Range<usize>) {
        self.active = active;
    }

    /// Asks for so long, and waits for the last answers.
    pub(super) fn drive(
        &mut self,
        work: &mut impl Work<Expected = E>,
        pace: Pace,
        time: Duration,
    ) -> Outcome<Score> {
        let start = Instant::now();
        let mut run = Run {
            start,
            end: start + time,
            pace,
            sent: 0,
            in_flight: 0,
            waiting: VecDeque::new(),
            free: self.active.clone().collect(),
            score: Score::default(),
        };
        let mut events = Vec::with_capacity(self.connections.len());
        loop {
            let now = Instant::now();
            let pause = self.send_due(&mut run, work, now)?;
            if now >= run.end && run.in_flight == 0 && run.waiting.is_empty() {
                break;
            }
            if now >= run.end + PATIENCE {
                let missing = u64::try_from(run.in_flight + run.waiting.len()).unwrap_or(u64::MAX);
                run.fail(missing, || "no answer in time".to_owned());
                break;
            }
            events.clear();
            let pause = Timespec::try_from(pause).map_err(|error| error.to_string())?;
            epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut events),
                Some(&pause),
            )
            .map_err(|error| error.to_string())?;
            for event in &events {
                let number = usize::try_from(event.data.u64()).unwrap_or_default();
                self.receive(number, &mut run, work)?;
            }
        }
        run.score.time = run.start.elapsed();
        Ok(run.score)
    }

    /// Sends what is due now and can be sent; gives how long there is nothing to send.
    fn send_due(
        &mut self,
        run: &mut Run,
        work: &mut impl Work<Expected = E>,
        now: Instant,
    ) -> Outcome<Duration> {
        let pause = match run.pace {
            Pace::Closed => {
                if now < run.end {
                    while let Some(number) = run.free.pop() {
                        self.ask(number, run, work, Instant::now())?;
                    }
                }
                Duration::from_millis(100)
            }
            Pace::Open { per_second } => run.note_due(now, per_second),
            Pace::Once => {
                if run.sent == 0 {
                    for number in std::mem::take(&mut run.free) {
                        run.sent += 1;
                        self.ask(number, run, work, Instant::now())?;
                    }
                }
                Duration::from_millis(100)
            }
        };
        while !run.waiting.is_empty()
            && let Some(number) = run.free.pop()
        {
            let due = run.waiting.pop_front().unwrap_or(now);
            self.ask(number, run, work, due)?;
        }
        Ok(pause)
    }

    fn ask(
        &mut self,
        number: usize,
        run: &mut Run,
        work: &mut impl Work<Expected = E>,
        due: Instant,
    ) -> Outcome {
        self.request.clear();
        let expected = work.ask(&mut self.request);
        let connection = &mut self.connections[number];
        connection.filled = 0;
        connection.asked = Some(Asked { expected, due });
        run.in_flight += 1;
        // A request is far smaller than the buffer of an empty socket, so it goes out in one piece.
        match connection.stream.write(&self.request) {
            Ok(sent) if sent == self.request.len() => Ok(()),
            Ok(_) => self.reopen(number, run, "a request was not taken whole".to_owned()),
            Err(error) => self.reopen(number, run, error.to_string()),
        }
    }

    /// Takes what has arrived on a connection; if that is a whole answer, asks again.
    fn receive(
        &mut self,
        number: usize,
        run: &mut Run,
        work: &mut impl Work<Expected = E>,
    ) -> Outcome {
        let connection = &mut self.connections[number];
        if connection.filled == connection.received.len() {
            connection.received.resize(connection.filled * 2, 0);
        }
        let space = &mut connection.received[connection.filled..];
        match connection.stream.read(space) {
            Ok(0) => {
                let text = "the server closed a connection";
                return self.reopen(number, run, text.to_owned());
            }
            Ok(length) => connection.filled += length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return self.reopen(number, run, error.to_string()),
        }
        match response::read(&connection.received[..connection.filled]) {
            Err(problem) => self.reopen(number, run, problem),
            Ok(None) => Ok(()),
            Ok(Some(answer)) => {
                let now = Instant::now();
                if let Some(asked) = connection.asked.take() {
                    run.note(&answer, &connection.received, &asked, work, now);
                }
                if answer.closes {
                    // Some servers close now and then; that costs a connection and is no error.
                    self.connections[number].stream = self.open(number)?;
                }
                match run.pace {
                    Pace::Closed if now < run.end => self.ask(number, run, work, now),
                    _ => {
                        run.free.push(number);
                        Ok(())
                    }
                }
            }
        }
    }

    /// Counts an error and puts a fresh connection into the place.
    fn reopen(&mut self, number: usize, run: &mut Run, problem: String) -> Outcome {
        if self.connections[number].asked.take().is_some() {
            run.in_flight -= 1;
            run.free.push(number);
            run.fail(1, || problem);
        } else {
            run.score.closed_idle += 1;
        }
        self.connections[number].stream = self.open(number)?;
        Ok(())
    }
}

impl Run {
    /// Puts what has become due into the queue; gives the time until the next.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn note_due(&mut self, now: Instant, per_second: f64) -> Duration {
        loop {
            let offset = Duration::from_secs_f64(self.sent as f64 / per_second);
            let due = self.start + offset;
            if due >= self.end {
                return Duration::from_millis(100);
            }
            if due > now {
                return due - now;
            }
            self.waiting.push_back(due);
            self.sent += 1;
        }
    }

    fn note<W: Work>(
        &mut self,
        answer: &Answer,
        received: &[u8],
        asked: &Asked<W::Expected>,
        work: &W,
        now: Instant,
    ) {
        self.in_flight -= 1;
        self.score.answers += 1;
        self.score.latencies.record(now - asked.due);
        let body = match &answer.body {
            Body::At { start, end } => &received[*start..*end],
            Body::Chunked(body) => body,
        };
        let wanted = work.status(&asked.expected);
        if answer.status != wanted {
            let status = answer.status;
            self.fail(1, || {
                format!("{status} instead of {wanted}: {}", body.escape_ascii())
            });
        } else if self.score.answers.is_multiple_of(CHECK_ONE_IN)
            && let Err(problem) = work.check(&asked.expected, body)
        {
            self.fail(1, || format!("{problem}: {}", body.escape_ascii()));
        }
    }

    fn fail(&mut self, times: u64, problem: impl FnOnce() -> String) {
        self.score.errors += times;
        self.score.first_error.get_or_insert_with(problem);
    }
}
