//! What was found, kept as one JSON file for each section, so that a section can be measured alone and the report
//! is made of all of them.

use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::machine;
use super::section::Found;
use super::stage::Stage;
use crate::step::{Outcome, quietly, read, root, text, write};

/// Under which a section was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Circumstances {
    pub(super) machine: String,
    /// The commit that was measured.
    pub(super) revision: String,
    pub(super) repeats: usize,
    pub(super) quick: bool,
    /// Answers that were wrong or missing: then no figure counts.
    pub(super) errors: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Record<T> {
    pub(super) circumstances: Circumstances,
    pub(super) found: T,
}

/// Knows where things are kept.
pub(super) struct Keeper {
    directory: PathBuf,
}

impl Keeper {
    /// What a quick run finds is not for others.
    pub(super) fn new(quick: bool) -> Self {
        let directory = if quick { "target/bench" } else { "bench" };
        Self {
            directory: root().join(directory),
        }
    }

    pub(super) fn keep(&self, name: &str, stage: &Stage, found: impl Found) -> Outcome {
        let version = stage.cluster.sql("postgres", &["SHOW server_version"])?;
        let errors = stage.take_errors();
        let record = Record {
            circumstances: Circumstances {
                machine: machine::describe(version.split(' ').next().unwrap_or_default()),
                revision: revision(),
                repeats: stage.plan.repeats,
                quick: stage.plan.quick,
                errors,
            },
            found,
        };
        let json = serde_json::to_string_pretty(&record).map_err(|error| error.to_string())?;
        write(&self.place(name), &(json + "\n"))?;
        if errors == 0 {
            Ok(())
        } else {
            Err(format!("{errors} answers were wrong or missing"))
        }
    }

    /// `None` if there is none, or one of another form than now.
    pub(super) fn read<T: Found>(&self, name: &str) -> Option<Record<T>> {
        let place = self.place(name);
        let json = read(&place).ok()?;
        let record = serde_json::from_str(&json);
        record
            .inspect_err(|error| println!("{} is left out: {error}", place.display()))
            .ok()
    }

    fn place(&self, name: &str) -> PathBuf {
        self.directory.join("results").join(format!("{name}.json"))
    }

    pub(super) fn report(&self) -> PathBuf {
        self.directory.join("RESULTS.md")
    }

    pub(super) fn plot(&self, name: &str) -> PathBuf {
        self.directory.join("plots").join(format!("{name}.svg"))
    }
}

/// What the program was built from, as far as git knows; the figures beside it do not count.
fn revision() -> String {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        quietly(git.args(arguments).current_dir(root()))
    };
    let Ok(commit) = git(&["rev-parse", "--short", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let program = [
        "diff",
        "--quiet",
        "HEAD",
        "--",
        "src",
        "migrations",
        "Cargo.lock",
    ];
    let changed = if git(&program).is_err() {
        ", changed"
    } else {
        ""
    };
    text(&commit.stdout).trim().to_owned() + changed
}
