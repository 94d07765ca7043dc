//! What is kept of a measurement, one file for each section, and the report of all that is kept.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};
use xtask::step::{quietly, read, root, text, write as write_file};

use crate::Outcome;
use crate::figures::Figure;
use crate::sections::SECTIONS;
use crate::stage::{Side, Stage};

const HEAD: &str = "\
# What was measured

Written by `cargo xtask bench` from `bench/results` and `bench/REMARKS.md`; do not edit. Medians of
the repeats; in brackets the lowest and the highest. *Before* is the program of an earlier revision,
measured in turn with the present one. Absolute figures differ from machine to machine and from hour
to hour: only the ratios mean something elsewhere. How it is measured is at the end.
";

#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    revision: String,
    date: String,
    machine: String,
    repeats: usize,
    seconds: u32,
    /// What the earlier program calls itself.
    before: Option<String>,
    figures: Vec<Figure>,
}

impl Record {
    pub(crate) fn of(stage: &Stage, figures: Vec<Figure>) -> Outcome<Self> {
        let version = |side| says(Command::new(stage.binary(side)).arg("--version"));
        let has_before = stage.sides().contains(&Side::Before);
        let git =
            |arguments: &[&str]| says(Command::new("git").args(arguments).current_dir(root()));
        Ok(Self {
            revision: git(&["describe", "--always", "--dirty=, changed", "--exclude=*"])?,
            date: says(Command::new("date").args(["--utc", "+%F"]))?,
            machine: machine()?,
            repeats: stage.plan.repeats,
            seconds: stage.plan.seconds,
            before: has_before.then(|| version(Side::Before)).transpose()?,
            figures,
        })
    }

    pub(crate) fn keep(&self, section: &str, quick: bool) -> Outcome {
        let json = serde_json::to_string_pretty(self)? + "\n";
        Ok(write_file(
            &place(quick, &format!("results/{section}.json")),
            &json,
        )?)
    }

    fn table(&self) -> String {
        let mut table = "| | | wanted | |\n| --- | --- | --- | --- |\n".to_owned();
        for figure in &self.figures {
            let goal = figure.goal.map(|goal| goal.to_string()).unwrap_or_default();
            let verdict = match figure.is_reached() {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            let (what, value) = (&figure.what, figure.value());
            let _ = writeln!(table, "| {what} | {value} | {goal} | {verdict} |");
        }
        let Self {
            revision,
            date,
            machine,
            repeats,
            seconds,
            ..
        } = self;
        let before = self.before.as_ref().map(|name| format!(", before: {name}"));
        let before = before.unwrap_or_default();
        let _ = writeln!(
            table,
            "\nRevision {revision}, {date}, {repeats} repeats of {seconds} s{before}. {machine}."
        );
        table
    }
}

/// The report of quick runs is their own.
fn place(quick: bool, name: &str) -> PathBuf {
    root()
        .join(if quick { "target/bench" } else { "bench" })
        .join(name)
}

pub(crate) fn write(quick: bool) -> Outcome {
    let mut report = HEAD.to_owned();
    for section in &SECTIONS {
        let Ok(json) = fs::read_to_string(place(quick, &format!("results/{}.json", section.name)))
        else {
            continue;
        };
        let record: Record = serde_json::from_str(&json)?;
        let (name, about) = (section.name, section.about);
        let _ = write!(report, "\n## {name}: {about}\n\n{}", record.table());
    }
    report = report + "\n" + &read(&root().join("bench/REMARKS.md"))?;
    let file = place(quick, "RESULTS.md");
    write_file(&file, &report)?;
    println!("\nwritten to {}", file.display());
    Ok(())
}

fn machine() -> Outcome<String> {
    let cores = std::thread::available_parallelism()?;
    let memory = memory_kib() / 1024 / 1024;
    let kernel = says(Command::new("uname").arg("-sr"))?;
    Ok(format!("{cores} cores, {memory} GiB of memory, {kernel}"))
}

pub(crate) fn memory_kib() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = kib.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    // As good a guess as any, where the kernel does not say.
    kib.unwrap_or(4 * 1024 * 1024)
}

fn says(command: &mut Command) -> Outcome<String> {
    Ok(text(&quietly(command)?.stdout).trim().to_owned())
}
