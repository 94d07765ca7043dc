//! The load generator: wrk, with the scripts of `bench/wrk`.

use std::ops::Range;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde::Deserialize;
use xtask::programs::find_program;
use xtask::step::root;

use crate::Outcome;
use crate::process::Process;
use crate::server::Server;
use crate::stage::Stage;

/// Who asks what.
#[derive(Clone, Debug)]
pub(crate) struct Load<'a> {
    /// The name of a file in `bench/wrk`.
    pub(crate) script: &'a str,
    pub(crate) connections: usize,
    pub(crate) people: Range<usize>,
}

/// What `done` of `bench/wrk/common.lua` prints; times in microseconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    requests: f64,
    time: f64,
    /// Answers that were errors.
    refused: u64,
    /// Requests without an answer.
    lost: u64,
    p50: f64,
    p99: f64,
}

impl Found {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests / self.time * 1e6
    }

    pub(crate) fn p50_ms(&self) -> f64 {
        self.milliseconds(self.p50)
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        self.milliseconds(self.p99)
    }

    /// Whoever got no answer has waited all the time.
    fn milliseconds(&self, time: f64) -> f64 {
        let no_answer = self.requests == 0.0;
        (if no_answer { self.time } else { time }) / 1e3
    }
}

impl Load<'_> {
    /// As long as the plan says, after a while to warm up; an error fails it.
    pub(crate) fn run(&self, stage: &Stage, server: &Server) -> Outcome<Found> {
        let seconds = stage.options.seconds();
        wait(self.start(stage, server, seconds.div_ceil(3))?)?;
        let found = wait(self.start(stage, server, seconds)?)?;
        if found.refused + found.lost > 0 {
            return Err(format!("{self:?}: {found:?}").into());
        }
        Ok(found)
    }

    pub(crate) fn start(&self, stage: &Stage, server: &Server, seconds: u32) -> Outcome<Process> {
        let mut wrk = Command::new(find_program("wrk").ok_or("there is no `wrk`")?);
        // One thread is enough for one core, and the other is the server's.
        wrk.args([
            "--threads=1",
            &format!("--connections={}", self.connections),
        ])
        // An answer that takes longer would be missing in the times.
        .args([
            &format!("--duration={seconds}"),
            "--timeout=60",
            "--latency",
            "--script",
        ])
        .arg(format!("bench/wrk/{}.lua", self.script))
        .args([&format!("http://{}", server.address), "--"])
        .arg(stage.people_file())
        .args([self.people.start, self.people.len()].map(|number| number.to_string()))
        // Keys of one load are not those of another.
        .args([stage.options.tasks_each(), stage.next_seed()].map(|number| number.to_string()))
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
        Ok(Process(wrk.spawn()?, Signal::KILL))
    }
}

pub(crate) fn wait(mut wrk: Process) -> Outcome<Found> {
    let mut out = String::new();
    let mut output = wrk.0.stdout.take().ok_or("no standard output")?;
    std::io::Read::read_to_string(&mut output, &mut out)?;
    let line = out.lines().last().unwrap_or_default();
    Ok(serde_json::from_str(line).map_err(|error| format!("wrk says: {out}{error}"))?)
}
