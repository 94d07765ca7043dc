//! What the fuzzer begins with, and a little of what chance makes of it: the targets of `cargo fuzz`, with any compiler.
//! How to go on for longer: `CONTRIBUTING.md`.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use crate::support::dice::Dice;

#[path = "../../fuzz/src/body.rs"]
mod body;
#[path = "../../fuzz/src/cursor.rs"]
mod cursor;
#[path = "../../fuzz/src/database_url.rs"]
mod database_url;
#[path = "../../fuzz/src/door.rs"]
mod door;
#[path = "../../fuzz/src/dotenv.rs"]
mod dotenv;
#[path = "../../fuzz/src/filter.rs"]
mod filter;
#[path = "../../fuzz/src/if_match.rs"]
mod if_match;
#[path = "../../fuzz/src/import.rs"]
mod import;
#[path = "../../fuzz/src/token.rs"]
mod token;

/// How many inputs are made of each that is there.
#[expect(
    clippy::disallowed_methods,
    reason = "the length of the test is no setting of the program"
)]
fn rounds() -> u64 {
    let rounds = std::env::var("TICKBOX_TEST_SEEDS").ok();
    rounds.map_or(10, |rounds| rounds.parse().unwrap())
}

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 8] = [
    ("body", body::run),
    ("cursor", cursor::run),
    ("database_url", database_url::run),
    ("dotenv", dotenv::run),
    ("filter", filter::run),
    ("if_match", if_match::run),
    ("import", import::run),
    ("token", token::run),
];

/// Those of one target, in their order.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let files = fs::read_dir(folder.join(target)).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 10, "{target}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A few bytes are changed, taken away, doubled, or come from another.
fn mutated(input: &[u8], all: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const SIGNS: &[u8] = b"\"'`\\{}[](),:;=*%#?@/ \t\r\n\0\x7f\x80\xe2\xff0-9Ta";
    let mut bytes = input.to_vec();
    for _ in 0..=dice.roll(4) {
        let from = dice.roll(bytes.len() + 1);
        let to = (from + dice.roll(9)).min(bytes.len());
        let new = match dice.roll(4) {
            0 => Vec::new(),
            1 => bytes[from..to].repeat(2),
            2 => vec![*dice.pick(SIGNS).unwrap()],
            _ => {
                let other = dice.pick(all).unwrap();
                let start = dice.roll(other.len() + 1);
                let end = (start + dice.roll(20)).min(other.len());
                other[start..end].to_vec()
            }
        };
        bytes.splice(from..to, new);
    }
    bytes
}

fn try_all(target: &str, run: Target) {
    let all = corpus(target);
    let rounds = rounds();
    let mut dice = Dice::new(rounds);
    for input in &all {
        let made = (0..rounds).map(|_| mutated(input, &all, &mut dice));
        for bytes in std::iter::once(input.clone()).chain(made) {
            let ran = catch_unwind(|| run(&bytes));
            assert!(ran.is_ok(), "{target}: b\"{}\"", bytes.escape_ascii());
        }
    }
}

#[test]
fn what_the_fuzzer_begins_with_holds() {
    for (target, run) in TARGETS {
        try_all(target, run);
    }
}

/// Otherwise nothing would compile one that is forgotten here.
#[test]
fn each_target_of_the_fuzzer_is_tried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let files = fs::read_dir(folder.join("fuzz_targets")).unwrap();
    let mut there: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    assert_eq!(there, TARGETS.map(|(target, _)| format!("{target}.rs")));
    for (target, _) in TARGETS {
        let bin = format!("name = \"{target}\"");
        assert!(manifest.contains(&bin), "{target}");
        let file = folder.join(format!("fuzz_targets/{target}.rs"));
        let source = fs::read_to_string(file).unwrap();
        assert!(source.contains(&format!("{target}::run(input)")));
    }
}
