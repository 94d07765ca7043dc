//! All that CI runs, and nothing that CI does not.

use std::path::Path;
use std::process::Command;

use crate::setup::setup;
use crate::{instructions, outdated, test, tools};
use xtask::programs::CLIENT;
use xtask::step::{Outcome, cargo, quietly, root, step, text, write};

/// Files that the program writes itself, and the arguments that make it do so. Add a line to have
/// another one compared by `check` and rewritten by `accept`.
const GENERATED: [(&str, &[&str]); 1] = [("openapi.json", &["openapi"])];

type Step = (&'static str, fn() -> Outcome);

/// Runs every step, also after one has failed: one round shows all there is to repair.
pub(crate) fn check(with_tests: bool) -> Outcome {
    let steps: [Step; 7] = [
        ("format", format),
        ("lints", lints),
        ("documentation", documentation),
        ("dependencies: bans, licences, sources", dependencies),
        ("dependencies: advisories", advisories),
        ("build", build),
        ("generated files", generated),
    ];
    let mut failed = Vec::new();
    for (name, work) in steps {
        if let Err(message) = step(name, work) {
            println!("{message}\n");
            failed.push(name);
        }
    }
    if let Err(message) = setup() {
        println!("{message}\n");
        failed.push("setup");
    }
    if with_tests && let Err(message) = test::run(&[]) {
        eprintln!("{message}");
        failed.push("tests");
    }
    if let Err(message) = instructions::check() {
        println!("{message}\n");
        failed.push("instructions");
    }
    println!("\n{}", outdated::report());
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join("; ")))
    }
}

fn format() -> Outcome {
    quietly(&mut cargo(&["fmt", "--all", "--check"])).map(drop)
}

fn lints() -> Outcome {
    let all = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    quietly(&mut cargo(&all)).map(drop)
}

fn documentation() -> Outcome {
    let all = [
        "doc",
        "--quiet",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    quietly(cargo(&all).env("RUSTDOCFLAGS", "-D warnings")).map(drop)
}

fn dependencies() -> Outcome {
    quietly(&mut deny(&["check", "bans", "licenses", "sources"])?).map(drop)
}

/// The database of known holes is on the internet; where that cannot be reached, nothing is said
/// about them, and a line says so.
fn advisories() -> Outcome {
    if quietly(&mut deny(&["fetch", "db"])?).is_err() {
        print!("not checked: no way to the database  ");
        return Ok(());
    }
    quietly(&mut deny(&["check", "--disable-fetch", "advisories"])?).map(drop)
}

fn deny(arguments: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(tools::cargo_deny()?);
    command.args(arguments).current_dir(root());
    Ok(command)
}

fn generated() -> Outcome {
    let mut stale = Vec::new();
    for (file, arguments) in GENERATED {
        let fresh = generate(arguments)?;
        let committed = root().join(file);
        if std::fs::read_to_string(&committed).unwrap_or_default() != fresh {
            stale.push(difference(&committed, &fresh)?);
            stale.push(format!(
                "{file} is not what the program writes. Run: cargo xtask accept"
            ));
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(stale.join("\n"))
    }
}

/// Writes the generated files anew.
pub(crate) fn regenerate() -> Outcome {
    for (file, arguments) in GENERATED {
        write(&root().join(file), &generate(arguments)?)?;
    }
    // Made of the one above; a test says whether it is current.
    let mut types = Command::new("node");
    types.arg("scripts/generate.mjs");
    quietly(types.current_dir(root().join(CLIENT))).map(drop)
}

/// Builds the tests, and the program with them. `cargo build` would build it, and all that it needs,
/// a second time: without the features that only the tests turn on.
pub(crate) fn build() -> Outcome {
    quietly(&mut cargo(&["test", "--quiet", "--workspace", "--no-run"])).map(drop)
}

fn generate(arguments: &[&str]) -> Outcome<String> {
    // Cargo puts all programs of the workspace side by side, wherever that is.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut program = Command::new(own.with_file_name("tickbox"));
    Ok(text(&quietly(program.args(arguments))?.stdout))
}

/// As `diff -u` shows it, which every system has.
fn difference(committed: &Path, fresh: &str) -> Outcome<String> {
    let other = root().join("target/xtask/fresh");
    write(&other, fresh)?;
    let mut diff = Command::new("diff");
    let output = diff.arg("-uN").arg(committed).arg(&other).output();
    Ok(text(
        &output.map_err(|error| format!("diff: {error}"))?.stdout,
    ))
}
