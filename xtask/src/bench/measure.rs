//! One measurement: a warm-up, then load, with the CPU time that it cost each side.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::load::{Generator, Pace, Score, Work};
use super::process::Pid;
use super::quiet::Cores;
use super::server::Server;
use crate::step::Outcome;

/// As many as the goals are about.
pub(super) const CONNECTIONS: usize = 64;

/// What one measurement gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) per_second: f64,
    pub(super) errors: u64,
    pub(super) first_error: Option<String>,
    /// Connections that the server closed while nothing was asked on them.
    pub(super) closed_idle: u64,
    pub(super) latency: Latency,
    /// CPU time for each request, in microseconds.
    pub(super) server_cpu: f64,
    pub(super) generator_cpu: f64,
    /// Of all processes of PostgreSQL, if it takes part.
    pub(super) database_cpu: Option<f64>,
    /// The share of the machine that others took meanwhile.
    pub(super) others: f64,
}

/// In milliseconds: the time that this share of all did not exceed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
}

impl From<&Histogram> for Latency {
    fn from(histogram: &Histogram) -> Self {
        let quantile = |share| milliseconds(histogram.quantile(share));
        Self {
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            p999: quantile(0.999),
        }
    }
}

/// How something is measured.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) pace: Pace,
    pub(super) warm_up: Duration,
    pub(super) time: Duration,
}

impl Manner {
    /// As fast as it goes.
    pub(super) fn closed(warm_up: Duration, time: Duration) -> Self {
        Self {
            pace: Pace::Closed,
            warm_up,
            time,
        }
    }
}

/// Measures a server; `database` is the PostgreSQL that it keeps busy.
pub(super) fn measure<W: Work>(
    generator: &mut Generator<W::Expected>,
    work: &mut W,
    manner: Manner,
    server: &Server,
    database: Option<Pid>,
) -> Outcome<Row> {
    let warm_up = generator.drive(work, manner.pace, manner.warm_up)?;
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
    let score = generator.drive(work, manner.pace, manner.time)?;
    let after = cpu_times()?;
    let spent = [0, 1, 2].map(|side: usize| after[side].saturating_sub(before[side]));
    let others = Cores::now()?.others_since(cores, spent.iter().sum());
    let cost = |side: usize| micros_each(spent[side], &score);
    Ok(Row {
        per_second: score.per_second(),
        errors: warm_up.errors + score.errors,
        closed_idle: warm_up.closed_idle + score.closed_idle,
        server_cpu: cost(0),
        generator_cpu: cost(1),
        database_cpu: database.map(|_| cost(2)),
        others,
        latency: Latency::from(&score.latencies),
        first_error: warm_up.first_error.or(score.first_error),
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn micros_each(time: Duration, score: &Score) -> f64 {
    time.as_secs_f64() * 1e6 / score.answers.max(1) as f64
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
