//! The documents speak of the house as it is: what they name in code spans exists.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Documents for those who work on the program. What they name in one word is of the program, too.
const ABOUT_THE_CODE: [&str; 6] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/decisions/",
    "docs/data-model.md",
    "docs/reliability.md",
    "SECURITY.md",
];

/// Endings of files of our own. Others (`todo.db`, `package.json`) may be a reader's.
const ENDINGS: [&str; 10] = [
    "rs", "sql", "toml", "json", "ts", "mjs", "md", "lua", "txt", "service",
];

/// The files that git has, or would take.
fn files() -> Vec<String> {
    let mut git = Command::new("git");
    let root = env!("CARGO_MANIFEST_DIR");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = git.current_dir(root).output();
    let listed = listed.expect("git is not installed");
    assert!(listed.status.success(), "{listed:?}");
    let names = String::from_utf8(listed.stdout).unwrap();
    names.split_terminator('\0').map(str::to_owned).collect()
}

fn is_markdown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == "md")
}

/// `None` for what is not text, or not there any more.
fn read(name: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).ok()
}

/// What stands between single backticks, outside of blocks.
fn spans(markdown: &str) -> Vec<&str> {
    let mut in_block = false;
    let lines = markdown.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        !in_block && !is_fence
    });
    lines
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
        .filter(|word| !word.is_empty())
}

/// Whether this is the name of a file or a folder of ours, rather than a media type or a path of somebody else's.
fn is_path(span: &str) -> bool {
    let is_plain = span
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || "_-./".contains(sign));
    if !is_plain || span.starts_with(['/', '.']) || span.starts_with("target/") {
        return false;
    }
    let ending = span.rsplit_once('.').map(|(_, ending)| ending);
    match span.split_once('/') {
        // Names such as `src/auth` or `postgres/load.rs`.
        Some((first, _)) => {
            let folders = [
                "src",
                "tests",
                "crates",
                "docs",
                "xtask",
                "benches",
                "migrations",
            ];
            folders.contains(&first) || ending.is_some_and(|ending| ENDINGS.contains(&ending))
        }
        None => ending == Some("rs"),
    }
}

/// A file, the end of its name, or a folder.
fn exists(path: &str, files: &[String]) -> bool {
    let path = path.trim_end_matches('/');
    let (file, folder) = (format!("/{path}"), format!("/{path}/"));
    files.iter().any(|name| {
        let name = format!("/{name}");
        name.ends_with(&file) || name.contains(&folder)
    })
}

/// `create_task`, `NewTask`, `domain::content`: what only code is called.
fn is_identifier(span: &str) -> bool {
    let span = span.strip_suffix("()").unwrap_or(span);
    let is_plain = span
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | ':'));
    let starts_with_letter = span.starts_with(|sign: char| sign.is_ascii_alphabetic());
    let has_lower = span.chars().any(|sign| sign.is_ascii_lowercase());
    let humps = span.chars().skip(1).filter(char::is_ascii_uppercase);
    let is_marked = span.contains('_') || span.contains("::") || humps.count() > 0;
    is_plain && starts_with_letter && has_lower && is_marked
}

#[test]
fn what_documents_name_in_code_spans_exists() {
    let files = files();
    let known: HashSet<String> = files
        .iter()
        .filter(|name| !is_markdown(name))
        .filter_map(|name| read(name))
        .flat_map(|text| words(&text).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut gone = Vec::new();
    // The change log tells of what was.
    for name in files
        .iter()
        .filter(|name| is_markdown(name) && *name != "CHANGELOG.md")
    {
        let text = read(name).unwrap_or_default();
        let is_about_code = ABOUT_THE_CODE.iter().any(|start| name.starts_with(start));
        for span in spans(&text) {
            let is_gone = if is_path(span) {
                !exists(span, &files)
            } else {
                is_about_code
                    && is_identifier(span)
                    && !words(span).all(|word| known.contains(word))
            };
            if is_gone {
                gone.push(format!("{name}: `{span}`"));
            }
        }
    }
    assert!(gone.is_empty(), "what is not there:\n{}", gone.join("\n"));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let files = files();
    let mut broken = Vec::new();
    for name in files.iter().filter(|name| is_markdown(name)) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let folder = folder.parent().unwrap();
        let text = read(name).unwrap_or_default();
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#', ' ']).next().unwrap();
            let is_elsewhere = link.contains(':') || link.starts_with('/') || link.is_empty();
            if !is_elsewhere && !folder.join(link).exists() {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Questions of a newcomer, whose answers are files that a name leads to.
#[test]
fn a_newcomer_finds_twenty_answers() {
    let files = files();
    let text = read("CONTRIBUTING.md").unwrap();
    let (_, rest) = text.split_once("## Where is it?").unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let rows: Vec<_> = section
        .lines()
        .filter(|line| line.contains("? |"))
        .collect();
    assert!(rows.len() >= 20, "{} questions", rows.len());
    for row in rows {
        let (_, answers) = row.rsplit_once("? |").unwrap();
        let answers = spans(answers);
        assert!(!answers.is_empty(), "{row}");
        for answer in answers {
            assert!(files.iter().any(|name| name == answer), "{row}");
        }
    }
}
