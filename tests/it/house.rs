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

/// The rooms, each with the rooms that it may name: only such as stand above it, so there is no way in a circle.
const ROOMS: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("import", &["domain"]),
    ("secret", &[]),
    ("shutdown", &[]),
    ("tally", &[]),
    ("trace", &[]),
    ("clock", &["domain"]),
    ("error", &["domain"]),
    ("new_file", &["error"]),
    (
        "store",
        &["clock", "domain", "error", "new_file", "secret", "tally"],
    ),
    ("quota", &["clock", "domain"]),
    ("config", &["error", "quota", "secret", "store"]),
    ("telemetry", &["clock", "config"]),
    (
        "auth",
        &["clock", "config", "domain", "secret", "tally", "trace"],
    ),
    ("metrics", &["auth", "clock", "store", "tally"]),
    ("tasks", &["clock", "domain", "error", "import", "store"]),
    (
        "app",
        &[
            "auth", "clock", "config", "metrics", "quota", "store", "tasks",
        ],
    ),
    (
        "http",
        &[
            "app", "auth", "clock", "config", "domain", "error", "import", "metrics", "quota",
            "store", "tasks", "trace",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "auth",
            "clock",
            "config",
            "domain",
            "error",
            "http",
            "metrics",
            "new_file",
            "secret",
            "shutdown",
            "store",
            "tasks",
            "telemetry",
        ],
    ),
];

/// Who alone may name a library, and which parts of a room.
const KEPT: [(&str, &[&str]); 7] = [
    // Names and values of headers are everybody's who reads a request.
    ("axum::", &["http", "auth", "config"]),
    ("hyper::", &["http", "auth/tests"]),
    ("hyper_util::", &["http", "auth/tests"]),
    ("tokio_postgres::", &["store/postgres", "store/row.rs"]),
    // `config` looks whether a file is another program's.
    ("rusqlite::", &["store", "config/foreign_file.rs"]),
    ("reqwest::", &["auth", "cli"]),
    ("utoipa_axum::", &["http"]),
];

/// A file without its comments.
fn code(text: &str) -> String {
    let lines = text.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.fold(String::new(), |code, line| code + line + "\n")
}

/// What follows each `start` that is a path's beginning.
fn paths<'a>(code: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(start).filter_map(|(at, _)| {
        let before = code[..at].chars().next_back();
        let is_start =
            !before.is_some_and(|sign| sign.is_alphanumeric() || matches!(sign, '_' | ':'));
        is_start.then(|| &code[at + start.len()..])
    })
}

#[test]
fn every_path_of_a_room_points_to_a_room_below() {
    for (number, (room, may)) in ROOMS.into_iter().enumerate() {
        for other in may {
            let found = ROOMS[..number].iter().any(|(name, _)| name == other);
            assert!(found, "{room} may not name {other}: that is a circle");
        }
    }
    for (name, text) in sources("src") {
        let inner = name.strip_prefix("src/").unwrap();
        let room = inner.split(['/', '.']).next().unwrap();
        if matches!(room, "main" | "lib") {
            continue;
        }
        let (_, may) = ROOMS
            .into_iter()
            .find(|(known, _)| *known == room)
            .unwrap_or_else(|| panic!("{name}: the room {room} is new: name it here"));
        let code = code(&text);
        for path in paths(&code, "crate::") {
            let other: String = path
                .chars()
                .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
                .collect();
            let is_allowed = other == room || may.contains(&&*other);
            assert!(is_allowed, "{name} names crate::{other}");
        }
        // Else a path could leave its room by the back door.
        let depth = inner.trim_end_matches("/mod.rs").split('/').count();
        let out = "super::".repeat(depth);
        let without_tests = code.split("#[cfg(test)]").next().unwrap();
        let path = paths(without_tests, &out).next();
        assert_eq!(path, None, "{name} names the crate");
    }
}

#[test]
fn a_library_is_named_only_where_it_is_at_home() {
    for (name, text) in sources("src") {
        let inner = name.strip_prefix("src/").unwrap();
        let code = code(&text);
        for (library, homes) in KEPT {
            let is_home = homes.iter().any(|home| inner.starts_with(home));
            assert!(
                is_home || paths(&code, library).next().is_none(),
                "{name} names {library}"
            );
        }
    }
}

#[test]
fn only_the_statements_contain_sql() {
    for (name, text) in sources("src") {
        let may = name.starts_with("src/store/statements")
            || name == "src/store/filtered/conditions.rs"
            || name == "src/store/filtered/statements.rs"
            || name == "src/store/sqlite/deadline.rs"
            || name.starts_with("src/store/row_statements")
            || name == "src/store/dialect.rs"
            // Holds all of these against what Citus takes; it must get to know another place.
            || name == "src/store/distributed.rs"
            || name.ends_with("migrate.rs")
            || name.ends_with("migrations.rs");
        let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE {"];
        let found = words.iter().find(|word| text.contains(**word));
        // They ask the catalogs, and no table of ours.
        let probes = ["postgres/connect.rs", "postgres/distribution.rs"];
        let only_probe = probes.iter().any(|probe| name.ends_with(probe));
        assert!(
            may || (only_probe && !text.contains("{schema}")) || found.is_none(),
            "{name} contains {found:?}"
        );
    }
}

#[test]
fn a_door_does_not_touch_the_store() {
    for (name, text) in sources("src/http") {
        let code = code(&text);
        let other = paths(&code, "crate::store::").find(|path| !path.starts_with("meter::"));
        assert_eq!(other, None, "{name}");
    }
}

/// It is a client, which could be on another machine.
#[test]
fn the_client_at_the_terminal_knows_the_server_only_by_its_api() {
    let files = sources("src/cli/tasks");
    assert!(!files.is_empty());
    for (name, text) in files {
        let code = code(&text);
        let may = [
            "cli::",
            "domain::TaskId;",
            "error::chain;",
            "new_file::NewFile;",
        ];
        let mut named = paths(&code, "crate::").chain(paths(&code, "tickbox::"));
        let other = named.find(|path| !may.iter().any(|start| path.starts_with(start)));
        assert_eq!(other.and_then(|path| path.lines().next()), None, "{name}");
    }
}

#[test]
fn no_file_is_too_long_and_each_says_what_it_is() {
    for (name, text) in ["src", "tests", "crates", "xtask", "benches"]
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
