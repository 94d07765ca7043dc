//! The door of what measures: builds the program and the harness as users build the program, and
//! starts the harness, which is the package `bench`.

use xtask::programs::find_program;
use xtask::step::{Outcome, aloud, cargo_words, quietly, step};

use crate::packages::{Need, install_missing};

/// PostgreSQL as the tests have it, and the load generator, which they do without.
const NEEDS: [Need; 2] = [Need("postgres", "postgresql"), Need("wrk", "wrk")];

pub(crate) fn bench(arguments: &[&str]) -> Outcome {
    install_missing(&NEEDS, |program| find_program(program).is_some())?;
    let measures = !arguments
        .iter()
        .any(|word| ["--report", "--help", "-h"].contains(word));
    if measures && !arguments.contains(&"--binary") {
        step("build the program", || {
            quietly(&mut cargo_words("build --release --package tickbox"))
        })?;
    }
    step("build the harness", || {
        quietly(&mut cargo_words("build --release --package bench"))
    })?;
    let mut run = cargo_words("run --quiet --release --package bench --");
    // Paths are those of whoever asks, and cargo runs in the root.
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut before = "";
    for &word in arguments {
        match before {
            "--before" | "--binary" => run.arg(here.join(word)),
            _ => run.arg(word),
        };
        before = word;
    }
    aloud(&mut run)
}
