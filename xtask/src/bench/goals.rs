//! What the program must reach, beside what it has reached.

use super::contender::Contender::{self, FastApi, PocketBase, Postgres, Sqlite};
use super::findings::Findings;
use super::measure::Row;
use super::report::{mebibytes, range};
use super::statistics::Summary;
use super::work::Deed;

pub(super) struct Goal {
    pub(super) what: String,
    pub(super) wanted: String,
    pub(super) reached: String,
    pub(super) is_met: bool,
}

fn at_least(what: &str, wanted: f64, reached: &Summary, digits: usize) -> Goal {
    Goal {
        what: what.to_owned(),
        wanted: format!("≥ {wanted}"),
        reached: range(reached, digits),
        is_met: reached.median >= wanted,
    }
}

fn at_most(what: &str, wanted: f64, unit: &str, reached: f64) -> Goal {
    Goal {
        what: what.to_owned(),
        wanted: format!("≤ {wanted} {unit}"),
        reached: format!("{reached:.1} {unit}"),
        is_met: reached <= wanted,
    }
}

/// What was asked of the first version.
pub(super) fn first(findings: &Findings) -> Vec<Goal> {
    let writes = |deed| Summary::of(findings.per_second(Sqlite, deed));
    let idle = |engine| {
        findings
            .memory
            .get(&engine)
            .map_or(f64::MAX, |memory| mebibytes(memory.idle))
    };
    let stream = |contender| {
        let memory = findings.memory.get(&contender);
        memory.map_or(f64::MAX, |memory| {
            mebibytes(memory.streaming.saturating_sub(memory.warm))
        })
    };
    let closed = |contender, share| findings.closed_ms(contender, Deed::Get, share);
    vec![
        at_least(
            "PostgreSQL get ÷ pgbench",
            0.45,
            &findings.to_yardstick(Deed::Get),
            2,
        ),
        at_most(
            "PostgreSQL get, p95 at full load",
            10.0,
            "ms",
            closed(Postgres, 0.95),
        ),
        at_least(
            "SQLite get ÷ PostgreSQL get",
            1.2,
            &findings.compare(Sqlite, Postgres, Deed::Get),
            2,
        ),
        at_least(
            "SQLite create per second, fsynced",
            8000.0,
            &writes(Deed::Create),
            0,
        ),
        at_least(
            "SQLite complete per second, fsynced",
            8000.0,
            &writes(Deed::Complete),
            0,
        ),
        at_most("start to ready, SQLite", 100.0, "ms", findings.start.median),
        at_most("idle memory, SQLite", 20.0, "MiB", idle(Sqlite)),
        at_most("idle memory, PostgreSQL", 20.0, "MiB", idle(Postgres)),
        at_most(
            "a list of 100,000 tasks, above a page, SQLite",
            8.0,
            "MiB",
            stream(Sqlite),
        ),
        at_most("the same, PostgreSQL", 8.0, "MiB", stream(Postgres)),
        at_most(
            "verifying an HS256 token",
            10.0,
            "µs",
            findings.verification.median,
        ),
    ]
}

/// What is asked of a later one.
pub(super) fn further(findings: &Findings) -> Vec<Goal> {
    let slowest = Contender::OURS
        .into_iter()
        .flat_map(|contender| Deed::ALL.map(|deed| findings.closed_ms(contender, deed, 0.99)))
        .fold(0.0, f64::max);
    let cpu = |contender| findings.median_of(contender, Deed::Get, |row: &Row| row.server_cpu);
    let idle = findings
        .memory
        .get(&Sqlite)
        .map_or(f64::MAX, |memory| mebibytes(memory.idle));
    let mut goals: Vec<Goal> = [
        (Deed::Get, 1.0),
        (Deed::List, 0.8),
        (Deed::Create, 1.0),
        (Deed::Complete, 1.0),
    ]
    .into_iter()
    .map(|(deed, wanted)| {
        let what = format!("PostgreSQL {deed} ÷ pgbench");
        at_least(&what, wanted, &findings.to_yardstick(deed), 2)
    })
    .collect();
    if findings.plan.peers {
        goals.extend(against_peers(findings));
    }
    goals.extend([
        at_most("the slowest p99 at full load", 15.0, "ms", slowest),
        at_most("start to ready, SQLite", 30.0, "ms", findings.start.median),
        at_most("idle memory, SQLite", 12.0, "MiB", idle),
        at_most("binary", 25.0, "MiB", mebibytes(findings.binary_bytes)),
        at_most("CPU per get, PostgreSQL", 15.0, "µs", cpu(Postgres)),
        at_most("CPU per get, SQLite", 15.0, "µs", cpu(Sqlite)),
    ]);
    goals
}

fn against_peers(findings: &Findings) -> Vec<Goal> {
    let pairs = [
        (Postgres, FastApi, [60.0, 40.0, 25.0, 25.0]),
        (Sqlite, PocketBase, [12.0, 10.0, 8.0, 15.0]),
    ];
    let deeds = [Deed::Get, Deed::List, Deed::Create, Deed::Complete];
    let mut goals = Vec::new();
    for (ours, peer, wanted) in pairs {
        for (deed, wanted) in deeds.into_iter().zip(wanted) {
            let what = format!("{ours} {deed} ÷ {peer}");
            goals.push(at_least(
                &what,
                wanted,
                &findings.compare(ours, peer, deed),
                1,
            ));
        }
    }
    goals
}
