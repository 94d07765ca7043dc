//! The list of sections: parts of the measurement that can be asked for alone, each with its goals.

mod account;
mod connections;
mod filters;
mod flood;
mod greedy;
mod lone;
mod places;
mod safety;
mod start;
mod streams;
mod throughput;

use crate::Outcome;
use crate::client::Client;
use crate::data::USERS;
use crate::figures::Figure;
use crate::stage::{Engine, Side, Stage};
use crate::wrk::Load;

#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) measure: fn(&Stage) -> Outcome<Vec<Figure>>,
}

macro_rules! sections {
    ($($name:ident: $about:literal,)+) => {
        [$(Section { name: stringify!($name), about: $about, measure: $name::measure }),+]
    };
}

pub(crate) const SECTIONS: [Section; 11] = sections![
    throughput: "get, list of 20, complete, create; pgbench beside them; p99 of writes",
    account: "writers of one account ÷ writers of a thousand",
    greedy: "one user sends 150 large batches at once; ten writes a second of others",
    flood: "100 connections send batches to one account; the writes of somebody else",
    lone: "the median latency of a lone writer, also with PostgreSQL 2 ms away",
    filters: "filtered and sorted lists ÷ plain ones, and of very many tasks",
    places: "moves among siblings ÷ completes",
    safety: "with Idempotency-Key and If-Match ÷ without",
    connections: "10,000 open connections: memory",
    streams: "5,000 open streams of events: memory",
    start: "time to start, memory at rest, size of the program",
];

const CONNECTIONS: usize = 64;

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

    /// The figure itself and its ratio, if there is something to compare with. The goal is the
    /// ratio's.
    fn figures(self, what: &str, unit: &str, goal: impl FnOnce(Figure) -> Figure) -> Vec<Figure> {
        let mut figures = Vec::new();
        if !self.before.is_empty() {
            let what = format!("{what} ÷ before");
            figures.push(goal(Figure::ratio(what, &self.now, &self.before)));
        }
        figures.push(Figure::new(what, unit, self.now));
        figures
    }
}

/// Everybody, on as many connections as most goals are about.
fn full(script: &str) -> Load<'_> {
    Load {
        script,
        connections: CONNECTIONS,
        people: 0..USERS,
    }
}

/// The operations of a batch that each user of the first load, with so many tasks, sends before anything is measured.
type Prepare = fn(usize, usize) -> serde_json::Value;

/// Two loads on the same server in turn: how much of the other's rate the first one has.
fn share(
    stage: &Stage,
    engine: Engine,
    what: &str,
    loads: &[Load; 2],
    prepare: Option<Prepare>,
) -> Outcome<Figure> {
    let mut rates = [Vec::new(), Vec::new()];
    for repeat in stage.repeats() {
        let server = stage.server(engine, Side::Now)?;
        if let Some(prepare) = prepare {
            let client = Client::of(&server);
            for user in loads[0].people.clone() {
                let operations = prepare(user, stage.options.tasks_each());
                let body = serde_json::json!({ "operations": operations }).to_string();
                let answer = client.send("POST", &stage.people[user], "/tasks/batch", &body)?;
                answer.expect(&[200])?;
            }
        }
        // In the other order every second time.
        for turn in [repeat % 2, (repeat + 1) % 2] {
            rates[turn].push(loads[turn].run(stage, &server)?.per_second());
        }
    }
    Ok(Figure::ratio(
        format!("{engine:?} {what}"),
        &rates[0],
        &rates[1],
    ))
}
