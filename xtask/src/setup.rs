//! Makes sure that what the tests need is there: the programs in `NEEDS`, and what npm and pip install.
//! What is missing is installed, or the run fails with the command that does so.

use std::path::Path;
use std::process::Command;

use crate::packages::{Need, install_missing};
use xtask::programs::{
    CLIENT, GENERATORS, NEXTJS, PYTHON_GENERATORS, SCHEMATHESIS, find_browser, find_program,
};
use xtask::step::{Outcome, quietly, read, root, step, text, write};

/// Programs, and the Debian packages that have them.
const NEEDS: [Need; 16] = [
    Need("initdb", "postgresql"),
    Need("postgres", "postgresql"),
    Need("pg_basebackup", "postgresql-client"),
    Need("pgbouncer", "pgbouncer"),
    Need("haproxy", "haproxy"),
    Need("nginx", "nginx"),
    Need("node", "nodejs"),
    Need("npm", "npm"),
    Need("chromium", "chromium"),
    Need("python3", "python3"),
    // Debian ships Python without the part that makes environments; see `is_there`.
    Need("python3 -m venv", "python3-venv"),
    Need("valgrind", "valgrind"),
    Need("curl", "curl"),
    Need("jq", "jq"),
    Need("ps", "procps"),
    Need("unshare", "util-linux"),
];
const OLDEST_NODE: u32 = 20;

/// Costs next to nothing when all is there.
pub(crate) fn setup() -> Outcome {
    install_missing(&NEEDS, is_there)?;
    check_node()?;
    for folder in ["tests/better-auth", CLIENT, "web", GENERATORS, NEXTJS] {
        npm(folder)?;
    }
    python(PYTHON_GENERATORS, "tests/generators/requirements.txt")?;
    python(SCHEMATHESIS, "tests/requirements.txt")
}

fn is_there(program: &str) -> bool {
    match program {
        "python3 -m venv" => {
            let mut python = Command::new("python3");
            quietly(python.args(["-c", "import ensurepip, venv"])).is_ok()
        }
        "chromium" => find_browser().is_some(),
        // There is none for other systems; whatever needs them says what is not checked there.
        "valgrind" | "unshare" if cfg!(not(target_os = "linux")) => true,
        _ => find_program(program).is_some(),
    }
}

fn check_node() -> Outcome {
    let output = quietly(Command::new("node").arg("--version"))?;
    let version = text(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next();
    if major.and_then(|major| major.parse().ok()).unwrap_or(0) >= OLDEST_NODE {
        return Ok(());
    }
    Err(format!(
        "Better Auth and the client's tests need Node {OLDEST_NODE} or newer and this is {version}: \
         install a newer one from https://nodejs.org/en/download"
    ))
}

fn npm(directory: &str) -> Outcome {
    let name = format!("install what {directory} needs");
    let directory = root().join(directory);
    let stamp = directory.join("node_modules/.tickbox-stamp");
    unless_stamped(&name, &stamp, &directory.join("package-lock.json"), || {
        // No script of a package needs to run, so none may.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts"]).current_dir(&directory);
        quietly(&mut npm).map(drop)
    })
}

/// An environment of Python, of which `program` is one.
fn python(program: &str, wanted: &str) -> Outcome {
    let name = format!("install what {wanted} lists");
    let program = root().join(program);
    let environment = program.parent().and_then(Path::parent);
    let environment = environment.ok_or("a program stands in bin")?;
    let (wanted, stamp) = (root().join(wanted), environment.join("tickbox-stamp"));
    unless_stamped(&name, &stamp, &wanted, || {
        let mut python = Command::new("python3");
        quietly(python.args(["-m", "venv", "--clear"]).arg(environment))?;
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--requirement"]);
        quietly(pip.arg(&wanted))?;
        read(&program).map(drop)
    })
}

/// Does the work unless it was done before for the same content of `cause`.
fn unless_stamped(
    name: &str,
    stamp: &Path,
    cause: &Path,
    work: impl FnOnce() -> Outcome,
) -> Outcome {
    let cause = read(cause)?;
    if std::fs::read_to_string(stamp).is_ok_and(|done| done == cause) {
        return Ok(());
    }
    step(name, work)?;
    write(stamp, &cause)
}
