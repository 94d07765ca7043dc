//! Very many open connections, of which some are active: whether all are served, and the memory that they take.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::load::{Generator, Pace};
use crate::bench::measure::{Manner, Row, measure as measure_load};
use crate::bench::process::allow_open_files;
use crate::bench::protocol::Subject;
use crate::bench::report::mebibytes;
use crate::bench::section::Found;
use crate::bench::stage::{Ready, Stage};
use crate::bench::work::{Crowd, Deed};
use crate::step::Outcome;

pub(in crate::bench) const OPEN: usize = 10_000;
const ACTIVE: usize = 500;

/// While all ask once: fewer than may wait to be accepted (`listen(2)`), or the kernel lets some wait for seconds.
const AT_A_TIME: usize = 100;

/// For how long the server keeps an idle connection: all must be over before.
const PATIENCE_WITH_IDLE: Duration = Duration::from_mins(1);

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Of {
    /// Answers that were wrong or missing, and connections that were closed.
    pub(in crate::bench) errors: u64,
    /// In bytes: before the first connection, with all of them open and used once, and the most under load.
    idle: u64,
    open: u64,
    pub(in crate::bench) most: u64,
    rows: BTreeMap<Deed, Row>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(pub(in crate::bench) BTreeMap<Contender, Of>);

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    allow_open_files(OPEN)?;
    let mut findings = BTreeMap::new();
    for contender in Contender::OURS {
        findings.insert(contender, measure_one(stage, stage.prepare(contender)?)?);
    }
    Ok(Findings(findings))
}

fn measure_one(stage: &Stage, ready: Ready) -> Outcome<Of> {
    let server = &ready.server;
    sleep(Duration::from_millis(500));
    let idle = server.pid().resident_bytes()?;
    let start = Instant::now();
    let mut generator = Generator::connect(server.address, 0)?;
    let mut errors = 0;
    for _ in 0..OPEN / AT_A_TIME {
        generator.open_more(AT_A_TIME)?;
        errors += ask_once(&mut generator, &ready.crowd)?;
    }
    let open = server.pid().resident_bytes()?;
    generator.use_only(0..ACTIVE);
    let time = Duration::from_secs(stage.plan.seconds.into()) * 3;
    let manner = Manner::closed(time / 6, time);
    let mut rows = BTreeMap::new();
    for deed in [Deed::Get, Deed::Create] {
        let mut work = ready.crowd.at(deed, 2);
        let database = stage.database_of(ready.contender);
        let row = measure_load(&mut generator, &mut work, manner, server, database)?;
        stage.print(ready.contender, deed, &row);
        errors += row.errors + row.closed_idle;
        rows.insert(deed, row);
    }
    // Those that were only open must still be.
    for first in (0..OPEN).step_by(AT_A_TIME) {
        generator.use_only(first..first + AT_A_TIME);
        errors += ask_once(&mut generator, &ready.crowd)?;
    }
    let most = server.pid().peak_bytes()?;
    println!(
        "{} with {OPEN} connections: {:.1} MiB, {errors} errors",
        ready.contender,
        mebibytes(most)
    );
    if start.elapsed() > PATIENCE_WITH_IDLE {
        println!("it took longer than a server keeps an idle connection");
    }
    stage.note_errors(errors - rows.values().map(|row| row.errors).sum::<u64>());
    ready.server.stop()?;
    Ok(Of {
        errors,
        idle,
        open,
        most,
        rows,
    })
}

/// One request on each connection whose turn it is; gives the number of errors.
fn ask_once(generator: &mut Generator<Subject>, crowd: &Crowd) -> Outcome<u64> {
    let mut work = crowd.at(Deed::Get, 1);
    let score = generator.drive(&mut work, Pace::Once, Duration::ZERO)?;
    if let Some(error) = score.first_error {
        println!("{} errors, the first: {error}", score.errors);
    }
    Ok(score.errors + score.closed_idle)
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = format!(
            "{OPEN} keep-alive connections are opened, and each asks once; then {ACTIVE} of them ask as fast as they \
             can, gets and then creates; at the end each of the {OPEN} asks once more.\n\n\
             | | errors | memory: idle | all open | the most | get/s | p99 | create/s | p99 |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        );
        for (contender, found) in &self.0 {
            let _ = write!(
                text,
                "| {contender} | {} | {:.1} MiB | {:.1} MiB | {:.1} MiB |",
                found.errors,
                mebibytes(found.idle),
                mebibytes(found.open),
                mebibytes(found.most)
            );
            for row in found.rows.values() {
                let _ = write!(text, " {:.0} | {:.1} ms |", row.per_second, row.latency.p99);
            }
            text.push('\n');
        }
        text
    }
}
