//! Starts the program with the settings of a developer.

use xtask::step::{Outcome, aloud, cargo, root};

/// Starts the program, on `dev.db` if no other database is asked for.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--package", "tickbox", "--"]);
    command.args(arguments);
    if std::env::var_os("DATABASE_URL").is_none() && !env_file_has("DATABASE_URL") {
        command.env("DATABASE_URL", "sqlite://dev.db");
    }
    aloud(&mut command)
}

/// The environment wins over `.env`, so a default in the environment would hide what is in there.
fn env_file_has(name: &str) -> bool {
    let content = std::fs::read_to_string(root().join(".env")).unwrap_or_default();
    let mut names = content.lines().filter_map(|line| line.split_once('='));
    names.any(|(left, _)| left.trim().trim_start_matches("export ").trim() == name)
}
