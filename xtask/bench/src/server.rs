//! The program under measurement, as a process with its default settings, request log included. The
//! log goes to `/dev/null`: writing it is the program's work, keeping it is others'.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::Outcome;
use crate::data::SECRET;
use crate::process::Process;

/// Ends by itself when dropped, so that it leaves nothing behind.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its ready line.
    pub(crate) start_time: Duration,
}

impl Server {
    /// Starts a command in that directory, and waits until it is ready.
    pub(crate) fn start(mut command: Command, url: &str, directory: &Path) -> Outcome<Self> {
        command
            .current_dir(directory)
            .env_clear()
            .env("DATABASE_URL", url)
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("ENVIRONMENT", "production")
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let start = Instant::now();
        let mut process = Process(command.spawn()?, Signal::TERM);
        let mut line = String::new();
        let output = process.0.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let start_time = start.elapsed();
        let address = address(&line).ok_or_else(|| format!("not ready on {url}: {line}"))?;
        Ok(Self {
            process,
            address,
            start_time,
        })
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    let rest = line.split("http://").nth(1)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/' || c == ';');
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
