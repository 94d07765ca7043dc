//! Taking tasks along at a terminal: exports, imports and their reports.

use std::fs;

use super::{Desk, File, Path, Value, json, token};

const TODOIST: &str = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
    section,Kitchen,,,,,,,,\ntask,Buy milk @shop,,1,1,,Ada (1),,,\ntask,,,4,1,,,,,\ntask,Mop,,4,1,,,every day,en,\n";

/// What the guide brings along.
pub(super) const REPEATING: &str = "TYPE,CONTENT,PRIORITY,INDENT,RESPONSIBLE,DATE,DATE_LANG\n\
    task,Mop the floor,4,1,,every day,en\ntask,Fix the tap,1,1,Ada (1),,\n";

#[tokio::test]
async fn an_export_comes_back_whole_and_only_once() {
    let desk = Desk::new().await;
    desk.post("lists", json!({"name": "Home"})).await;
    desk.add(&["Pay rent", "--list", "Home", "--due", "2026-12-01"])
        .await;
    desk.add(&["Buy milk"]).await;
    let exported = desk.says(&["export"]).await;
    assert!(
        exported.starts_with("{\"kind\": \"tickbox\", \"version\": 1}\n"),
        "{exported}"
    );
    let path = desk.server.directory().join("tasks.ndjson");
    let name = path.display().to_string();
    let said = desk.says(&["export", &name]).await;
    assert_eq!(said, format!("Exported 3 tasks and lists to {name}\n"));
    assert_eq!(fs::read_to_string(&path).unwrap(), exported);
    let (code, said) = desk.refuses(&["export", &name]).await;
    let expected = format!(
        "tickbox: {name} is there already: name another file, or replace it with --force\n"
    );
    assert_eq!((code, said), (1, expected));
    desk.says(&["export", &name, "--force"]).await;
    let said = desk.says(&["import", &name]).await;
    assert_eq!(
        said,
        "Imported 0 tasks\nThere already: 2 tasks and 1 list\n"
    );

    let other = Desk {
        token: token(&desk.server, "bea").await,
        ..desk
    };
    let from_stdin = other
        .command(&["import", "-"])
        .reading(File::open(&path).unwrap());
    let ended = from_stdin.run().await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""));
    let (first, second) = ended.stdout.split_once('\n').unwrap();
    assert_eq!(first, "Imported 2 tasks and 1 list");
    let (_, id) = second
        .trim_end()
        .rsplit_once(" tasks undo --import ")
        .unwrap();
    let taken_back = other.says(&["undo"]).await;
    let expected = format!("Took import {id} back. In the trash now: 2 tasks and 1 list\n");
    assert_eq!(taken_back, expected);
    let (code, said) = other
        .refuses(&["undo", "--import", "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f"])
        .await;
    assert_eq!((code, &*said), (1, "tickbox: Import not found\n"));
}

#[tokio::test]
async fn an_import_tells_what_comes_and_what_does_not() {
    let desk = Desk::new().await;
    let file = desk.file("todoist.csv", TODOIST);
    let dry = desk
        .says(&["import", &file, "--from", "todoist", "--dry-run"])
        .await;
    let expected = "Would import 3 tasks and 1 list\nNot carried over:\n  assignee: 1 (line 3)\n  \
        recurrence: 1 (line 5)\n";
    assert_eq!(dry, expected);
    assert_eq!(desk.says(&["list"]).await, "No tasks\n");
    desk.post("lists", json!({"name": "Chores"})).await;
    let report = desk.json(&["import", &file, "--list", "chores"]).await;
    assert_eq!(
        (&report["created"], &report["lists"]["created"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(desk.titles(&["list", "--list", "Chores"]).await.len(), 3);
    let calendar =
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:Call\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    let report = desk.json(&["import", &desk.file("tasks", calendar)]).await;
    assert_eq!(report["created"], 1);
    let google = json!({"items": [{"id": "l", "title": "G", "items": [{"id": "t", "title": "From Google", "status": "needsAction"}]}]});
    let google = desk.file("Tasks.json", &google.to_string());
    let report = desk.json(&["import", &google, "--from", "google"]).await;
    assert_eq!(report["created"], 1);
    assert_eq!(desk.titles(&["search", "google"]).await, ["From Google"]);
}

#[tokio::test]
async fn an_import_that_fails_in_part_or_whole_says_so() {
    let desk = Desk::new().await;
    let line = |id: &str, title: &str| {
        let task = json!({"kind": "task", "id": format!("01990f3e-8a5c-7cc3-98c4-00000000000{id}"), "title": title});
        format!("{task}\n")
    };
    let head = "{\"kind\": \"tickbox\", \"version\": 1}\n".to_owned();
    let file = desk.file(
        "part.ndjson",
        &(head.clone() + &line("1", "Good") + &line("2", " ")),
    );
    let ended = desk.run(&["import", &file]).await;
    assert_eq!((ended.code, &*ended.stderr), (Some(1), ""));
    let expected = "Imported 1 task\nNot possible: 1 task\n  line 3: title must not be empty or only white space\n";
    assert!(ended.stdout.starts_with(expected), "{}", ended.stdout);
    let broken = desk.file("Tasks.json", "{\"items\": [{");
    let (code, said) = desk.refuses(&["import", &broken, "--from", "google"]).await;
    assert!(code == 1 && said.contains(" is not JSON"), "{said}");
    let (code, said) = desk.refuses(&["import", "nowhere.csv"]).await;
    assert_eq!(code, 1);
    assert!(
        said.starts_with("tickbox: nowhere.csv cannot be read: "),
        "{said}"
    );
    for wrong in [["--from", "trello"], ["--list", "inbox"]] {
        assert_eq!(
            desk.refuses(&[&["import", &*file], &wrong[..]].concat())
                .await
                .0,
            2
        );
    }
    let huge = desk.server.directory().join("huge");
    File::create(&huge)
        .unwrap()
        .set_len(64 * 1024 * 1024 + 1)
        .unwrap();
    let (code, said) = desk.refuses(&["import", &huge.display().to_string()]).await;
    assert!(
        code == 1 && said.contains("is larger than 64 MiB"),
        "{said}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let path = Path::new("nowhere/tasks.ndjson").display().to_string();
    let (code, said) = desk.refuses(&["export", &path]).await;
    assert!(code == 1 && said.contains("cannot be made: "), "{said}");
    let report: Value = desk.json(&["list"]).await;
    assert_eq!(report["count"], 0);
}
