//! The guard of what a request costs: instructions, counted anew and compared with those on record.
//! How they are counted is in `callgrind`, kept and judged in `record`; which requests there are, in
//! `benches/instructions`.

mod callgrind;
mod record;

use std::path::PathBuf;

use xtask::step::{Outcome, cargo, quietly, step};

use self::record::Record;
use crate::setup::setup;

/// Counts, shows and judges.
pub(crate) fn instructions() -> Outcome {
    setup()?;
    judge(|comparison| println!("\n{comparison}"))
}

/// Counts and judges, and shows only what somebody has to read.
pub(crate) fn check() -> Outcome {
    judge(|_| ())
}

/// Counts, shows, and takes the numbers as those to compare with.
pub(crate) fn accept() -> Outcome {
    setup()?;
    let now = count()?;
    // A record that is missing or of an old form is what this is to mend.
    println!("\n{}", now.beside(&Record::load().unwrap_or_default()));
    now.save()
}

fn judge(show: impl FnOnce(&str)) -> Outcome {
    let recorded = Record::load()?;
    let here = record::machine();
    if recorded.tools.get("machine") != Some(&here) {
        println!("instructions not counted: the record is not of {here}");
        return Ok(());
    }
    let now = count()?;
    let table = now.beside(&recorded);
    show(&table);
    if let Some(remark) = now.other_tools(&recorded) {
        println!("{remark}");
    }
    now.judge(&recorded)
        .map_err(|faults| format!("{table}\n{faults}"))
}

/// In the release profile, which is what users run: what another one makes of the code may cost
/// nothing there.
fn count() -> Outcome<Record> {
    let program = step("build what is counted", build)?;
    let mut record = Record::of_tools()?;
    for engine in ["sqlite", "postgres"] {
        let counts = step(&format!("count instructions on {engine}"), || {
            callgrind::count(&program, engine)
        })?;
        record.counts.extend(counts);
    }
    Ok(record)
}

fn build() -> Outcome<PathBuf> {
    let instructions = ["build", "--release", "--package", "instructions"];
    quietly(&mut cargo(&instructions))?;
    // Beside the directory that has us, wherever cargo puts its directories.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = own.ancestors().nth(2).ok_or("no target directory")?;
    Ok(target.join("release/instructions"))
}
