//! One measurement: a warm-up, then load, with the CPU time that it cost each side.

use std::time::Duration;

use super::histogram::Histogram;
use super::load::{Generator, Pace, Score};
use super::options::Plan;
use super::process::Pid;
use super::protocol::Subject;
use super::quiet::Cores;
use super::server::Server;
use super::work::{Crowd, Deed};
use crate::step::Outcome;

/// As many as the goals are about.
pub(super) const CONNECTIONS: usize = 64;

/// What one measurement gave.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) per_second: f64,
    pub(super) errors: u64,
    pub(super) first_error: Option<String>,
    pub(super) latencies: Histogram,
    /// CPU time for each request, in microseconds.
    pub(super) server_cpu: f64,
    pub(super) generator_cpu: f64,
    /// Of all processes of PostgreSQL, if it takes part.
    pub(super) database_cpu: Option<f64>,
    /// The share of the machine that others took meanwhile.
    pub(super) others: f64,
}

/// How a deed is measured.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) pace: Pace,
    pub(super) warm_up: Duration,
    pub(super) time: Duration,
}

impl Manner {
    pub(super) fn closed(plan: &Plan) -> Self {
        Self {
            pace: Pace::Closed,
            warm_up: Duration::from_secs(plan.warm_up_seconds.into()),
            time: Duration::from_secs(plan.seconds.into()),
        }
    }
}

/// Measures a server that answers for the crowd's data set.
pub(super) fn measure(
    server: &Server,
    database: Option<Pid>,
    crowd: &Crowd,
    deed: Deed,
    manner: Manner,
    seed: u64,
) -> Outcome<Row> {
    let mut generator = Generator::<Subject>::connect(server.address, CONNECTIONS)?;
    let mut work = crowd.at(deed, seed);
    let warm_up = generator.drive(&mut work, manner.pace, manner.warm_up)?;
    let own = Pid(std::process::id());
    let cpu_times = || -> Outcome<[Duration; 3]> {
        let database = database.map_or(Ok(Duration::ZERO), Pid::cpu_time_of_family)?;
        Ok([
            server.pid().cpu_time_of_family()?,
            own.cpu_time()?,
            database,
        ])
    };
    let cores = Cores::now()?;
    let before = cpu_times()?;
    let score = generator.drive(&mut work, manner.pace, manner.time)?;
    let after = cpu_times()?;
    let spent = [0, 1, 2].map(|side: usize| after[side].saturating_sub(before[side]));
    let others = Cores::now()?.others_since(cores, spent.iter().sum());
    let cost = |side: usize| micros_each(spent[side], &score);
    Ok(Row {
        per_second: score.per_second(),
        errors: warm_up.errors + score.errors,
        first_error: warm_up.first_error.or_else(|| score.first_error.clone()),
        server_cpu: cost(0),
        generator_cpu: cost(1),
        database_cpu: database.map(|_| cost(2)),
        others,
        latencies: score.latencies,
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn micros_each(time: Duration, score: &Score) -> f64 {
    time.as_secs_f64() * 1e6 / score.answers.max(1) as f64
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
