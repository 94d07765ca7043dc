//! All that CI runs, and nothing that CI does not.

use std::process::Command;

use xtask::programs::CLIENT;
use xtask::step::{Outcome, cargo_words, quietly, read, root, step, text, write};

use crate::setup::setup;
use crate::{bench, outdated, test, tools};

/// What the program writes itself, compared by `check` and rewritten by `accept`.
const DOCUMENT: &str = "openapi.json";

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
    let mut note = |name, outcome: Outcome| {
        if let Err(message) = outcome {
            println!("{message}\n");
            failed.push(name);
        }
    };
    for (name, work) in steps {
        note(name, step(name, work));
    }
    note("setup", setup());
    if with_tests {
        note("tests", test::run(&[]));
    }
    note("instructions", bench::instructions(&["--quiet"]));
    println!("\n{}", outdated::report());
    match &failed[..] {
        [] => Ok(()),
        failed => Err(format!("failed: {}", failed.join("; "))),
    }
}

fn format() -> Outcome {
    quietly(&mut cargo_words("fmt --all --check")).map(drop)
}

fn lints() -> Outcome {
    let all = "clippy --quiet --workspace --all-targets --all-features -- -D warnings";
    quietly(&mut cargo_words(all)).map(drop)
}

fn documentation() -> Outcome {
    let mut doc = cargo_words("doc --quiet --workspace --no-deps --document-private-items");
    quietly(doc.env("RUSTDOCFLAGS", "-D warnings")).map(drop)
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
    if read(&root().join(DOCUMENT))? == document()? {
        return Ok(());
    }
    Err(format!(
        "{DOCUMENT} is not what the program writes. Run: cargo xtask accept"
    ))
}

/// Writes the generated files anew.
pub(crate) fn regenerate() -> Outcome {
    write(&root().join(DOCUMENT), &document()?)?;
    // Made of the one above; tests say whether it is current.
    let mut client = Command::new("npm");
    client.args(["run", "accept"]);
    quietly(client.current_dir(root().join(CLIENT))).map(drop)
}

/// Builds the tests, and the program with them. `cargo build` would build it, and all that it needs,
/// a second time: without the features that only the tests turn on.
pub(crate) fn build() -> Outcome {
    quietly(&mut cargo_words("test --quiet --workspace --no-run")).map(drop)
}

fn document() -> Outcome<String> {
    // Cargo puts all programs of the workspace side by side, wherever that is.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut program = Command::new(own.with_file_name("tickbox"));
    Ok(text(&quietly(program.arg("openapi"))?.stdout))
}
