//! What is on record: instructions per request, the tools that their number depends on, and what may
//! differ from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use xtask::programs::find_program;
use xtask::step::{Outcome, quietly, read, root, text, write};

const FILE: &str = "bench/instructions.json";
const ACCEPT: &str = "cargo xtask instructions --accept";

/// In percent: many times what the same code varies by, and less than anyone would give away
/// unseen.
const BOUND: f64 = 3.0;

/// Other tools make another program of the same code. What is left is a guard against the worst.
const BOUND_OF_OTHER_TOOLS: f64 = 15.0;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Names and versions; the machine, too.
    pub(super) tools: BTreeMap<String, String>,
    /// By engine and kind of request.
    pub(super) counts: BTreeMap<String, u64>,
}

impl Record {
    pub(super) fn load() -> Outcome<Self> {
        let json = read(&root().join(FILE));
        json.and_then(|json| Self::parse(&json))
            .map_err(|error| format!("{error}\nWrite {FILE} anew: {ACCEPT}"))
    }

    pub(super) fn save(&self) -> Outcome {
        write(&root().join(FILE), &self.to_json())?;
        println!("written to {FILE}");
        Ok(())
    }

    /// One member in a line, which is all that `parse` has to know of JSON.
    fn to_json(&self) -> String {
        let tools = self.tools.iter();
        let tools = tools.map(|(name, version)| format!("  \"{name}\": \"{version}\""));
        let counts = self.counts.iter();
        let counts = counts.map(|(name, count)| format!("  \"{name}\": {count}"));
        let members: Vec<_> = tools.chain(counts).collect();
        format!("{{\n{}\n}}\n", members.join(",\n"))
    }

    fn parse(json: &str) -> Outcome<Self> {
        let mut record = Self::default();
        for line in json.lines().map(str::trim) {
            if matches!(line, "{" | "}") {
                continue;
            }
            let member = line.trim_end_matches(',').split_once("\": ");
            let (name, value) = member.ok_or_else(|| format!("{FILE}: what is `{line}`?"))?;
            let name = name.trim_start_matches('"').to_owned();
            if let Ok(count) = value.parse() {
                record.counts.insert(name, count);
            } else {
                let version = value.trim_matches('"').to_owned();
                record.tools.insert(name, version);
            }
        }
        Ok(record)
    }

    /// What makes another number of the same code: the compilers, the part of the C library that
    /// copies and compares, and the processor that Valgrind shows.
    pub(super) fn of_tools() -> Outcome<Self> {
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let tools = [
            ("machine", machine()),
            ("rustc", says("rustc", "--version")?),
            ("cc", says(&compiler.to_string_lossy(), "--version")?),
            ("libc", says("getconf", "GNU_LIBC_VERSION")?),
            ("valgrind", says("valgrind", "--version")?),
        ];
        Ok(Self {
            tools: tools
                .map(|(name, version)| (name.to_owned(), version))
                .into(),
            counts: BTreeMap::new(),
        })
    }

    /// As a table.
    pub(super) fn beside(&self, recorded: &Self) -> String {
        let mut table = format!(
            "{:<20} {:>10} {:>10} {:>8}\n",
            "", "recorded", "now", "change"
        );
        for (name, before, now) in self.pairs(recorded) {
            let number = |count: Option<u64>| count.map_or("-".to_owned(), |n| n.to_string());
            let change = change(before, now).map_or("-".to_owned(), |by| format!("{by:+.1}%"));
            let (before, now) = (number(before), number(now));
            let _ = writeln!(table, "{name:<20} {before:>10} {now:>10} {change:>8}");
        }
        table
    }

    /// What somebody has to know even if nothing is wrong.
    pub(super) fn other_tools(&self, recorded: &Self) -> Option<String> {
        let others = self.tools.iter().filter_map(|(name, version)| {
            let before = recorded.tools.get(name).map_or("nothing", String::as_str);
            (before != version).then(|| format!("  {name}: {version} instead of {before}"))
        });
        let others: Vec<_> = others.collect();
        (!others.is_empty()).then(|| {
            format!(
                "INSTRUCTIONS WERE COUNTED WITH OTHER TOOLS than those on record, so that only a \
                 rise of more than {BOUND_OF_OTHER_TOOLS}% is noticed (otherwise {BOUND}%):\n{}\n\
                 If all are to have these from now on: {ACCEPT}",
                others.join("\n")
            )
        })
    }

    /// # Errors
    /// What rose or fell too much, and what to do. With the old number of what fell it could rise
    /// again by as much, unseen.
    pub(super) fn judge(&self, recorded: &Self) -> Outcome {
        let is_foreign = self.other_tools(recorded).is_some();
        let fault = |(name, before, now)| match (change(before, now), is_foreign) {
            (None, _) => Some(format!("{name} is not on both sides")),
            (Some(by), true) if by > BOUND_OF_OTHER_TOOLS => Some(format!("{name}: {by:+.1}%")),
            (Some(by), false) if by.abs() > BOUND => Some(format!("{name}: {by:+.1}%")),
            _ => None,
        };
        let faults: Vec<_> = self.pairs(recorded).filter_map(fault).collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{}\nIf that is meant, renew the record in the same change, and say why in its message: \
             {ACCEPT}",
            faults.join("\n")
        ))
    }

    /// All names of both, with the number then and now.
    fn pairs<'a>(
        &'a self,
        recorded: &'a Self,
    ) -> impl Iterator<Item = (&'a String, Option<u64>, Option<u64>)> {
        let names: BTreeSet<_> = self.counts.keys().chain(recorded.counts.keys()).collect();
        let count = |record: &Self, name| record.counts.get(name).copied();
        names
            .into_iter()
            .map(move |name| (name, count(recorded, name), count(self, name)))
    }
}

/// In percent.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn change(before: Option<u64>, now: Option<u64>) -> Option<f64> {
    Some((now? as f64 / before? as f64 - 1.0) * 100.0)
}

/// Counts of another system or another instruction set say nothing about those of this one.
pub(super) fn machine() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// The first line, without what would need an escape in JSON.
fn says(program: &str, question: &str) -> Outcome<String> {
    let path = find_program(program).unwrap_or_else(|| program.into());
    let output = quietly(Command::new(path).arg(question).current_dir(root()))?;
    let line = text(&output.stdout)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    Ok(line.replace(['"', '\\'], "'"))
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
    fn what_is_written_is_read_again() {
        let record = record("gcc (Debian 12) 12.2.0", &[("sqlite get", 45_260)]);
        assert_eq!(Record::parse(&record.to_json()), Ok(record));
        assert!(Record::parse("{\n<<<<<<< ours\n  \"sqlite get\": 45260\n}\n").is_err());
    }

    #[test]
    fn more_than_3_percent_either_way_is_a_fault() {
        let before = record("1", &[("get", 1000)]);
        for (now, is_good) in [(1029, true), (971, true), (1031, false), (969, false)] {
            let verdict = record("1", &[("get", now)]).judge(&before);
            assert_eq!(verdict.is_ok(), is_good, "{now}: {verdict:?}");
        }
    }

    #[test]
    fn other_tools_are_said_aloud_and_given_more_room() {
        let before = record("1", &[("get", 1000)]);
        let now = record("2", &[("get", 1149)]);
        assert_eq!(now.judge(&before), Ok(()));
        let remark = now.other_tools(&before).unwrap_or_default();
        assert!(remark.contains("rustc: 2 instead of 1"), "{remark}");
        assert!(record("2", &[("get", 1151)]).judge(&before).is_err());
        assert!(record("2", &[("get", 500)]).judge(&before).is_ok());
    }

    #[test]
    fn a_kind_that_is_missing_on_either_side_is_a_fault() {
        let (less, more) = (record("1", &[("a", 1)]), record("1", &[("a", 1), ("b", 1)]));
        assert!(more.judge(&less).is_err() && less.judge(&more).is_err());
    }
}
