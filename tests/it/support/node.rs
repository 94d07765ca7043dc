//! Node and npm, for what is written in JavaScript: run in a folder of this repository whose tools are installed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::leash::{Farewell, Leashed};
use xtask::programs::find_program;

/// Each suite takes seconds; this is for one that hangs.
const LIMIT: Duration = Duration::from_mins(10);
const GRACE: Duration = Duration::from_secs(10);

/// Runs a program in a folder, seen from the root; all that it wrote is shown if it fails, and given if not.
pub(crate) async fn run(
    folder: &str,
    program: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let installed = directory.join("node_modules/.tickbox-stamp").is_file();
    let program = find_program(program).filter(|_| installed);
    let program = program.unwrap_or_else(|| {
        panic!("the tools of {folder} are not installed. Run: cargo xtask setup")
    });
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(directory)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let farewell = Farewell {
        signal: "TERM",
        directory: None,
    };
    let mut process = Leashed::start(&mut command, &farewell).expect("Node can be started");
    let (mut stdout, stderr) = (process.stdout(), process.stderr());
    let ended = process.wait(LIMIT).await;
    let Some(status) = ended else {
        // Node's runner ends the files that it has started, and says what it knows.
        process.signal(Signal::TERM);
        process.wait(GRACE).await;
        panic!(
            "{arguments:?} still runs after {LIMIT:?}\n{}\n{}",
            stdout.so_far(),
            stderr.so_far()
        );
    };
    let output = stdout.all().await + &stderr.so_far();
    assert!(status.success(), "{arguments:?} {status}\n{output}");
    output
}
