//! The rules of the house that can be read from its sources: who may call whom, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A longer file is two.
const MOST_LINES: usize = 400;

fn sources(folder: &str) -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join(folder), &mut files);
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    files
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// What a room must not name, and why.
const ARROWS: [(&str, &[&str], &str); 8] = [
    (
        "src/store",
        &[
            "axum",
            "hyper",
            "crate::http",
            "crate::auth",
            "crate::app",
            "crate::cli",
        ],
        "store remembers: it knows no protocol and no caller",
    ),
    (
        "src/tasks",
        &[
            "axum",
            "hyper",
            "tokio_postgres",
            "rusqlite",
            "crate::http",
            "crate::auth",
            "crate::app",
            "crate::cli",
        ],
        "tasks decides: no HTTP, no SQL",
    ),
    (
        "src/auth",
        &[
            "tokio_postgres",
            "rusqlite",
            "crate::http",
            "crate::store",
            "crate::app",
            "crate::cli",
        ],
        "auth finds out who calls: it knows no routes and no rows",
    ),
    (
        "src/http",
        &["tokio_postgres", "rusqlite", "crate::cli"],
        "a door turns a protocol into use-cases: no SQL",
    ),
    (
        "src/metrics",
        &[
            "axum",
            "hyper",
            "crate::http",
            "crate::store",
            "crate::tasks",
            "crate::app",
            "crate::cli",
        ],
        "metrics count what they are told: they know no protocol and no rows",
    ),
    (
        "src/clock.rs",
        &["crate::app", "crate::store", "crate::tasks", "crate::http"],
        "the clock serves all and needs nobody but a moment",
    ),
    (
        "src/error.rs",
        &[
            "crate::app",
            "crate::store",
            "crate::tasks",
            "crate::http",
            "axum",
        ],
        "errors are in the words of the domain",
    ),
    (
        "src/domain",
        &[
            "axum",
            "hyper",
            "tokio",
            "tokio_postgres",
            "rusqlite",
            "crate::app",
            "crate::auth",
            "crate::cli",
            "crate::clock",
            "crate::config",
            "crate::error",
            "crate::http",
            "crate::metrics",
            "crate::store",
            "crate::tasks",
        ],
        "the domain lies below all and depends on nothing",
    ),
];

#[test]
fn the_arrow_between_rooms_points_one_way() {
    for (room, forbidden, reason) in ARROWS {
        let files = if Path::new(env!("CARGO_MANIFEST_DIR")).join(room).is_dir() {
            sources(room)
        } else {
            sources("src")
                .into_iter()
                .filter(|(name, _)| name == room)
                .collect()
        };
        assert!(
            !files.is_empty(),
            "{room} is gone: change this test with the house"
        );
        for (name, text) in files {
            let uses = text
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with("use ") || line.starts_with("pub use "));
            for line in uses {
                let broken = forbidden
                    .iter()
                    .find(|word| line.contains(&format!("use {word}")));
                assert!(broken.is_none(), "{name}: `{line}`: {reason}");
            }
        }
    }
}

#[test]
fn only_the_statements_contain_sql() {
    for (name, text) in sources("src") {
        let may = name.starts_with("src/store/statements")
            || name == "src/store/row_statements.rs"
            || name == "src/store/dialect.rs"
            || name.ends_with("migrate.rs")
            || name.ends_with("migrations.rs");
        let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE {"];
        let found = words.iter().find(|word| text.contains(**word));
        let only_probe = name.ends_with("postgres/connect.rs");
        assert!(
            may || only_probe || found.is_none(),
            "{name} contains {found:?}"
        );
    }
}

#[test]
fn a_door_does_not_touch_the_store() {
    for (name, text) in sources("src/http") {
        let uses = text
            .lines()
            .filter(|line| line.trim_start().starts_with("use crate::store"));
        let other: Vec<_> = uses.filter(|line| !line.contains("store::meter")).collect();
        assert!(other.is_empty(), "{name}: {other:?}");
    }
}

#[test]
fn no_file_is_too_long_and_each_says_what_it_is() {
    for (name, text) in ["src", "tests", "xtask", "benches"]
        .into_iter()
        .flat_map(sources)
    {
        let lines = text.lines().count();
        assert!(
            lines <= MOST_LINES,
            "{name} has {lines} lines, more than {MOST_LINES}"
        );
        assert!(
            text.starts_with("//!"),
            "{name} does not say what lives in it"
        );
    }
}

/// Lines that git writes into a file where it wants a person to choose.
#[test]
fn no_file_has_the_marks_of_an_unfinished_merge() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(root).output();
    let listed = listed.expect("git is not installed");
    assert!(listed.status.success(), "{listed:?}");
    let names = String::from_utf8(listed.stdout).unwrap();
    for name in names.split_terminator('\0') {
        // One that is not text has no lines; one that is gone has no marks.
        let Ok(text) = fs::read_to_string(root.join(name)) else {
            continue;
        };
        let mark = text.lines().find(|line| is_merge_mark(line));
        assert_eq!(mark, None, "{name}");
    }
}

fn is_merge_mark(line: &str) -> bool {
    // Also the one that rules headings in Markdown, where it is longer or shorter than seven.
    line == "=".repeat(7)
        || ["<", ">", "|"]
            .iter()
            .any(|sign| line.starts_with(&(sign.repeat(7) + " ")))
}

#[test]
fn the_menu_is_printed_and_names_its_commands() {
    let mut cargo = Command::new(env!("CARGO"));
    let root = env!("CARGO_MANIFEST_DIR");
    let menu = cargo.arg("xtask").current_dir(root).output().unwrap();
    let text = String::from_utf8(menu.stdout).unwrap();
    assert!(menu.status.success(), "{text}");
    assert!(text.starts_with("cargo xtask COMMAND\n"), "{text}");
    for command in [
        "run",
        "test",
        "check",
        "accept",
        "migration",
        "instructions",
        "bench",
        "setup",
    ] {
        let start = format!("  {command} ");
        assert!(
            text.lines().any(|line| line.starts_with(&start)),
            "{command}: {text}"
        );
    }
    assert!(!text.lines().any(is_merge_mark), "{text}");
}
