//! Tools that are written in Rust: found on the `PATH`, or built once under `target/tools`. Programs
//! from elsewhere are the business of `setup`.

use std::path::PathBuf;

use xtask::programs::find_program;
use xtask::step::{Outcome, cargo, quietly, root};

pub(crate) fn cargo_deny() -> Outcome<PathBuf> {
    find_or_build("cargo-deny", "0.20.2")
}

pub(crate) fn cargo_insta() -> Outcome<PathBuf> {
    find_or_build("cargo-insta", "1.49.0")
}

/// Built without optimisation: they run for seconds, and building them well takes minutes more.
fn find_or_build(name: &str, version: &str) -> Outcome<PathBuf> {
    let tools = root().join("target/tools");
    let built = tools.join("bin").join(name);
    if built.is_file() {
        return Ok(built);
    }
    if let Some(found) = find_program(name) {
        return Ok(found);
    }
    let mut install = cargo(&["install", "--quiet", "--debug", "--locked", name]);
    quietly(install.args(["--version", version, "--root"]).arg(tools))?;
    Ok(built)
}
