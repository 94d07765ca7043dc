//! What is kept of a measurement, one file for each section, and the report of all that is kept.

use std::path::PathBuf;
use std::process::Command;

use rustix::system::sysinfo;
use serde::{Deserialize, Serialize};
use xtask::step::{quietly, read, root, text, write as write_file};

use crate::Outcome;
use crate::figures::Figure;
use crate::sections::{SECTIONS, Section};
use crate::stage::Stage;

const HEAD: &str = "\
# What was measured

Written by `cargo xtask bench` from `bench/results` and `bench/REMARKS.md`; do not edit. Medians of
the repeats; in brackets the lowest and the highest. *Before* is the program of an earlier revision,
measured in turn with the present one. Absolute figures differ from machine to machine and from hour
to hour: only the ratios mean something elsewhere. How it is measured is at the end.
";

#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    /// When, where and what.
    circumstances: String,
    figures: Vec<Figure>,
}

impl Record {
    pub(crate) fn of(stage: &Stage, figures: Vec<Figure>) -> Outcome<Self> {
        let revision = ["describe", "--always", "--dirty=, changed", "--exclude=*"];
        let revision = says(Command::new("git").args(revision).current_dir(root()))?;
        let date = says(Command::new("date").args(["--utc", "+%F"]))?;
        let (repeats, seconds) = (stage.options.repeats(), stage.options.seconds());
        let cores = std::thread::available_parallelism()?;
        let memory = memory_mib() / 1024;
        let kernel = says(Command::new("uname").arg("-sr"))?;
        // What follows the number is of whoever built it.
        let kernel = kernel.split('-').next().unwrap_or_default();
        Ok(Self {
            circumstances: format!(
                "Revision {revision}, {date}, {repeats} repeats of {seconds} s. \
                 {cores} cores, {memory} GiB of memory, {kernel}."
            ),
            figures,
        })
    }

    pub(crate) fn keep(&self, section: &str, quick: bool) -> Outcome {
        let json = serde_json::to_string_pretty(self)? + "\n";
        let file = place(quick, &format!("results/{section}.json"));
        Ok(write_file(&file, &json)?)
    }

    fn table(&self) -> String {
        let rows = self.figures.iter().map(|figure| {
            let verdict = match figure.is_reached() {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            let (value, wanted) = (figure.value(), figure.wanted());
            format!("| {} | {value} | {wanted} | {verdict} |\n", figure.what)
        });
        let rows: String = rows.collect();
        let head = "| | | wanted | |\n| --- | --- | --- | --- |\n";
        format!("{head}{rows}\n{}\n", self.circumstances)
    }
}

/// The report of quick runs is their own.
fn place(quick: bool, name: &str) -> PathBuf {
    let place = if quick { "target/bench" } else { "bench" };
    root().join(place).join(name)
}

pub(crate) fn write(quick: bool) -> Outcome {
    let mut report = HEAD.to_owned();
    for Section { name, about, .. } in &SECTIONS {
        if let Ok(json) = read(&place(quick, &format!("results/{name}.json"))) {
            let record: Record = serde_json::from_str(&json)?;
            report = format!("{report}\n## {name}: {about}\n\n{}", record.table());
        }
    }
    report = report + "\n" + &read(&root().join("bench/REMARKS.md"))?;
    let file = place(quick, "RESULTS.md");
    write_file(&file, &report)?;
    println!("\nwritten to {}", file.display());
    Ok(())
}

pub(crate) fn memory_mib() -> u64 {
    sysinfo().totalram * u64::from(sysinfo().mem_unit) / 1024 / 1024
}

fn says(command: &mut Command) -> Outcome<String> {
    Ok(text(&quietly(command)?.stdout).trim().to_owned())
}
