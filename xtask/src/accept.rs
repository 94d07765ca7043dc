//! Accepts the present behaviour as the expected one. The developer reads the difference before it
//! is committed.

use std::process::Command;

use crate::setup::setup;
use crate::{check, tools};
use xtask::step::{Outcome, aloud, root, step};

/// Rewrites the generated files and the snapshots.
pub(crate) fn accept() -> Outcome {
    setup()?;
    step("build", check::build)?;
    step("generated files", check::regenerate)?;
    // Most snapshots stand inside the tests, and only this tool can rewrite them there.
    let mut insta = Command::new(step("snapshot tool", tools::cargo_insta)?);
    insta.args(["insta", "test", "--accept", "--workspace"]);
    insta.args(["--test-runner", "cargo-test"]);
    aloud(insta.current_dir(root()))
}
