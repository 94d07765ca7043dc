//! `docs/better-auth.md` says of every refusal what to do, and which versions were tried.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tickbox::auth::Reason;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn every_refusal_is_in_the_guide_with_its_cure() {
    let guide = read("docs/better-auth.md");
    let (_, table) = guide.split_once("## Every refusal").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut codes = Vec::new();
    for row in rows {
        let cells: Vec<_> = row
            .trim_end_matches('|')
            .split(" | ")
            .map(str::trim)
            .collect();
        assert_eq!(cells.len(), 3, "{row}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
        codes.push(cells[0].trim_end_matches('`'));
    }
    let expected: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes, expected, "the order is that of the rules");
}

#[test]
fn every_refusal_is_in_the_operators_manual() {
    let manual = read("docs/operations.md");
    let (_, section) = manual.split_once("### Why a token was refused").unwrap();
    for reason in Reason::ALL {
        let code = format!("`{}`", reason.code());
        assert!(section.contains(&code), "{code}");
    }
}

#[test]
fn the_guide_names_the_versions_that_the_tests_use() {
    let guide = read("docs/better-auth.md");
    let package: Value = serde_json::from_str(&read("tests/better-auth/package.json")).unwrap();
    for version in package["dependencies"].as_object().unwrap().values() {
        let version = version.as_str().unwrap().rsplit('@').next().unwrap();
        assert!(guide.contains(&format!("**{version}**")), "{version}");
    }
}
