//! `docs/cli.md` does as it says: its commands are run in order, and print what stands below them.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use uuid::Uuid;

use super::{Desk, carrying, json, token};
use crate::support::process::Tickbox;

/// The commands of all blocks, each with what it prints.
fn examples(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```console\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    let commands = blocks.flat_map(|block| {
        format!("\n{block}")
            .split("\n$ ")
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    commands
        .map(|example| {
            let (command, printed) = example.split_once('\n').unwrap_or((&example, ""));
            (command.to_owned(), printed.trim_end().to_owned())
        })
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-')
}

fn is_short_id(word: &str) -> bool {
    word.len() == 6
        && word
            .bytes()
            .all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'))
}

/// Text with all ids the same.
fn masked(text: &str) -> String {
    let mut masked = text.to_owned();
    for word in words(text) {
        if is_short_id(word) || Uuid::try_parse(word).is_ok() {
            masked = masked.replace(word, &"i".repeat(word.len()));
        }
    }
    masked
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_does_as_it_says() {
    let server = Tickbox::new(["serve"]).serve().await;
    let token = token(&server, "demo").await;
    let desk = Desk { server, token };
    let home = desk.post_as("demo", "lists", json!({"name": "Home"})).await;
    desk.file("todoist.csv", carrying::REPEATING);
    let folder = desk.server.directory().join("bin");
    fs::create_dir(&folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_tickbox"), folder.join("tickbox")).unwrap();
    let inherited = std::env::var_os("PATH").unwrap();
    let folders = [folder]
        .into_iter()
        .chain(std::env::split_paths(&inherited));
    let path = std::env::join_paths(folders).unwrap();

    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md");
    let mut examples = examples(&fs::read_to_string(guide).unwrap()).into_iter();
    let (export, _) = examples.next().unwrap();
    assert!(export.starts_with("export TICKBOX_TOKEN="), "{export}");
    // What the guide's ids are here, also the beginning that they have in common.
    let mut ids = HashMap::new();
    let start = &home["id"].as_str().unwrap()[..4];
    ids.insert("01a2".to_owned(), start.to_owned());
    let mut count = 0;
    for (command, expected) in examples {
        let translate = |text: &str| {
            let known =
                |text: String, (theirs, ours): (&String, &String)| text.replace(theirs, ours);
            ids.iter().fold(text.to_owned(), known)
        };
        let ran = Command::new("sh")
            .args(["-c", &format!("{export}; {} 2>&1", translate(&command))])
            .current_dir(desk.server.directory())
            .env_clear()
            .env("PATH", &path)
            .env("TICKBOX_URL", &desk.server.url)
            .env("TZ", "Europe/Berlin")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(ran.stdout).unwrap();
        let printed = printed.trim_end();
        assert_eq!(masked(printed), masked(&translate(&expected)), "{command}");
        for (theirs, ours) in words(&expected).zip(words(printed)) {
            if is_short_id(theirs) {
                ids.insert(theirs.to_owned(), ours.to_owned());
            }
        }
        count += 1;
    }
    assert!(count >= 15, "{count} examples");
}
