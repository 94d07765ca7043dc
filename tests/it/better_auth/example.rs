//! The example in `examples/better-auth`: its server and the module of its page, with the real binary beside them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::support::better_auth::lasting_port;
use crate::support::leash::{Farewell, Leashed};
use crate::support::process::Tickbox;
use xtask::programs::find_program;

const LIMIT: Duration = Duration::from_mins(1);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The example, with the packages that the tests have installed: they are of the same versions.
fn installed() -> TempDir {
    let (example, fixture) = (
        root().join("examples/better-auth"),
        root().join("tests/better-auth"),
    );
    let version = |folder: &Path| {
        let text = fs::read_to_string(folder.join("package.json")).unwrap();
        let package: Value = serde_json::from_str(&text).unwrap();
        package["dependencies"]["better-auth"].clone()
    };
    assert_eq!(version(&example), version(&fixture));
    let copy = TempDir::with_prefix("tickbox-test-").unwrap();
    fs::create_dir(copy.path().join("page")).unwrap();
    for folder in [example.clone(), example.join("page")] {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            let name = file.strip_prefix(&example).unwrap();
            fs::copy(&file, copy.path().join(name)).unwrap();
        }
    }
    let packages = fixture.join("node_modules");
    std::os::unix::fs::symlink(packages, copy.path().join("node_modules")).unwrap();
    copy
}

fn node(arguments: &[&str], directory: &Path, variables: &[(&str, &str)]) -> Leashed {
    let node = find_program("node").expect("Node is not installed. Run: cargo xtask setup");
    let mut command = Command::new(node);
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let farewell = Farewell {
        signal: "KILL",
        directory: None,
    };
    Leashed::start(&mut command, &farewell).expect("node can be started")
}

#[tokio::test]
async fn the_page_of_the_example_works() {
    let example = installed();
    let port = lasting_port().to_string();
    let page = format!("http://127.0.0.1:{port}");
    let tickbox = Tickbox::new(["serve"])
        .env("BETTER_AUTH_URL", &page)
        .env("ALLOWED_ORIGINS", &page)
        .serve()
        .await;
    let variables = [("PORT", port.as_str()), ("TICKBOX_URL", &tickbox.url)];
    let mut server = node(&["server.mjs"], example.path(), &variables);
    let (mut stdout, stderr) = (server.stdout(), server.stderr());
    let open = |line: &str| line.strip_prefix("Open ").map(str::to_owned);
    let opened = timeout(LIMIT, stdout.find(open)).await.ok().flatten();
    assert_eq!(opened.as_ref(), Some(&page), "{}", stderr.so_far());

    let module = example.path().join("page/tasks.mjs");
    let script = root().join("tests/better-auth/page.mjs");
    let arguments = [
        script.to_str().unwrap(),
        module.to_str().unwrap(),
        &page,
        &tickbox.url,
    ];
    let mut visit = node(&arguments, example.path(), &[]);
    let (mut stdout, stderr) = (visit.stdout(), visit.stderr());
    let ended = visit.wait(LIMIT).await.and_then(|status| status.code());
    assert_eq!(ended, Some(0), "{}\n{}", stderr.so_far(), tickbox.stderr());
    assert_eq!(stdout.all().await, "done\n");
}
