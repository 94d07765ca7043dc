//! Callgrind: runs a program that marks what is to be counted, and reads what was counted. It
//! compares nothing.
//!
//! Nothing has to be done about the machine: Valgrind shows every program the same processor (whose
//! best vector instructions are those of AVX2), puts everything at the same addresses, and runs one
//! thread at a time.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use xtask::programs::find_program;
use xtask::step::{Outcome, read, root, text, write};

/// What is entered before and after the requests of a kind.
const MARK: &str = "--dump-before=*callgrind_lap*";

/// How many instructions, on all threads, a request takes of each kind that the program makes.
pub(crate) fn count(program: &Path, engine: &str) -> Outcome<Vec<(String, u64)>> {
    let directory = root().join("target/xtask/instructions").join(engine);
    let kinds = run(program, engine, &directory)?;
    let count = |(number, line): (usize, &str)| {
        // The dumps before each of these are of what came before it.
        let dump = directory.join(format!("dump.{}", 2 * number + 2));
        let (kind, count) = per_request(line, &read(&dump)?)
            .ok_or_else(|| format!("{line}: {} is of no use", dump.display()))?;
        Ok((format!("{engine} {kind}"), count))
    };
    kinds.lines().enumerate().map(count).collect()
}

/// Leaves the dumps in the directory, and gives what the program printed.
fn run(program: &Path, engine: &str, directory: &Path) -> Outcome<String> {
    let log = directory.join("log");
    // Dumps of an earlier run would be taken for those of this one.
    drop(fs::remove_dir_all(directory));
    write(&log, "")?;
    let valgrind = find_program("valgrind").ok_or("no valgrind. Run: cargo xtask setup")?;
    let output = Command::new(valgrind)
        .args(["--tool=callgrind", "--quiet", "--callgrind-out-file=dump"])
        .args([MARK.as_ref(), program.as_os_str(), engine.as_ref()])
        .current_dir(directory)
        .stdin(Stdio::null())
        // The log is written as in production, and what it says is read only if something fails.
        .stderr(File::create(&log).map_err(|error| error.to_string())?)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("{}\nvalgrind: {}", read(&log)?, output.status))
}

/// From a line with the kind and the number of requests, and what was counted meanwhile.
fn per_request<'a>(line: &'a str, dump: &str) -> Option<(&'a str, u64)> {
    let (kind, requests) = line.split_once(' ')?;
    let mut lines = dump.lines();
    let total = lines.find_map(|line| line.strip_prefix("totals: "))?;
    let total: u64 = total.trim().parse().ok()?;
    Some((kind, total.checked_div(requests.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_dump_is_shared_by_its_requests() {
        let dump = "version: 1\nevents: Ir\nsummary: 90\n\nfn=(1) main\n1 4\ntotals: 90000\n";
        assert_eq!(per_request("get 400", dump), Some(("get", 225)));
        assert_eq!(per_request("get 400", "version: 1\n"), None);
        assert_eq!(per_request("get 0", dump), None);
    }
}
