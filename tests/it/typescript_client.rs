//! The TypeScript client in `clients/typescript`: its own tests, in Node and in a browser, against the real program.
//! What they try is said there.

use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::support::{Home, node};
use xtask::programs::{CLIENT, find_browser};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(CLIENT)
}

async fn run(program: &str, arguments: &[&str], variables: &[(&str, &str)]) {
    node::run(CLIENT, program, arguments, variables).await;
}

/// Builds the tests, once for all of them. One suite at a time, while the turn is held: each starts servers and devices
/// enough for the whole machine.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    BUILT
        .get_or_init(|| run("npm", &["run", "build:test"], &[]))
        .await;
    turn
}

/// Runs files of tests with Node's own runner.
async fn test(files: &[&str], variables: &[(&str, &str)]) {
    let _turn = turn().await;
    let files: Vec<_> = files
        .iter()
        .map(|name| format!("build/{name}.test.js"))
        .collect();
    let mut arguments = vec!["--test", "--test-reporter=spec"];
    arguments.extend(files.iter().map(String::as_str));
    let program = [("TICKBOX", env!("CARGO_BIN_EXE_tickbox"))];
    run("node", &arguments, &[&program, variables].concat()).await;
}

#[tokio::test]
async fn its_types_are_those_of_the_document() {
    run("node", &["scripts/generate.mjs", "--check"], &[]).await;
}

#[tokio::test]
async fn what_the_server_hands_out_is_made_of_its_sources() {
    run("node", &["scripts/packed.mjs", "--check"], &[]).await;
}

#[tokio::test]
async fn its_parts_and_the_samples_of_its_page_work() {
    test(
        &[
            "units",
            "places",
            "rules",
            "query",
            "recurrence",
            "passing",
            "sse",
            "client",
            "importing",
            "filter",
            "later",
            "readme",
        ],
        &[],
    )
    .await;
}

#[tokio::test]
async fn its_store_works_over_lines_that_break() {
    test(
        &[
            "store", "lists", "nesting", "undo", "times", "fields", "recovery", "apart", "between",
            "sequence", "wipe",
        ],
        &[],
    )
    .await;
}

#[tokio::test]
async fn its_devices_agree_after_a_storm_on_sqlite() {
    test(&["convergence"], &[]).await;
}

#[tokio::test]
async fn its_devices_agree_after_a_storm_on_postgres() {
    let home = Home::postgres().await;
    let url = home.url();
    let files = ["convergence", "lists", "store"];
    test(&files, &[("DATABASE_URL", &url)]).await;
}

#[tokio::test]
async fn it_works_in_a_browser() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let browser = browser.to_str().expect("a path in Unicode");
    let files = ["browser", "leaving", "react"];
    test(&files, &[("BROWSER_PROGRAM", browser)]).await;
}

#[tokio::test]
async fn the_page_of_the_document_works_as_it_is_filled_in() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let browser = browser.to_str().expect("a path in Unicode");
    test(&["docs"], &[("BROWSER_PROGRAM", browser)]).await;
}

#[tokio::test]
async fn it_installs_from_the_server_and_could_be_published() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let browser = browser.to_str().expect("a path in Unicode");
    test(&["packed"], &[("BROWSER_PROGRAM", browser)]).await;
}

/// One that is not named above would never run.
#[test]
fn every_file_of_its_tests_is_run() {
    let own = include_str!("typescript_client.rs");
    let mut count = 0;
    for file in std::fs::read_dir(directory().join("test")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".test.ts") {
            assert!(own.contains(&format!("\"{name}\"")), "{name}");
            count += 1;
        }
    }
    assert!(count > 0);
}
