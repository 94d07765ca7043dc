//! Processes that end with this one, and what the kernel knows of them. Linux only.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use xtask::programs::find_program;

use crate::Outcome;

/// The program gives what is in flight 30 seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a process has open besides its connections, generously.
const OTHER_FILES: u64 = 200;

/// A program that gets this signal when the harness is gone, even by `kill -9`.
pub(crate) fn tied(program: &Path, signal: &str) -> Outcome<Command> {
    let mut command = Command::new(find_program("setpriv").ok_or("there is no `setpriv`")?);
    command.args(["--pdeathsig", signal]).arg(program);
    Ok(command)
}

/// Gets its signal when dropped, and is waited for.
pub(crate) struct Process(pub(crate) Child, pub(crate) Signal);

impl Drop for Process {
    fn drop(&mut self) {
        // It fails only for one that has ended already.
        let _ = kill_process(Pid::from_child(&self.0), self.1);
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && matches!(self.0.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(5));
        }
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Process {
    /// Memory that it has now, in MiB.
    pub(crate) fn resident_mib(&self) -> Outcome<f64> {
        self.mib("VmRSS:")
    }

    /// The most memory that it has had, in MiB.
    pub(crate) fn peak_mib(&self) -> Outcome<f64> {
        self.mib("VmHWM:")
    }

    fn mib(&self, name: &str) -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.split_whitespace().next());
        Ok(kib.ok_or("the kernel does not say")?.parse::<f64>()? / 1024.0)
    }
}

/// Allows us so many connections, and with us the processes that we start.
pub(crate) fn allow_open_files(connections: usize) -> Outcome {
    let needed = connections as u64 + OTHER_FILES;
    let limits = getrlimit(Resource::Nofile);
    if limits.current.is_none_or(|limit| limit >= needed) {
        return Ok(());
    }
    let current = Some(needed);
    let raised = setrlimit(Resource::Nofile, Rlimit { current, ..limits });
    Ok(raised.map_err(|error| format!("{needed} open files, see `ulimit -Hn`: {error}"))?)
}
