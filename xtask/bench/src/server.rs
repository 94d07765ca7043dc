//! The program under measurement, as a process with its default settings, request log included. The
//! log goes to `/dev/null`: writing it is the program's work, keeping it is others'.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Outcome;
use crate::data::SECRET;

/// The program gives what is in flight 30 seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// Ends when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its ready line.
    pub(crate) start_time: Duration,
}

impl Server {
    /// Starts a command in that directory, and waits until it is ready.
    pub(crate) fn start(
        mut command: Command,
        database_url: &str,
        directory: &Path,
    ) -> Outcome<Self> {
        command
            .current_dir(directory)
            .env_clear()
            .env("DATABASE_URL", database_url)
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("ENVIRONMENT", "production")
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(directory.join("server.log"))?);
        let start = Instant::now();
        let mut process = command.spawn()?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        let read = output.read_line(&mut line);
        let start_time = start.elapsed();
        let Some(address) = read.ok().and_then(|_| address(&line)) else {
            drop(process.kill());
            drop(process.wait());
            let log = fs::read_to_string(directory.join("server.log")).unwrap_or_default();
            return Err(format!("not ready on {database_url}: {line}{log}").into());
        };
        // A pipe that nobody reads would stop the program once it is full.
        thread::spawn(move || output.read_to_end(&mut Vec::new()));
        Ok(Self {
            process,
            address,
            start_time,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    /// Lets it end by itself, so that it leaves nothing behind.
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.process);
        if matches!(self.process.try_wait(), Ok(None)) && kill_process(pid, Signal::TERM).is_ok() {
            let end = Instant::now() + PATIENCE;
            while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
                sleep(Duration::from_millis(10));
            }
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    let rest = line.split("http://").nth(1)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/' || c == ';');
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
