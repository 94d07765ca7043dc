//! From the start of the program to the first task on the page, as somebody does it who sees it for the first time. What is
//! measured, and how it is from a clean clone: `tests/newcomer`.

use std::io::Write;

use crate::support::node;
use xtask::programs::find_browser;

/// Somebody whose machine does nothing else waits for 10 s at most; here the other tests run beside it.
const MOST_SECONDS: &str = "60";

#[tokio::test]
async fn the_first_task_is_there_soon() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let browser = browser.to_str().expect("a path in Unicode");
    let script = "../tests/newcomer/newcomer.mjs";
    let words = [script, env!("CARGO_BIN_EXE_tickbox")];
    let variables = [("BROWSER_PROGRAM", browser), ("MOST_SECONDS", MOST_SECONDS)];
    let said = node::run("web", "node", &words, &variables).await;
    assert!(said.contains("first task: "), "{said}");
    // Not by a macro, whose words are shown only where a test fails.
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}
