//! What the program must reach, beside what it has reached.

use super::contender::Contender::{self, FastApi, PocketBase, Postgres, Sqlite};
use super::report::{mebibytes, range};
use super::section::Results;
use super::sections::{connections, scale, size};
use super::statistics::Summary;
use super::work::Deed;

pub(super) struct List {
    pub(super) title: &'static str,
    pub(super) goals: Vec<Goal>,
}

pub(super) struct Goal {
    pub(super) what: String,
    pub(super) wanted: String,
    /// And whether that is enough; `None` if it was not measured.
    pub(super) reached: Option<(String, bool)>,
}

pub(super) fn lists(results: &Results) -> [List; 2] {
    let fast = [
        against_the_yardstick(results),
        against_peers(results),
        latency_and_cpu(results),
        connections(results),
        scale(results),
        size(results),
        start(results),
    ];
    let log = [streams(results), log(results)];
    [
        List {
            title: "As fast as the database",
            goals: fast.into_iter().flatten().collect(),
        },
        List {
            title: "One change log",
            goals: log.into_iter().flatten().collect(),
        },
    ]
}

fn at_least(what: String, wanted: f64, reached: Option<Summary>) -> Goal {
    // Ratios that are large need fewer digits.
    let digits = if wanted >= 5.0 { 1 } else { 2 };
    Goal {
        what,
        wanted: format!("≥ {wanted}"),
        reached: reached.map(|reached| (range(&reached, digits), reached.median >= wanted)),
    }
}

fn at_most(what: String, wanted: f64, unit: &str, reached: Option<f64>) -> Goal {
    Goal {
        what,
        wanted: format!("≤ {wanted} {unit}"),
        reached: reached.map(|reached| (format!("{reached:.1} {unit}"), reached <= wanted)),
    }
}

fn below(what: String, wanted: f64, unit: &str, reached: Option<f64>) -> Goal {
    Goal {
        what,
        wanted: format!("< {wanted} {unit}"),
        reached: reached.map(|reached| (format!("{reached:.1} {unit}"), reached < wanted)),
    }
}

/// A ratio that must not be large.
fn no_more_than(what: String, wanted: f64, reached: Option<Summary>) -> Goal {
    Goal {
        what,
        wanted: format!("≤ {wanted}"),
        reached: reached.map(|reached| (range(&reached, 2), reached.median <= wanted)),
    }
}

fn against_the_yardstick(results: &Results) -> Vec<Goal> {
    let throughput = results.throughput.as_ref();
    let deeds = [
        (Deed::Get, 1.0),
        (Deed::List, 0.8),
        (Deed::Create, 1.0),
        (Deed::Complete, 1.0),
    ];
    let goals = deeds.map(|(deed, wanted)| {
        let reached = throughput.map(|record| record.found.to_yardstick(deed));
        at_least(format!("PostgreSQL {deed} ÷ pgbench"), wanted, reached)
    });
    goals.into()
}

fn against_peers(results: &Results) -> Vec<Goal> {
    let throughput = results.throughput.as_ref();
    let pairs = [
        (Postgres, FastApi, [60.0, 40.0, 25.0, 25.0]),
        (Sqlite, PocketBase, [12.0, 10.0, 8.0, 15.0]),
    ];
    let deeds = [Deed::Get, Deed::List, Deed::Create, Deed::Complete];
    let mut goals = Vec::new();
    for (ours, peer, wanted) in pairs {
        for (deed, wanted) in deeds.into_iter().zip(wanted) {
            let reached = throughput.and_then(|record| record.found.compare(ours, peer, deed));
            goals.push(at_least(format!("{ours} {deed} ÷ {peer}"), wanted, reached));
        }
    }
    goals
}

fn latency_and_cpu(results: &Results) -> Vec<Goal> {
    let found = results.throughput.as_ref().map(|record| &record.found);
    let p99 =
        |contender, deed| found.map(|found| found.median(contender, deed, |row| row.latency.p99));
    let all = Contender::OURS
        .into_iter()
        .flat_map(|contender| Deed::ALL.map(|deed| (contender, deed)));
    let slowest = all.max_by(|(a, b), (c, d)| {
        let (one, other) = (
            p99(*a, *b).unwrap_or_default(),
            p99(*c, *d).unwrap_or_default(),
        );
        one.total_cmp(&other)
    });
    let mut goals = Vec::new();
    if let Some((contender, deed)) = slowest {
        let what = match found {
            Some(_) => format!("p99 of the slowest of these, 64 connections: {contender} {deed}"),
            None => "p99 of the slowest of these, 64 connections".to_owned(),
        };
        goals.push(below(what, 15.0, "ms", p99(contender, deed)));
    }
    goals.extend(Contender::OURS.map(|contender| {
        let cpu = found.map(|found| found.median(contender, Deed::Get, |row| row.server_cpu));
        at_most(
            format!("CPU time of the server per get, {contender}"),
            15.0,
            "µs",
            cpu,
        )
    }));
    goals
}

fn connections(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    for contender in Contender::OURS {
        let found = results.connections.as_ref();
        let found = found.and_then(|record| record.found.0.get(&contender));
        let open = connections::OPEN;
        goals.push(Goal {
            what: format!("{open} open connections, 500 active, {contender}: errors"),
            wanted: "0".to_owned(),
            reached: found.map(|found| (found.errors.to_string(), found.errors == 0)),
        });
        let memory = found.map(|found| mebibytes(found.most));
        goals.push(below(
            format!("memory with them, {contender}"),
            250.0,
            "MiB",
            memory,
        ));
    }
    goals
}

fn scale(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    for contender in Contender::OURS {
        for deed in scale::DEEDS {
            let found = results.scale.as_ref().and_then(|record| {
                let pairs = record.found.of.get(&contender)?.get(&deed)?;
                Some(pairs.ratio())
            });
            let what = format!("{contender} {deed}, 10 million tasks ÷ 100,000");
            goals.push(at_least(what, 0.8, found));
        }
    }
    goals
}

fn size(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    for contender in Contender::OURS {
        let found = results.size.as_ref();
        let found = found.and_then(|record| record.found.0.get(&contender));
        let what = format!("{contender}, a million tasks of one user: page 10,000 ÷ page 1");
        goals.push(no_more_than(what, 1.2, found.map(size::Of::late_page)));
        let what =
            format!("{contender}, count of a million tasks ÷ of a thousand (it does not grow)");
        goals.push(no_more_than(what, 1.2, found.map(size::Of::large_count)));
        let memory =
            found.map(|found| mebibytes(found.whole.most.saturating_sub(found.whole.idle)));
        let what = format!("{contender}, memory above idle while a list of a million is sent");
        goals.push(below(what, 20.0, "MiB", memory));
    }
    goals
}

fn start(results: &Results) -> Vec<Goal> {
    let found = results.start.as_ref().map(|record| &record.found);
    let idle = found.and_then(|found| found.idle.get(&Sqlite));
    vec![
        at_most(
            "start to ready, SQLite".to_owned(),
            30.0,
            "ms",
            found.map(|found| found.start.median),
        ),
        at_most(
            "idle memory, SQLite".to_owned(),
            12.0,
            "MiB",
            idle.map(|bytes| mebibytes(*bytes)),
        ),
        at_most(
            "binary".to_owned(),
            25.0,
            "MiB",
            found.map(|found| mebibytes(found.binary_bytes)),
        ),
    ]
}

fn streams(results: &Results) -> Vec<Goal> {
    let mut goals = Vec::new();
    for contender in Contender::OURS {
        let found = results.streams.as_ref();
        let found = found.and_then(|record| record.found.0.get(&contender));
        let memory = found.map(|found| mebibytes(found.open));
        let what = format!("memory with 5,000 open event streams, {contender}");
        goals.push(below(what, 100.0, "MiB", memory));
        for deed in [Deed::Get, Deed::Create] {
            let ratio = found.and_then(|found| Some(found.others.get(&deed)?.ratio()));
            let what = format!("{contender} {deed} of others, with the streams ÷ without");
            goals.push(at_least(what, 0.95, ratio));
        }
        let event = found.map(|found| found.event.p99);
        let what = format!("{contender}, write to event in one process, p99");
        goals.push(below(what, 20.0, "ms", event));
    }
    goals
}

fn log(results: &Results) -> Vec<Goal> {
    let found = results.log.as_ref().map(|record| &record.found);
    let mut goals = Vec::new();
    for contender in Contender::OURS {
        let creates = found.and_then(|found| Some(found.creates.get(&contender)?.ratio()));
        let what = format!("{contender} create, with log and history ÷ without");
        goals.push(at_least(what, 0.7, creates));
        for deed in [Deed::Create, Deed::Complete] {
            let retained =
                found.and_then(|found| Some(found.retained.get(&contender)?.get(&deed)?.ratio()));
            let what =
                format!("{contender} {deed} of a user with a million changes ÷ of one with few");
            goals.push(at_least(what, 0.9, retained));
        }
        let reading = found.and_then(|found| Some(found.reading.get(&contender)?.ratio()));
        let what = format!("{contender}, 1,000 changes ÷ a list of 1,000");
        goals.push(at_least(what, 0.8, reading));
    }
    goals
}
