//! Starts the measurements: the package `bench`, under load, and the package `instructions`, for
//! every change. Both are built with the release profile, because the optimizer of another profile
//! may remove the cost of a change.

use std::path::PathBuf;
use std::process::Command;

use xtask::programs::find_program;
use xtask::step::{Outcome, aloud, cargo, quietly, step};

use crate::packages::{Need, install_missing};
use crate::setup::setup;

/// PostgreSQL as the tests have it, and the load generator, which they do without.
const NEEDS: [Need; 2] = [Need("postgres", "postgresql"), Need("wrk", "wrk")];

pub(crate) fn bench(arguments: &[&str]) -> Outcome {
    install_missing(&NEEDS, |program| find_program(program).is_some())?;
    let needs_no_program = ["--binary", "--report", "--help", "-h"];
    if !arguments.iter().any(|word| needs_no_program.contains(word)) {
        build("tickbox")?;
    }
    aloud(Command::new(build("bench")?).args(arguments))
}

pub(crate) fn instructions(arguments: &[&str]) -> Outcome {
    setup()?;
    aloud(Command::new(build("instructions")?).args(arguments))
}

fn build(package: &str) -> Outcome<PathBuf> {
    step(&format!("build {package}"), || {
        quietly(&mut cargo(&["build", "--release", "--package", package]))
    })?;
    // Beside the directory that has us, wherever cargo puts its directories.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = own.ancestors().nth(2).ok_or("no target directory")?;
    Ok(target.join("release").join(package))
}
