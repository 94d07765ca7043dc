//! Installs packages of the system: on Debian and its derivatives by itself, elsewhere it prints
//! their names. Which ones are needed is decided in `setup`.

use std::path::Path;
use std::process::Command;

use xtask::programs::find_program;
use xtask::step::{Outcome, quietly, root, step, text, write};

/// A program, and the Debian package that has it.
pub(crate) struct Need(pub(crate) &'static str, pub(crate) &'static str);

/// Files that are there only while packages are installed: the tests want the programs, and nobody
/// wants servers that start by themselves on the machine of a developer.
const GUARDS: [(&str, &str, &str); 2] = [
    // Debian's way to say that an installation starts no service; see invoke-rc.d(8).
    ("/usr/sbin/policy-rc.d", "755", "#!/bin/sh\nexit 101\n"),
    // Keeps the PostgreSQL package from making a cluster of its own; see pg_createcluster(1).
    (
        "/etc/postgresql-common/createcluster.d/tickbox.conf",
        "644",
        "create_main_cluster = false\n",
    ),
];

/// Installs what is missing, says so, and looks again.
pub(crate) fn install_missing(needs: &[Need], is_there: fn(&str) -> bool) -> Outcome {
    let missing: Vec<_> = needs.iter().filter(|need| !is_there(need.0)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<_> = missing.iter().map(|need| need.0).collect();
    println!("missing: {}", programs.join(", "));
    let mut packages: Vec<_> = missing.iter().map(|need| need.1).collect();
    packages.dedup();
    install(&packages)?;
    match missing.iter().find(|need| !is_there(need.0)) {
        Some(need) => Err(format!(
            "{} is still not found after its installation",
            need.0
        )),
        None => Ok(()),
    }
}

fn install(packages: &[&str]) -> Outcome {
    let names = packages.join(" ");
    if find_program("apt-get").is_none() {
        return Err(format!(
            "Install them with the package manager of your system and run this again.\n\
             Debian calls the packages: {names}\n\
             Homebrew: brew install postgresql pgbouncer node python wrk; \
             brew install --cask chromium"
        ));
    }
    let by_hand = format!("sudo apt-get install --no-install-recommends {names}");
    step(&format!("install {names}"), || apt(packages))
        .map_err(|error| format!("{error}\nInstall them yourself and run this again: {by_hand}"))
}

fn apt(packages: &[&str]) -> Outcome {
    quietly(&mut as_root(&["apt-get", "update"])?)?;
    let draft = root().join("target/xtask/guard");
    let missing = |guard: &&(&str, _, _)| !Path::new(guard.0).exists();
    let guards: Vec<_> = GUARDS.iter().filter(missing).collect();
    for (place, mode, content) in &guards {
        write(&draft, content)?;
        let mut install = as_root(&["install", "-D", "-m", mode])?;
        quietly(install.arg(&draft).arg(place))?;
    }
    let mut install = as_root(&["apt-get", "install", "--yes", "--no-install-recommends"])?;
    let installed = quietly(install.args(packages));
    quietly(as_root(&["rm", "-f"])?.args(guards.iter().map(|guard| guard.0)))?;
    installed?;
    if Path::new("/run/systemd/system").is_dir() && packages.contains(&"pgbouncer") {
        // It would start with the machine, the next time.
        quietly(&mut as_root(&["systemctl", "disable", "pgbouncer"])?)?;
    }
    Ok(())
}

/// The command as it is for root; others need a `sudo` that asks nothing.
fn as_root(words: &[&str]) -> Outcome<Command> {
    let user = text(&quietly(Command::new("id").arg("-u"))?.stdout);
    let mut all = Vec::new();
    if user.trim() != "0" {
        all.extend(["sudo", "-n"]);
    }
    all.extend(["env", "DEBIAN_FRONTEND=noninteractive"]);
    all.extend(words);
    let mut command = Command::new(all[0]);
    command.args(&all[1..]);
    Ok(command)
}
