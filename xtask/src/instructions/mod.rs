//! The guard of what a request costs: instructions, counted anew and compared with those on record.
//! How they are counted is in `callgrind`, kept in `record`, judged in `comparison`; which requests
//! there are, in `benches/instructions`.

mod callgrind;
mod comparison;
mod record;

use std::path::PathBuf;

use self::comparison::Comparison;
use self::record::{Record, this_machine, tools};
use crate::setup::setup;
use xtask::step::{Outcome, cargo, quietly, step};

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// Counts, shows and judges.
pub(crate) fn instructions() -> Outcome {
    setup()?;
    let recorded = Record::load()?;
    if let Some(reason) = elsewhere(&recorded) {
        return Err(reason);
    }
    let comparison = Comparison::new(&recorded, &count()?);
    println!("\n{}", comparison.table());
    comparison.remark().inspect(|remark| println!("{remark}"));
    comparison.verdict()
}

/// Counts, shows, and takes the numbers as those to compare with.
pub(crate) fn accept() -> Outcome {
    setup()?;
    let now = count()?;
    // A record that is missing or of an old form is what this is to mend.
    let recorded = Record::load().unwrap_or_default();
    println!("\n{}", Comparison::new(&recorded, &now).table());
    now.save()
}

/// Counts and judges, and shows only what somebody has to read.
pub(crate) fn check() -> Outcome {
    let recorded = Record::load()?;
    if let Some(reason) = elsewhere(&recorded) {
        println!("{reason}");
        return Ok(());
    }
    let comparison = Comparison::new(&recorded, &count()?);
    comparison.remark().inspect(|remark| println!("{remark}"));
    let verdict = comparison.verdict();
    verdict.map_err(|faults| format!("{}\n{faults}", comparison.table()))
}

/// Why nothing can be compared here, if so.
fn elsewhere(recorded: &Record) -> Option<String> {
    let (there, here) = (recorded.machine()?, this_machine());
    (there != here)
        .then(|| format!("instructions not counted: the record is of {there}, and this is {here}"))
}

/// In the release profile, which is what users run: what another one makes of the code may cost
/// nothing there.
fn count() -> Outcome<Record> {
    let program = step("build what is counted", build)?;
    let mut record = Record {
        tools: tools()?,
        ..Record::default()
    };
    for engine in ENGINES {
        let counts = step(&format!("count instructions on {engine}"), || {
            callgrind::count(&program, engine)
        })?;
        let named = counts
            .into_iter()
            .map(|(kind, count)| (format!("{engine} {kind}"), count));
        record.counts.extend(named);
    }
    Ok(record)
}

fn build() -> Outcome<PathBuf> {
    quietly(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "instructions",
    ]))?;
    // Beside the directory that has us, wherever cargo puts its directories.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = own.ancestors().nth(2).ok_or("no target directory")?;
    Ok(target.join("release/instructions"))
}
