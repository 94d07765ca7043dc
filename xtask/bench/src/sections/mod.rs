//! The list of sections: parts of the measurement that can be asked for alone, each with its goals.

mod account;
mod connections;
mod flood;
mod greedy;
mod lone;
mod p99;
mod safety;
mod start;
mod streams;
mod throughput;

use crate::Outcome;
use crate::data::USERS;
use crate::figures::Figure;
use crate::stage::{Side, Stage};

pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) measure: fn(&Stage) -> Outcome<Vec<Figure>>,
}

pub(crate) const SECTIONS: [Section; 10] = [
    Section {
        name: "throughput",
        about: "get, list of 20, complete, create per second, 64 connections; pgbench beside them",
        measure: throughput::measure,
    },
    Section {
        name: "p99",
        about: "the slowest hundredth of writes, 64 connections",
        measure: p99::measure,
    },
    Section {
        name: "account",
        about: "64 connections that write to one account, and to a thousand",
        measure: account::measure,
    },
    Section {
        name: "greedy",
        about: "one user sends 150 large batches at once; ten writes a second of others",
        measure: greedy::measure,
    },
    Section {
        name: "flood",
        about: "100 connections send batches to one account; the writes of somebody else",
        measure: flood::measure,
    },
    Section {
        name: "lone",
        about: "the median latency of a lone writer, also with PostgreSQL 2 ms away",
        measure: lone::measure,
    },
    Section {
        name: "safety",
        about: "what Idempotency-Key and If-Match cost",
        measure: safety::measure,
    },
    Section {
        name: "connections",
        about: "10,000 open connections: memory",
        measure: connections::measure,
    },
    Section {
        name: "streams",
        about: "5,000 open streams of events: memory",
        measure: streams::measure,
    },
    Section {
        name: "start",
        about: "time to start, memory at rest, size of the program",
        measure: start::measure,
    },
];

/// As many as most goals are about.
const CONNECTIONS: usize = 64;

const EVERYBODY: std::ops::Range<usize> = 0..USERS;

/// What was found for each side, one value for each repeat.
#[derive(Debug, Default)]
struct Sides {
    now: Vec<f64>,
    before: Vec<f64>,
}

impl Sides {
    fn push(&mut self, side: Side, value: f64) {
        match side {
            Side::Now => self.now.push(value),
            Side::Before => self.before.push(value),
        }
    }

    /// The figure itself and, if there is something to compare with, its ratio, to which the goal
    /// of the ratio belongs.
    fn figures(self, what: &str, unit: &str, goal: impl FnOnce(Figure) -> Figure) -> Vec<Figure> {
        let ratio = (!self.before.is_empty()).then(|| {
            goal(Figure::ratio(
                format!("{what} ÷ before"),
                &self.now,
                &self.before,
            ))
        });
        let figure = Figure::new(what, unit, self.now);
        [figure].into_iter().chain(ratio).collect()
    }
}
