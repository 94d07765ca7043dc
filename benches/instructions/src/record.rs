//! What is on record: instructions per request, the tools that their number depends on, and what may
//! differ from it. How they are counted is in `callgrind`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};
use xtask::programs::find_program;
use xtask::step::{Outcome, quietly, read, root, step, text, write};

use crate::callgrind;

const FILE: &str = "bench/instructions.json";
const ACCEPT: &str = "cargo xtask instructions --accept";

/// In percent: many times what the same code varies by, and less than anyone would give away
/// unseen.
const BOUND: f64 = 3.0;

/// Other tools make another program of the same code. What is left is a guard against the worst.
const BOUND_OF_OTHER_TOOLS: f64 = 15.0;

/// Counts and judges; shows all, or only what somebody has to read.
pub(crate) fn check(program: &Path, shows_all: bool) -> Outcome {
    let recorded = read(&root().join(FILE)).and_then(|json| {
        let parsed = serde_json::from_str::<Record>(&json);
        parsed.map_err(|error| format!("{FILE}: {error}. Write it anew: {ACCEPT}"))
    })?;
    let here = machine();
    if recorded.tools.get("machine") != Some(&here) {
        println!("instructions not counted: the record is not of {here}");
        return Ok(());
    }
    let found = Record::count(program)?.compare(&recorded);
    if shows_all || !found.faults.is_empty() {
        println!("\n{}", found.table);
    }
    if !found.other_tools.is_empty() {
        println!(
            "INSTRUCTIONS WERE COUNTED WITH OTHER TOOLS than those on record, so that only a rise \
             of more than {BOUND_OF_OTHER_TOOLS}% is noticed (otherwise {BOUND}%):\n{}\
             If all are to have these from now on: {ACCEPT}",
            found.other_tools
        );
    }
    if found.faults.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}If that is meant, renew the record in the same change, and say why in its message: \
         {ACCEPT}",
        found.faults
    ))
}

/// Counts, and takes the numbers as those to compare with.
pub(crate) fn accept(program: &Path) -> Outcome {
    let now = Record::count(program)?;
    println!("\n{}written to {FILE}", now.compare(&now).table);
    let json = serde_json::to_string_pretty(&now).map_err(|error| error.to_string())?;
    write(&root().join(FILE), &(json + "\n"))
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// Names and versions; the machine, too.
    tools: BTreeMap<String, String>,
    /// By engine and kind of request.
    counts: BTreeMap<String, u64>,
}

/// Lines for a person.
struct Comparison {
    table: String,
    other_tools: String,
    faults: String,
}

impl Record {
    fn count(program: &Path) -> Outcome<Self> {
        let mut record = Self {
            tools: tools()?,
            counts: BTreeMap::new(),
        };
        for engine in ["sqlite", "postgres"] {
            let counts = step(&format!("count instructions on {engine}"), || {
                callgrind::count(program, engine)
            })?;
            record.counts.extend(counts);
        }
        Ok(record)
    }

    /// With the old number of what fell it could rise again by as much, unseen: a fault, too.
    fn compare(&self, recorded: &Self) -> Comparison {
        let mut table = format!("{:<20} {:>10} {:>10}\n", "instructions", "recorded", "now");
        let (mut other_tools, mut faults) = (String::new(), String::new());
        for (tool, version) in &self.tools {
            let before = recorded.tools.get(tool).map_or("nothing", String::as_str);
            if before != version {
                let _ = writeln!(other_tools, "  {tool}: {version} instead of {before}");
            }
        }
        let names: BTreeSet<_> = self.counts.keys().chain(recorded.counts.keys()).collect();
        for name in names {
            let (Some(before), Some(now)) = (recorded.counts.get(name), self.counts.get(name))
            else {
                let _ = writeln!(faults, "{name} is not on both sides");
                continue;
            };
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let change = (*now as f64 / *before as f64 - 1.0) * 100.0;
            let _ = writeln!(table, "{name:<20} {before:>10} {now:>10} {change:>+7.1}%");
            let has_our_tools = other_tools.is_empty();
            if change > BOUND_OF_OTHER_TOOLS || has_our_tools && change.abs() > BOUND {
                let _ = writeln!(faults, "{name}: {change:+.1}%");
            }
        }
        Comparison {
            table,
            other_tools,
            faults,
        }
    }
}

/// What makes another number of the same code: the compilers, the part of the C library that copies
/// and compares, and the processor that Valgrind shows.
fn tools() -> Outcome<BTreeMap<String, String>> {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let tools = [
        ("rustc", "rustc", "--version"),
        ("cc", &compiler.to_string_lossy(), "--version"),
        ("libc", "getconf", "GNU_LIBC_VERSION"),
        ("valgrind", "valgrind", "--version"),
    ];
    let mut versions = BTreeMap::from([("machine".to_owned(), machine())]);
    for (tool, program, question) in tools {
        let path = find_program(program).unwrap_or_else(|| program.into());
        let output = quietly(Command::new(path).arg(question).current_dir(root()))?;
        let output = text(&output.stdout);
        let version = output.lines().next().unwrap_or_default();
        versions.insert(tool.to_owned(), version.to_owned());
    }
    Ok(versions)
}

/// Counts of another system or another instruction set say nothing about those of this one.
fn machine() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rustc: &str, counts: &[(&str, u64)]) -> Record {
        let counts = counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        Record {
            tools: [("rustc".to_owned(), rustc.to_owned())].into(),
            counts: counts.collect(),
        }
    }

    #[test]
    fn more_than_3_percent_either_way_is_a_fault() {
        let before = record("1", &[("get", 1000)]);
        for (now, is_good) in [(1029, true), (971, true), (1031, false), (969, false)] {
            let faults = record("1", &[("get", now)]).compare(&before).faults;
            assert_eq!(faults.is_empty(), is_good, "{now}: {faults}");
        }
    }

    #[test]
    fn other_tools_are_said_aloud_and_given_more_room() {
        let before = record("1", &[("get", 1000)]);
        let found = record("2", &[("get", 1149)]).compare(&before);
        assert_eq!(found.other_tools, "  rustc: 2 instead of 1\n");
        assert_eq!(found.faults, "");
        let found = record("2", &[("get", 1151)]).compare(&before);
        assert_eq!(found.faults, "get: +15.1%\n");
    }

    #[test]
    fn a_kind_that_is_missing_on_either_side_is_a_fault() {
        let (less, more) = (record("1", &[("a", 1)]), record("1", &[("a", 1), ("b", 1)]));
        for (now, before) in [(&less, &more), (&more, &less)] {
            assert_eq!(now.compare(before).faults, "b is not on both sides\n");
        }
    }
}
