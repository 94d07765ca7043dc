//! How the words of a command are taken, and what is no command.

use super::{Desk, json};
use crate::support::process::Tickbox;

#[tokio::test]
async fn a_part_of_an_id_names_a_task_if_it_names_only_one() {
    let desk = Desk::new().await;
    for (end, title) in [("0a01", "one"), ("0b01", "two")] {
        let id = format!("01990f3e-8a5c-7cc3-98c4-00000000{end}");
        desk.post("tasks", json!({"id": id, "title": title})).await;
    }
    assert_eq!(
        desk.json(&["edit", "0B01", "--tag", "x"]).await["title"],
        "two"
    );
    let (code, said) = desk.refuses(&["done", "01990f"]).await;
    let expected = "tickbox: \"01990f\" could be each of 2:\n  \
        01990f3e-8a5c-7cc3-98c4-000000000b01 two\n  01990f3e-8a5c-7cc3-98c4-000000000a01 one\n";
    assert_eq!((code, &*said), (1, expected));
    let (code, said) = desk.refuses(&["done", "ffff"]).await;
    assert_eq!(
        (code, &*said),
        (
            1,
            "tickbox: no task has an id that begins or ends with ffff\n"
        )
    );
    for wrong in ["b01", "milk"] {
        assert_eq!(desk.refuses(&["done", wrong]).await.0, 2);
    }
    assert_eq!(desk.titles(&["list"]).await, ["two", "one"]);
}

#[tokio::test]
async fn an_option_that_is_misspelled_is_no_title() {
    let desk = Desk::new().await;
    assert_eq!(desk.refuses(&["add", "--pirority=1"]).await.0, 2);
    assert_eq!(desk.refuses(&["add", "a", "b"]).await.0, 2);
    assert_eq!(desk.refuses(&["add"]).await.0, 2);
    let said = desk.says(&["add", "--priority", "1", "--", "-2 kg"]).await;
    assert!(
        said.starts_with("Added ") && said.ends_with(" -2 kg\n"),
        "{said}"
    );
    assert_eq!(
        desk.titles(&["list", "--filter", "-tags:home"]).await,
        ["-2 kg"]
    );
}

#[tokio::test]
async fn a_filter_within_a_list_is_refused_as_it_was_written() {
    let desk = Desk::new().await;
    desk.post("lists", json!({"name": "Home"})).await;
    desk.add(&["Mop", "--list", "home", "--priority", "1"])
        .await;
    desk.add(&["Buy milk"]).await;
    for (filter, expected) in [
        ("completed = maybe", "column 13: expected true or false"),
        ("(priority = 1", "column 14: expected "),
        ("priority = 1)", "column 13: expected "),
        ("a OR priority = x", "column 17: expected "),
    ] {
        let alone = desk.refuses(&["list", "--filter", filter]).await;
        assert!(
            alone.1.starts_with(&format!("tickbox: filter: {expected}")),
            "{alone:?}"
        );
        for list in ["home", "inbox"] {
            let words = ["list", "--list", list, "--filter", filter];
            assert_eq!(desk.refuses(&words).await, alone, "{list}");
        }
    }
    for empty in ["", " "] {
        let titles = desk.titles(&["list", "--filter", empty]).await;
        assert_eq!(titles, ["Mop", "Buy milk"]);
        let words = ["list", "--list", "home", "--filter", empty];
        assert_eq!(desk.titles(&words).await, ["Mop"]);
    }
    let words = ["list", "--list", "home", "--filter", "milk OR priority = 1"];
    assert_eq!(desk.titles(&words).await, ["Mop"]);
}

#[tokio::test]
async fn what_has_nothing_to_do_is_a_wrong_argument() {
    let desk = Desk::new().await;
    desk.add(&["Buy milk"]).await;
    let expected = "tickbox: say what to look for: a word, or the beginning of one and *\n";
    for empty in ["", " ", "*"] {
        let refused = desk.refuses(&["search", empty]).await;
        assert_eq!(refused, (2, expected.to_owned()), "{empty:?}");
    }
    let expected = "tickbox: export has no --json: what it writes is lines of JSON already\n";
    let refused = desk.refuses(&["export", "--json", "all.ndjson"]).await;
    assert_eq!(refused, (2, expected.to_owned()));
}

#[tokio::test]
async fn what_cannot_be_sent_is_a_wrong_argument() {
    let desk = Desk::new().await;
    let example = "Example: TICKBOX_URL=http://127.0.0.1:8000\n";
    let login = "the server's URL has a name or a password in it, and the token alone says who asks: leave them out. ";
    let token = "the token has a space, a line break or another sign that is in no token: set TICKBOX_TOKEN to the token alone\n";
    for (words, expected) in [
        (
            ["--url", "http://u:hidden@127.0.0.1:1"],
            format!("{login}{example}"),
        ),
        (
            ["--url", "https://hidden@127.0.0.1:1"],
            format!("{login}{example}"),
        ),
        (
            ["--url", "htp://u:hidden@127.0.0.1"],
            format!("the server's URL cannot be read. {example}"),
        ),
        (
            ["--url", "http://127.0.0.1/?a=b"],
            format!("http://127.0.0.1/?a=b has a query, which no server's URL has. {example}"),
        ),
        (["--token", "a\nb"], token.to_owned()),
        (["--token", "Bearer a.b.c"], token.to_owned()),
        (["--token", "é"], token.to_owned()),
        (["--user", ""], "--user \"\" names no user\n".to_owned()),
        (["--user", "."], "--user \".\" names no user\n".to_owned()),
        (["--user", ".."], "--user \"..\" names no user\n".to_owned()),
    ] {
        let refused = desk.refuses(&[&["list"], &words[..]].concat()).await;
        assert_eq!(refused, (2, format!("tickbox: {expected}")), "{words:?}");
    }
    for wrong in ["", ".", "..", "../../ada/tasks", "x"] {
        assert_eq!(
            desk.refuses(&["undo", "--import", wrong]).await.0,
            2,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn the_help_and_the_completions_know_it() {
    let help = Tickbox::new(["tasks", "list", "--help"]);
    // There may be a password in it, although it is refused.
    let help = help.env("TICKBOX_URL", "http://u:hidden@127.0.0.1");
    let help = help.run().await.stdout;
    assert!(!help.contains("hidden@"), "{help}");
    assert!(
        help.contains("--filter <FILTER>") && help.contains("--token"),
        "{help}"
    );
    assert!(!help.contains("--database-url"), "{help}");
    let help = Tickbox::new(["tasks", "edit", "--help"]).run().await.stdout;
    let options = help.lines().filter_map(|line| {
        let option = line.trim_start().strip_prefix("--")?;
        option.split_whitespace().next()
    });
    let expected = [
        "title",
        "description",
        "due",
        "start",
        "priority",
        "tag",
        "repeat",
        "untag",
        "no-description",
        "no-due",
        "no-start",
        "no-priority",
        "no-tags",
        "no-repeat",
        "url",
        "token",
        "user",
        "json",
    ];
    assert_eq!(options.collect::<Vec<_>>(), expected);
    let help = Tickbox::new(["migrate", "--help"]).run().await.stdout;
    assert!(help.contains("--database-url"), "{help}");
    for shell in ["bash", "zsh", "fish"] {
        let script = Tickbox::new(["completions", shell]).run().await.stdout;
        assert!(
            script.contains("tasks") && script.contains("reopen"),
            "{shell}"
        );
    }
    assert_eq!(Tickbox::new(["tasks", "dance"]).run().await.code, Some(2));
}
