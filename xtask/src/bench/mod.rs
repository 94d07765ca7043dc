//! Measures the program under load: the door. Builds what is measured, optimised, and the harness with
//! it; what the harness does is in the modules below, which exist only in that build (feature `bench`).

#[cfg(feature = "bench")]
mod cluster;
#[cfg(feature = "bench")]
mod contender;
#[cfg(feature = "bench")]
mod dataset;
#[cfg(feature = "bench")]
mod fill;
#[cfg(feature = "bench")]
mod goals;
#[cfg(feature = "bench")]
mod histogram;
#[cfg(feature = "bench")]
mod listen;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod machine;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
mod options;
#[cfg(feature = "bench")]
mod peers;
#[cfg(feature = "bench")]
mod pgbench;
#[cfg(feature = "bench")]
mod plot;
#[cfg(feature = "bench")]
mod process;
#[cfg(feature = "bench")]
mod protocol;
#[cfg(feature = "bench")]
mod quiet;
#[cfg(feature = "bench")]
mod read;
#[cfg(feature = "bench")]
mod report;
#[cfg(feature = "bench")]
mod response;
#[cfg(feature = "bench")]
mod results;
#[cfg(feature = "bench")]
mod run;
#[cfg(feature = "bench")]
mod section;
#[cfg(feature = "bench")]
mod sections;
#[cfg(feature = "bench")]
mod server;
#[cfg(feature = "bench")]
mod sql;
#[cfg(feature = "bench")]
mod stage;
#[cfg(feature = "bench")]
mod statistics;
#[cfg(feature = "bench")]
mod unlogged;
#[cfg(feature = "bench")]
mod work;
#[cfg(feature = "bench")]
mod writer;

use crate::step::Outcome;

#[cfg(feature = "bench")]
pub(crate) fn bench(arguments: &[&str]) -> Outcome {
    run::run(&options::Options::read(arguments)?)
}

/// Builds the program and the harness as users build the program, and starts the harness.
#[cfg(not(feature = "bench"))]
pub(crate) fn bench(arguments: &[&str]) -> Outcome {
    use crate::step::{aloud, cargo, quietly, step};

    step("build the program", || {
        quietly(&mut cargo(&["build", "--release", "--package", "tickbox"])).map(drop)
    })?;
    let harness = ["--release", "--package", "xtask", "--features", "bench"];
    step("build the harness", || {
        quietly(cargo(&["build"]).args(harness)).map(drop)
    })?;
    let mut run = cargo(&["run", "--quiet"]);
    aloud(run.args(harness).args(["--", "bench"]).args(arguments))
}
