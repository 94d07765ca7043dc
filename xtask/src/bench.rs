//! The door of what measures: builds the program and the harness as users build the program, and
//! starts the harness, which is the package `bench`.

use xtask::programs::find_program;
use xtask::step::{Outcome, aloud, cargo, quietly, step};

use crate::packages::{Need, install};

/// PostgreSQL as the tests have it, and the load generator, which they do without.
const NEEDS: [Need; 2] = [
    Need {
        program: "postgres",
        package: "postgresql",
    },
    Need {
        program: "wrk",
        package: "wrk",
    },
];

pub(crate) fn bench(arguments: &[&str]) -> Outcome {
    let missing: Vec<_> = NEEDS
        .iter()
        .filter(|need| find_program(need.program).is_none())
        .collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    let measures = !matches!(arguments, ["report" | "help" | "--help" | "-h"]);
    if measures && !arguments.contains(&"--binary") {
        let program = ["build", "--release", "--package", "tickbox"];
        step("build the program", || {
            quietly(&mut cargo(&program)).map(drop)
        })?;
    }
    let harness = ["--release", "--package", "bench"];
    step("build the harness", || {
        quietly(cargo(&["build"]).args(harness)).map(drop)
    })?;
    let mut run = cargo(&["run", "--quiet"]);
    // Paths are those of whoever asks, and cargo runs in the root.
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let paths = arguments.iter().scan("", |option, word| {
        let is_path = matches!(std::mem::replace(option, word), "--before" | "--binary");
        Some(if is_path {
            here.join(word).into_os_string()
        } else {
            word.into()
        })
    });
    aloud(run.args(harness).arg("--").args(paths))
}
