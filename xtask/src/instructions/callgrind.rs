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
use xtask::step::{Outcome, read, root, text};

/// What is entered before and after the requests of a kind.
const MARK: &str = "--dump-before=*callgrind_lap*";

/// How many instructions, on all threads, a request takes of each kind that the program makes.
pub(super) fn count(program: &Path, engine: &str) -> Outcome<Vec<(String, u64)>> {
    let directory = root().join("target/xtask/instructions").join(engine);
    let kinds = run(program, engine, &directory)?;
    kinds
        .lines()
        .enumerate()
        .map(|(number, line)| {
            // The dumps before each of these are of what came before it.
            let dump = directory.join(format!("dump.{}", 2 * number + 2));
            let per_request = per_request(line, &read(&dump)?);
            per_request.ok_or_else(|| format!("{line}: {} is of no use", dump.display()))
        })
        .collect()
}

/// Leaves the dumps in the directory, and gives what the program printed.
fn run(program: &Path, engine: &str, directory: &Path) -> Outcome<String> {
    let valgrind =
        find_program("valgrind").ok_or("valgrind is not installed. Run: cargo xtask setup")?;
    let log = directory.join("log");
    // Dumps of an earlier run would be taken for those of this one.
    let errors = fs::remove_dir_all(directory)
        .or_else(|error| {
            if directory.exists() {
                Err(error)
            } else {
                Ok(())
            }
        })
        .and_then(|()| fs::create_dir_all(directory))
        .and_then(|()| File::create(&log))
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    let output = Command::new(valgrind)
        .args([
            "--tool=callgrind",
            "--quiet",
            "--callgrind-out-file=dump",
            MARK,
        ])
        .arg(program)
        .arg(engine)
        .current_dir(directory)
        // The log is written as in production, and what it says is read only if something fails.
        .stderr(errors)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let log = read(&log)?;
    let last: Vec<_> = log.lines().rev().take(10).collect();
    let last: Vec<_> = last.into_iter().rev().collect();
    Err(format!("{}\nvalgrind: {}", last.join("\n"), output.status))
}

/// From a line with the kind and the number of requests, and what was counted meanwhile.
fn per_request(line: &str, dump: &str) -> Option<(String, u64)> {
    let (kind, requests) = line.split_once(' ')?;
    let requests: u64 = requests.parse().ok()?;
    let total = dump
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    let total: u64 = total.trim().parse().ok()?;
    Some((kind.to_owned(), total.checked_div(requests)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_dump_is_shared_by_its_requests() {
        let dump = "version: 1\nevents: Ir\nsummary: 90\n\nfn=(1) main\n1 4\ntotals: 90000\n";
        assert_eq!(per_request("get 400", dump), Some(("get".to_owned(), 225)));
        assert_eq!(per_request("get 400", "version: 1\n"), None);
        assert_eq!(per_request("get 0", dump), None);
    }
}
