//! The program under measurement, as a process: its release build with its default settings, request log
//! included. The log goes to `/dev/null`: writing it is the program's work, keeping it is others'.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid as KernelPid, Signal, kill_process};

use super::process::{Pid, tied};
use super::work::SECRET;
use crate::step::{Outcome, root};

/// Ends when dropped.
pub(super) struct Server {
    process: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process to its ready line.
    pub(super) start_time: Duration,
}

impl Server {
    /// Starts it in that directory, and waits until it is ready.
    pub(super) fn start(database_url: &str, directory: &Path) -> Outcome<Self> {
        Self::launch(tied(&binary(), "KILL"), database_url, directory)
    }

    /// As [`Server::start`], without anything around the process that would cost time.
    pub(super) fn start_at_once(database_url: &str, directory: &Path) -> Outcome<Self> {
        Self::launch(Command::new(binary()), database_url, directory)
    }

    fn launch(mut command: Command, database_url: &str, directory: &Path) -> Outcome<Self> {
        command
            .current_dir(directory)
            .env_clear()
            .env("DATABASE_URL", database_url)
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("ENVIRONMENT", "production")
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let start = Instant::now();
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let output = process.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        let start_time = start.elapsed();
        let address = read.ok().and_then(|_| address(&line));
        let Some(address) = address else {
            drop(process.kill());
            drop(process.wait());
            return Err(format!(
                "the program did not get ready on {database_url}: {line}"
            ));
        };
        Ok(Self {
            process,
            address,
            start_time,
        })
    }

    /// A peer, which is ready.
    pub(super) fn of(process: Child, address: SocketAddr) -> Self {
        Self {
            process,
            address,
            start_time: Duration::ZERO,
        }
    }

    pub(super) fn pid(&self) -> Pid {
        Pid(self.process.id())
    }

    /// Lets it end by itself, so that it leaves nothing behind.
    pub(super) fn stop(mut self) -> Outcome {
        kill_process(KernelPid::from_child(&self.process), Signal::TERM)
            .map_err(|error| error.to_string())?;
        self.process
            .wait()
            .map(drop)
            .map_err(|error| error.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gently first: some have processes of their own to end.
        let pid = KernelPid::from_child(&self.process);
        if matches!(self.process.try_wait(), Ok(None)) && kill_process(pid, Signal::TERM).is_ok() {
            let end = Instant::now() + Duration::from_secs(5);
            while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(super) fn binary() -> PathBuf {
    // Cargo puts all programs of the workspace side by side, wherever that is.
    let own = std::env::current_exe().unwrap_or_default();
    let beside = own.with_file_name("tickbox");
    if beside.is_file() {
        beside
    } else {
        root().join("target/release/tickbox")
    }
}

pub(super) fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// A copy of a file that nobody has open, without what an earlier copy left.
pub(super) fn copy_sqlite(from: &Path, to: &Path) -> Outcome {
    remove_sqlite(to);
    let copied = fs::copy(from, to).and_then(|_| fs::File::open(to)?.sync_all());
    copied.map_err(|error| format!("{}: {error}", to.display()))
}

/// With the files beside it, which may or may not be there.
pub(super) fn remove_sqlite(path: &Path) {
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        drop(fs::remove_file(name));
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    let rest = line.split("http://").nth(1)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/' || c == ';');
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
