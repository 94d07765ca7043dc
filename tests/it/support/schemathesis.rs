//! The schemathesis tool: it reads the served `OpenAPI` document and looks for requests to which the
//! server does not answer as the document says. How it tries is in `tests/schemathesis`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::leash::{Farewell, Leashed};
use xtask::programs::SCHEMATHESIS;

/// It takes a minute or two; this is for a server that hangs.
const LIMIT: Duration = Duration::from_mins(15);

/// What it found, in its own words.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// Runs all checks against a server as a user and with that user's token.
pub(crate) async fn schemathesis(base_url: &str, user: &str, token: &str) -> Report {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join(SCHEMATHESIS);
    assert!(
        program.is_file(),
        "schemathesis is not installed. Run: cargo xtask setup"
    );
    // It leaves what it learnt where it runs, and the next run would not be the same.
    let directory = TempDir::with_prefix("tickbox-test-").expect("a directory can be made");
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(root.join("tests/schemathesis/schemathesis.toml"))
        .args(["--no-color", "run", "--checks", "all"])
        // The token goes with every request, also where one without it is meant; tests of our own leave it away. And
        // what was deleted is in the trash: it has a history, and can be restored.
        .args(["--exclude-checks", "missing_required_header,use_after_free"])
        .arg(format!("{base_url}/openapi.json"))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", root.join("tests/schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TICKBOX_USER", user)
        .env("TICKBOX_TOKEN", token)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let farewell = Farewell {
        signal: "TERM",
        directory: Some(directory.path()),
    };
    let mut process = Leashed::start(&mut command, &farewell).expect("schemathesis can be started");
    let (mut stdout, mut stderr) = (process.stdout(), process.stderr());
    let Some(status) = process.wait(LIMIT).await else {
        panic!(
            "schemathesis still runs after {LIMIT:?}:\n{}",
            stdout.so_far()
        );
    };
    Report {
        success: status.success(),
        output: stdout.all().await + &stderr.all().await,
    }
}
