//! The load generator: wrk, with the scripts of `bench/wrk`.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use xtask::programs::find_program;
use xtask::step::{root, text};

use crate::Outcome;

pub(crate) struct Load<'a> {
    /// The name of a file in `bench/wrk`.
    pub(crate) script: &'a str,
    pub(crate) connections: usize,
    pub(crate) address: SocketAddr,
    pub(crate) people_file: PathBuf,
    /// Which of them ask.
    pub(crate) people: Range<usize>,
    pub(crate) tasks_each: u64,
    pub(crate) seed: u32,
}

/// What `done` of `bench/wrk/common.lua` prints; times in microseconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    requests: f64,
    time: f64,
    /// Answers that were errors.
    pub(crate) refused: u64,
    /// Requests without an answer.
    pub(crate) lost: u64,
    p50: f64,
    p99: f64,
}

impl Found {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests / self.time * 1e6
    }

    pub(crate) fn p50_ms(&self) -> f64 {
        self.p50 / 1e3
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        self.p99 / 1e3
    }
}

/// Ends when dropped.
pub(crate) struct Running(Option<Child>);

/// Starts it.
pub(crate) fn wrk(load: &Load, seconds: u32) -> Outcome<Running> {
    let program = find_program("wrk").ok_or("there is no `wrk`")?;
    let child = Command::new(program)
        // One thread is enough for one core, and the other is the server's.
        .args([
            "--threads",
            "1",
            "--connections",
            &load.connections.to_string(),
        ])
        .args(["--duration", &format!("{seconds}s")])
        // An answer that takes longer would be missing in the times.
        .args(["--timeout", "60s", "--latency", "--script"])
        .arg(format!("bench/wrk/{}.lua", load.script))
        .args([&format!("http://{}", load.address), "--"])
        .arg(&load.people_file)
        .args([load.people.start, load.people.len()].map(|number| number.to_string()))
        .args([load.tasks_each.to_string(), load.seed.to_string()])
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    Ok(Running(Some(child)))
}

impl Running {
    pub(crate) fn wait(mut self) -> Outcome<Found> {
        let child = self.0.take().ok_or("wrk was waited for")?;
        let output = child.wait_with_output()?;
        let out = text(&output.stdout);
        let found = out
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok());
        Ok(found.ok_or_else(|| format!("wrk says: {out}{}", text(&output.stderr)))?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
