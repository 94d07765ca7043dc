//! What the kernel knows of a process: its CPU time and its memory; and processes that end with this
//! one. Linux only.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::programs::find_program;
use crate::step::Outcome;

/// A command for a program that gets this signal when the harness is gone, even by `kill -9`.
pub(super) fn tied(program: &Path, signal: &str) -> Command {
    let Some(setpriv) = find_program("setpriv") else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", signal]).arg(program);
    command
}

/// What a process has open besides its connections, generously.
const OTHER_FILES: u64 = 200;

/// Allows us so many connections, and with us the processes that we start.
pub(super) fn allow_open_files(connections: usize) -> Outcome {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX) + OTHER_FILES;
    let limits = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    if !enough(limits.maximum) {
        return Err(format!(
            "{connections} connections need a limit of {needed} open files, which is more than \
             may be set here: ulimit -Hn"
        ));
    }
    if enough(limits.current) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(needed),
        ..limits
    };
    setrlimit(Resource::Nofile, raised).map_err(|error| error.to_string())
}

/// A number of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pid(pub(super) u32);

impl Pid {
    /// CPU time of all its threads, user and system.
    pub(super) fn cpu_time(self) -> Outcome<Duration> {
        let stat = stat(self.0)?;
        Ok(clock_ticks(stat.user_ticks + stat.system_ticks))
    }

    /// As [`Pid::cpu_time`], with its children, also those that have ended.
    pub(super) fn cpu_time_of_family(self) -> Outcome<Duration> {
        let own = stat(self.0)?;
        let mut ticks =
            own.user_ticks + own.system_ticks + own.waited_user_ticks + own.waited_system_ticks;
        let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
        for entry in processes.flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse() else {
                continue;
            };
            // One that has just ended is counted in its parent by now, or will be next time.
            if let Ok(child) = stat(pid)
                && child.parent == self.0
            {
                ticks += child.user_ticks + child.system_ticks;
            }
        }
        Ok(clock_ticks(ticks))
    }

    /// Memory that it has now, in bytes.
    pub(super) fn resident_bytes(self) -> Outcome<u64> {
        self.status("VmRSS:")
    }

    /// Its connections among them.
    pub(super) fn open_files(self) -> Outcome<usize> {
        let path = format!("/proc/{}/fd", self.0);
        let files = fs::read_dir(&path).map_err(|error| format!("{path}: {error}"))?;
        Ok(files.count())
    }

    /// The most memory that it has had since [`Pid::forget_peak`], in bytes.
    pub(super) fn peak_bytes(self) -> Outcome<u64> {
        self.status("VmHWM:")
    }

    pub(super) fn forget_peak(self) -> Outcome {
        let path = format!("/proc/{}/clear_refs", self.0);
        fs::write(&path, "5").map_err(|error| format!("{path}: {error}"))
    }

    fn status(self, name: &str) -> Outcome<u64> {
        let path = format!("/proc/{}/status", self.0);
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        Ok(kib.ok_or_else(|| format!("{path} has no {name}"))? * 1024)
    }
}

struct Stat {
    parent: u32,
    user_ticks: u64,
    system_ticks: u64,
    waited_user_ticks: u64,
    waited_system_ticks: u64,
}

fn stat(pid: u32) -> Outcome<Stat> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    // The name, in parentheses, may have spaces in it; fields are counted from behind it (proc(5): from 3).
    let fields: Vec<&str> = text
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .collect();
    let number = |field: usize| -> Outcome<u64> {
        let text = fields.get(field - 3).copied().unwrap_or_default();
        text.parse()
            .map_err(|_| format!("{path} has no number in field {field}"))
    };
    Ok(Stat {
        parent: u32::try_from(number(4)?).map_err(|error| error.to_string())?,
        user_ticks: number(14)?,
        system_ticks: number(15)?,
        waited_user_ticks: number(16)?,
        waited_system_ticks: number(17)?,
    })
}

/// `USER_HZ` is 100 on every Linux that this can meet.
fn clock_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 10)
}
