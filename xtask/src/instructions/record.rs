//! What is on record: the file, and the tools that its numbers depend on. Who compares is
//! `comparison`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use xtask::programs::find_program;
use xtask::step::{Outcome, quietly, read, root, text, write};

const FILE: &str = "bench/instructions.json";

/// The command that writes the file.
pub(super) const ACCEPT: &str = "cargo xtask instructions --accept";

/// Instructions per request, and what they were counted with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Names and versions. The first is the machine.
    pub(super) tools: Vec<(String, String)>,
    /// The engine with the kind of request.
    pub(super) counts: Vec<(String, u64)>,
}

impl Record {
    pub(super) fn load() -> Outcome<Self> {
        let unreadable = |error| format!("{error}\nWrite {FILE} anew: {ACCEPT}");
        read(&path())
            .and_then(|json| Self::parse(&json))
            .map_err(unreadable)
    }

    pub(super) fn save(&self) -> Outcome {
        write(&path(), &self.to_json())?;
        println!("written to {FILE}");
        Ok(())
    }

    /// Which machine the numbers belong to.
    pub(super) fn machine(&self) -> Option<&str> {
        self.tools.first().map(|(_, machine)| machine.as_str())
    }

    /// One member in a line, which is all that `parse` has to know of JSON.
    fn to_json(&self) -> String {
        let mut json = format!("{{\n  \"generated\": \"{ACCEPT}\"");
        for (name, version) in &self.tools {
            // Writing to a text cannot fail.
            let _ = write!(
                json,
                ",\n  \"{name}\": \"{}\"",
                version.replace(['"', '\\'], "'")
            );
        }
        for (name, count) in &self.counts {
            let _ = write!(json, ",\n  \"{name}\": {count}");
        }
        json + "\n}\n"
    }

    fn parse(json: &str) -> Outcome<Self> {
        let mut record = Self::default();
        for line in json
            .lines()
            .filter(|line| !matches!(line.trim(), "{" | "}"))
        {
            let member = line.trim().trim_end_matches(',').split_once("\": ");
            let (name, value) = member.ok_or_else(|| format!("{FILE}: what is `{line}`?"))?;
            let name = name.trim_start_matches('"').to_owned();
            if let Ok(count) = value.parse() {
                record.counts.push((name, count));
            } else if name != "generated" {
                record
                    .tools
                    .push((name, value.trim_matches('"').to_owned()));
            }
        }
        Ok(record)
    }
}

fn path() -> PathBuf {
    root().join(FILE)
}

/// Counts of another system or another instruction set say nothing about those of this one.
pub(super) fn this_machine() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// What makes another number of the same code: the compilers, the part of the C library that copies
/// and compares, and the processor that Valgrind shows.
pub(super) fn tools() -> Outcome<Vec<(String, String)>> {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    Ok([
        ("machine", this_machine()),
        ("rustc", first_line("rustc", &["--version"])?),
        (
            "cc",
            first_line(&compiler.to_string_lossy(), &["--version"])?,
        ),
        ("libc", first_line("getconf", &["GNU_LIBC_VERSION"])?),
        ("valgrind", first_line("valgrind", &["--version"])?),
    ]
    .map(|(name, version)| (name.to_owned(), version))
    .into())
}

fn first_line(program: &str, arguments: &[&str]) -> Outcome<String> {
    let path = find_program(program).unwrap_or_else(|| program.into());
    let output = quietly(Command::new(path).args(arguments).current_dir(root()))?;
    Ok(text(&output.stdout)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let record = Record {
            tools: vec![
                ("machine".to_owned(), "linux x86_64".to_owned()),
                ("cc".to_owned(), "gcc (Debian 12.2.0-14) 12.2.0".to_owned()),
            ],
            counts: vec![
                ("sqlite get".to_owned(), 45_260),
                ("postgres get".to_owned(), 51_368),
            ],
        };
        assert_eq!(Record::parse(&record.to_json()), Ok(record));
    }

    #[test]
    fn a_line_that_is_no_member_is_not_passed_over() {
        let conflict = "{\n<<<<<<< ours\n  \"sqlite get\": 45260\n}\n";
        assert!(Record::parse(conflict).is_err_and(|error| error.contains("<<<<<<<")));
    }
}
