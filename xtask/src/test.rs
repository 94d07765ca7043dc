//! Runs the tests and counts them. What they need is installed by `setup`.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::setup::setup;
use xtask::step::{Outcome, cargo};

/// Installs what is missing, runs the tests whose names contain one of the filters, and closes with
/// a line that has the sums over all test binaries.
pub(crate) fn test(filters: &[&str]) -> Outcome {
    setup()?;
    run(filters)
}

pub(crate) fn run(filters: &[&str]) -> Outcome {
    let io = |error: std::io::Error| format!("cargo test: {error}");
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    let command = command.args(filters).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(io)?;
    let mut counts = Counts::default();
    let mut lines = BufReader::new(child.stdout.take().ok_or("cargo test has no output")?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(io)? > 0 {
        // Passed on as it comes: a test that hangs must show its name.
        std::io::stdout().write_all(&line).map_err(io)?;
        counts.add(&String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait().map_err(io)?;
    println!("{} passed, {} failed", counts.passed, counts.failed);
    match status.success() {
        true if counts == Counts::default() => Err("no test has such a name".to_owned()),
        true => Ok(()),
        false => Err(format!("cargo test: {status}")),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Takes the closing line of a test binary into account:
    /// `test result: ok. 5 passed; 0 failed; …`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<_> = result.split([' ', ';']).collect();
        for pair in words.windows(2) {
            match (pair[0].parse::<u64>(), pair[1]) {
                (Ok(number), "passed") => self.passed += number,
                (Ok(number), "failed") => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_all_test_binaries_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "test tasks::result ... ok",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 20 failed; 1 ignored; 0 measured; 0 filtered out; finished in 2.11s",
        ] {
            counts.add(line);
        }
        assert_eq!((counts.passed, counts.failed), (13, 20));
    }
}
