//! Makes sure that what the tests need is there: PostgreSQL, PgBouncer, Node with Better Auth and the
//! tools of the TypeScript client, Chromium, Python with schemathesis. What is missing is installed, or the run fails with the command that does so.

use std::path::Path;
use std::process::Command;

use crate::packages::{Need, install};
use xtask::programs::{CLIENT, SCHEMATHESIS, find_browser, find_program};
use xtask::step::{Outcome, quietly, read, root, step, text, write};

/// Programs, and the Debian packages that have them.
const NEEDS: [Need; 9] = [
    Need {
        program: "initdb",
        package: "postgresql",
    },
    Need {
        program: "postgres",
        package: "postgresql",
    },
    Need {
        program: "pgbouncer",
        package: "pgbouncer",
    },
    Need {
        program: "node",
        package: "nodejs",
    },
    Need {
        program: "npm",
        package: "npm",
    },
    Need {
        program: "chromium",
        package: "chromium",
    },
    Need {
        program: "python3",
        package: "python3",
    },
    // Debian ships Python without the part that makes environments; see `missing`.
    Need {
        program: "python3 -m venv",
        package: "python3-venv",
    },
    Need {
        program: "valgrind",
        package: "valgrind",
    },
];
const OLDEST_NODE: u32 = 20;

/// Costs next to nothing when all is there.
pub(crate) fn setup() -> Outcome {
    let missing: Vec<_> = NEEDS.iter().filter(|need| !is_there(need)).collect();
    if !missing.is_empty() {
        install(&missing)?;
        if let Some(need) = missing.iter().find(|need| !is_there(need)) {
            return Err(format!(
                "{} is still not found after its installation",
                need.program
            ));
        }
    }
    check_node()?;
    npm("tests/better-auth", "install Better Auth for the tests")?;
    npm(CLIENT, "install what the client is built with")?;
    schemathesis()
}

fn is_there(need: &Need) -> bool {
    if need.program == "python3 -m venv" {
        let mut python = Command::new("python3");
        return quietly(python.args(["-c", "import ensurepip, venv"])).is_ok();
    }
    if need.program == "chromium" {
        return find_browser().is_some();
    }
    if need.program == "valgrind" && cfg!(not(target_os = "linux")) {
        // There is none for other systems; `instructions` says what is not checked there.
        return true;
    }
    find_program(need.program).is_some()
}

fn check_node() -> Outcome {
    let output = quietly(Command::new("node").arg("--version"))?;
    let version = text(&output.stdout).trim().to_owned();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default()
        .parse();
    if major.unwrap_or(0) >= OLDEST_NODE {
        return Ok(());
    }
    Err(format!(
        "Better Auth and the client's tests need Node {OLDEST_NODE} or newer and this is {version}: \
         install a newer one from https://nodejs.org/en/download"
    ))
}

fn npm(directory: &str, name: &str) -> Outcome {
    let directory = root().join(directory);
    let lock = directory.join("package-lock.json");
    unless_stamped(
        &directory.join("node_modules/.tickbox-stamp"),
        &lock,
        || {
            step(name, || {
                // No script of a package needs to run, so none may.
                let mut npm = Command::new("npm");
                npm.args(["ci", "--ignore-scripts"]).current_dir(&directory);
                quietly(&mut npm).map(drop)
            })
        },
    )
}

fn schemathesis() -> Outcome {
    let environment = root().join("target/venv");
    let wanted = root().join("tests/schemathesis/requirements.txt");
    unless_stamped(&environment.join("tickbox-stamp"), &wanted, || {
        step("install schemathesis for the tests", || {
            let mut python = Command::new("python3");
            quietly(python.args(["-m", "venv", "--clear"]).arg(&environment))?;
            let mut pip = Command::new(environment.join("bin/python"));
            pip.args(["-m", "pip", "install", "--quiet", "--requirement"])
                .arg(&wanted);
            quietly(&mut pip)?;
            let program = root().join(SCHEMATHESIS);
            if program.is_file() {
                Ok(())
            } else {
                Err(format!("no {}", program.display()))
            }
        })
    })
}

/// Does the work unless it was done before for the same content of `cause`.
pub(crate) fn unless_stamped(
    stamp: &Path,
    cause: &Path,
    work: impl FnOnce() -> Outcome,
) -> Outcome {
    let cause = read(cause)?;
    if std::fs::read_to_string(stamp).is_ok_and(|done| done == cause) {
        return Ok(());
    }
    work()?;
    write(stamp, &cause)
}
