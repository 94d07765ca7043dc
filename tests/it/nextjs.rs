//! `examples/nextjs`, installed, checked and built as its README says, and used in a browser as it was built.

use crate::support::node;
use crate::support::process::Tickbox;
use crate::typescript_client;
use xtask::programs::{NEXTJS, find_browser};

async fn run(program: &str, words: &[&str]) {
    let variables = [("NEXT_TELEMETRY_DISABLED", "1")];
    node::run(NEXTJS, program, words, &variables).await;
}

#[tokio::test]
async fn the_example_works_as_it_was_built() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let browser = browser.to_str().expect("a path in Unicode");
    // Its test starts the program and a browser by the tools of the client's tests; and what is built here keeps both
    // cores busy, as those do.
    let _turn = typescript_client::turn().await;
    let server = Tickbox::new(["serve"]).serve().await;
    let client = format!("{}/client.tgz", server.url);
    run(
        "npm",
        &["install", "--no-save", "--no-audit", "--no-fund", &client],
    )
    .await;
    run("npm", &["run", "check"]).await;
    run("npm", &["run", "build"]).await;
    let variables = [
        ("TICKBOX", env!("CARGO_BIN_EXE_tickbox")),
        ("BROWSER_PROGRAM", browser),
        ("NEXT_TELEMETRY_DISABLED", "1"),
    ];
    node::run(NEXTJS, "npm", &["test"], &variables).await;
}
