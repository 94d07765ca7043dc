//! What the kernel knows of a process, and processes that end with this one. Linux only.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use xtask::programs::find_program;

use crate::Outcome;

/// What a process has open besides its connections, generously.
const OTHER_FILES: u64 = 200;

/// A program that gets this signal when the harness is gone, even by `kill -9`.
pub(crate) fn tied(program: &Path, signal: &str) -> Outcome<Command> {
    let mut command = Command::new(find_program("setpriv").ok_or("there is no `setpriv`")?);
    command.args(["--pdeathsig", signal]).arg(program);
    Ok(command)
}

/// Allows us so many connections, and with us the processes that we start.
pub(crate) fn allow_open_files(connections: usize) -> Outcome {
    let needed = connections as u64 + OTHER_FILES;
    let limits = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    if !enough(limits.maximum) {
        return Err(format!("more than {needed} open files are needed: ulimit -Hn").into());
    }
    if !enough(limits.current) {
        let raised = Rlimit {
            current: Some(needed),
            ..limits
        };
        setrlimit(Resource::Nofile, raised)?;
    }
    Ok(())
}

/// Memory that a process has now, in MiB.
pub(crate) fn resident_mib(pid: u32) -> Outcome<f64> {
    mib(pid, "VmRSS:")
}

/// The most memory that a process has had, in MiB.
pub(crate) fn peak_mib(pid: u32) -> Outcome<f64> {
    mib(pid, "VmHWM:")
}

fn mib(pid: u32, name: &str) -> Outcome<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.split_whitespace().next());
    let kib: f64 = kib
        .ok_or_else(|| format!("no {name} of process {pid}"))?
        .parse()?;
    Ok(kib / 1024.0)
}
