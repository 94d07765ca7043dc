//! `tickbox tasks`, as a person and a script use it: the real program against a real server.

mod carrying;
mod connection;
mod guide;
mod strangers;
mod undoing;
mod words;

use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::process::{Ended, Running, Tickbox, http};

/// A server, and somebody with a token at a terminal beside it.
struct Desk {
    server: Running,
    token: String,
}

impl Desk {
    async fn new() -> Self {
        let server = Tickbox::new(["serve"]).serve().await;
        let token = token(&server, "ada").await;
        Self { server, token }
    }

    fn command(&self, words: &[&str]) -> Tickbox {
        let words = ["tasks"].iter().chain(words);
        Tickbox::new(words)
            .env("TICKBOX_URL", &self.server.url)
            .env("TICKBOX_TOKEN", &self.token)
            .env("TZ", "Europe/Berlin")
    }

    async fn run(&self, words: &[&str]) -> Ended {
        self.command(words).run().await
    }

    /// What it prints where all is well.
    async fn says(&self, words: &[&str]) -> String {
        let ended = self.run(words).await;
        assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{words:?}");
        ended.stdout
    }

    async fn json(&self, words: &[&str]) -> Value {
        let text = self.says(&[words, &["--json"]].concat()).await;
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What it says where it does not do as it is told, and its exit code.
    async fn refuses(&self, words: &[&str]) -> (i32, String) {
        let ended = self.run(words).await;
        assert_eq!(ended.stdout, "", "{words:?}");
        (ended.code.unwrap(), ended.stderr)
    }

    async fn add(&self, words: &[&str]) -> String {
        let task = self.json(&[&["add"], words].concat()).await;
        task["id"].as_str().unwrap().to_owned()
    }

    /// The titles of a table's rows, or "No tasks".
    async fn titles(&self, words: &[&str]) -> Vec<String> {
        let answer = self.json(words).await;
        let tasks = answer["tasks"].as_array().unwrap().iter();
        tasks
            .map(|task| task["title"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.post_as("ada", path, body).await
    }

    async fn post_as(&self, user: &str, path: &str, body: Value) -> Value {
        let request = http()
            .post(format!("{}/api/{user}/{path}", self.server.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string());
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.server.directory().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

async fn token(server: &Running, user: &str) -> String {
    let token = Tickbox::new(["token", "--user", user]).inside(server.directory());
    token.run().await.stdout.trim().to_owned()
}

fn short(id: &str) -> &str {
    &id[id.len() - 6..]
}

#[tokio::test]
async fn a_table_shows_what_is_open_and_the_most_pressing_first() {
    let desk = Desk::new().await;
    assert_eq!(desk.says(&["list"]).await, "No tasks\n");
    let list = desk.post("lists", json!({"name": "Home"})).await;
    let rent = desk
        .add(&[
            "Pay rent",
            "--due",
            "2026-12-01 09:00[Europe/Berlin]",
            "--priority",
            "1",
        ])
        .await;
    let milk = desk
        .add(&["Buy \u{1b}[31mmilk", "--tag", "shop", "--tag", "b"])
        .await;
    let plants = desk
        .add(&[
            "Plants",
            "--due",
            "2026-11-30",
            "--repeat",
            "FREQ=WEEKLY",
            "--list",
            "home",
        ])
        .await;
    let done = desk.add(&["Over"]).await;
    desk.says(&["done", &done]).await;
    let shown = desk.says(&["list"]).await;
    let rows = [
        "id      title          due                             repeats      priority  tags     list".to_owned(),
        format!("{}  Plants         2026-11-30                      FREQ=WEEKLY                     Home", short(&plants)),
        format!("{}  Pay rent       2026-12-01 09:00 Europe/Berlin               1", short(&rent)),
        format!("{}  Buy  [31mmilk                                                         b, shop", short(&milk)),
    ];
    assert_eq!(shown, rows.map(|row| row + "\n").concat());
    let all = desk.says(&["list", "--all", "--limit", "2"]).await;
    assert!(all.ends_with("\n2 of 4\n"), "{all}");
    let all = desk.says(&["list", "--all"]).await;
    assert!(
        all.contains(&format!("{}  x     Over", short(&done))),
        "{all}"
    );
    // By name, by a part of the id, and the inbox, together with a filter.
    let end = short(list["id"].as_str().unwrap());
    assert_eq!(desk.titles(&["list", "--list", end]).await, ["Plants"]);
    let filter = "priority = 1 OR tags:shop";
    let titles = desk
        .titles(&["list", "--list", "inbox", "--filter", filter])
        .await;
    assert_eq!(titles, ["Pay rent", "Buy \u{1b}[31mmilk"]);
    let titles = desk.titles(&["list", "--order", "title desc"]).await;
    assert_eq!(titles, ["Plants", "Pay rent", "Buy \u{1b}[31mmilk"]);
    let (code, said) = desk
        .refuses(&["list", "--filter", "completed = maybe"])
        .await;
    let expected = "tickbox: filter: column 13: expected true or false\n";
    assert_eq!((code, &*said), (1, expected));
    let (code, said) = desk.refuses(&["list", "--list", "Work"]).await;
    assert_eq!(
        (code, &*said),
        (
            1,
            "tickbox: there is no list \"Work\". There are: Home, inbox\n"
        )
    );
}

#[tokio::test]
async fn a_search_takes_words_as_they_are() {
    let desk = Desk::new().await;
    desk.add(&["Buy oat milk", "--description", "from the Café"])
        .await;
    desk.add(&["Release \"v1.2\" AND rest"]).await;
    for (words, expected) in [
        (&["cafe"][..], &["Buy oat milk"][..]),
        (&["mil*", "oat"], &["Buy oat milk"]),
        (&["oat milk"], &["Buy oat milk"]),
        (&["milk", "tea"], &[]),
        (&["\"v1.2\"", "AND"], &["Release \"v1.2\" AND rest"]),
    ] {
        let titles = desk.titles(&[&["search"], words].concat()).await;
        assert_eq!(titles, expected, "{words:?}");
    }
    let id = desk.add(&["Sold milk"]).await;
    desk.says(&["done", &id]).await;
    assert_eq!(desk.titles(&["search", "sold"]).await, [""; 0]);
    assert_eq!(
        desk.titles(&["search", "sold", "--all"]).await,
        ["Sold milk"]
    );
    assert_eq!(desk.refuses(&["search"]).await.0, 2);
}

#[tokio::test]
async fn all_of_them_are_done_or_none() {
    let desk = Desk::new().await;
    let (first, second) = (desk.add(&["First"]).await, desk.add(&["Second"]).await);
    let said = desk.says(&["done", short(&first), &second, &first]).await;
    let expected = format!(
        "Done {} First\nDone {} Second\n",
        short(&first),
        short(&second)
    );
    assert_eq!(said, expected);
    let said = desk.says(&["done", &first]).await;
    assert_eq!(
        said,
        format!("No change: {} First is done\n", short(&first))
    );
    let said = desk.says(&["done", "--reopen", &first]).await;
    assert_eq!(said, format!("Open again {} First\n", short(&first)));
    let third = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
    assert_eq!(
        desk.refuses(&["done", &first, third]).await,
        (1, "tickbox: Task not found\n".to_owned())
    );
    assert_eq!(desk.titles(&["list"]).await, ["First"]);
    let answer = desk.json(&["done", &first]).await;
    assert_eq!(answer["tasks"][0]["completed"], true);
}

#[tokio::test]
async fn a_time_of_a_task_that_repeats_is_done_once() {
    let desk = Desk::new().await;
    let id = desk
        .add(&[
            "Plants",
            "--due",
            "2026-11-30",
            "--repeat",
            "FREQ=WEEKLY;BYDAY=MO",
        ])
        .await;
    let said = desk.says(&["done", &id]).await;
    assert_eq!(
        said,
        format!("Done {} Plants, next 2026-12-07\n", short(&id))
    );
    let again = ["done", &*id, "--occurrence", "2026-11-30"];
    let said = desk.says(&again).await;
    let expected = format!(
        "No change: {} Plants is open, next 2026-12-07\n",
        short(&id)
    );
    assert_eq!(said, expected);
    desk.says(&["undo"]).await;
    let due = desk.json(&["list"]).await["tasks"][0]["due"].clone();
    assert_eq!(due, json!({"date": "2026-11-30"}));
    let milk = desk.add(&["Milk"]).await;
    let (code, said) = desk
        .refuses(&["done", &milk, "--occurrence", "today"])
        .await;
    let expected = format!(
        "tickbox: {} Milk does not repeat: leave --occurrence out\n",
        short(&milk)
    );
    assert_eq!((code, said), (1, expected));
}

#[tokio::test]
async fn an_edit_says_what_changes_and_one_undo_takes_all_of_it_back() {
    let desk = Desk::new().await;
    let id = desk
        .add(&[
            "Rent",
            "--due",
            "2026-12-01",
            "--priority",
            "2",
            "--tag",
            "a",
            "--start",
            "2026-11-30",
        ])
        .await;
    let words = [
        "edit",
        &*id,
        "--title",
        "Pay rent",
        "--no-priority",
        "--no-start",
        "--tag",
        "b",
        "--untag",
        "a",
        "--due",
        "2026-12-02 10:00",
    ];
    let said = desk.says(&words).await;
    assert_eq!(
        said,
        format!("Changed {} Pay rent (due 2026-12-02 10:00)\n", short(&id))
    );
    let answer = desk.json(&["list"]).await;
    let task = &answer["tasks"][0];
    assert_eq!(
        (&task["tags"], task.get("priority"), task.get("start")),
        (&json!(["b"]), None, None)
    );
    let said = desk.says(&["undo"]).await;
    let first = format!(
        "which changed due, priority, start, tags, title of a task (\"Pay rent\", {})",
        short(&id)
    );
    assert!(said.contains(&first), "{said}");
    let task = desk.json(&["list"]).await["tasks"][0].clone();
    assert_eq!(
        (&task["title"], &task["tags"], &task["priority"]),
        (&json!("Rent"), &json!(["a"]), &json!(2))
    );
    desk.says(&["edit", &id, "--no-start", "--due", "Tomorrow 09:30"])
        .await;
    let due = desk.json(&["list"]).await["tasks"][0]["due"].clone();
    assert!(
        due["local"].as_str().unwrap().ends_with("T09:30:00"),
        "{due}"
    );
    let (code, said) = desk.refuses(&["edit", &id]).await;
    assert_eq!(code, 2, "{said}");
    let (code, said) = desk.refuses(&["edit", &id, "--due", "someday"]).await;
    assert!(
        code == 1 && said.starts_with("tickbox: due must "),
        "{said}"
    );
    for wrong in [
        ["--due", "today", "--no-due"],
        ["--priority", "10", "--json"],
    ] {
        assert_eq!(
            desk.refuses(&[&["edit", &*id], &wrong[..]].concat())
                .await
                .0,
            2
        );
    }
}

#[tokio::test]
async fn a_task_moves_to_a_place_a_parent_and_a_list() {
    let desk = Desk::new().await;
    desk.post("lists", json!({"name": "Home"})).await;
    let (a, b, c) = (
        desk.add(&["a"]).await,
        desk.add(&["b"]).await,
        desk.add(&["c"]).await,
    );
    let order = async || desk.titles(&["list", "--order", "order"]).await;
    desk.says(&["move", &c, "--first"]).await;
    assert_eq!(order().await, ["c", "a", "b"]);
    let said = desk.says(&["move", &c, "--after", short(&a)]).await;
    assert_eq!(said, format!("Moved {} c\n", short(&c)));
    assert_eq!(order().await, ["a", "c", "b"]);
    desk.says(&["move", &b, "--before", &c]).await;
    desk.says(&["move", &a]).await;
    assert_eq!(order().await, ["b", "c", "a"]);
    let moved = desk.json(&["move", &a, "--parent", &b]).await;
    assert_eq!(moved["parent_id"], *b);
    desk.says(&["move", &b, "--list", "HOME"]).await;
    let mut titles = desk.titles(&["list", "--list", "Home"]).await;
    titles.sort();
    assert_eq!(titles, ["a", "b"]);
    let moved = desk.json(&["move", &a, "--top"]).await;
    assert_eq!(moved.get("parent_id"), None);
    let part = desk.json(&["add", "part", "--parent", short(&b)]).await;
    let shown = desk.says(&["list", "--list", "Home"]).await;
    assert!(shown.contains("  part   Home  b\n"), "{shown}");
    assert_eq!(
        (&part["parent_id"], &part["list_id"]),
        (&json!(b), &moved["list_id"])
    );
    let (code, said) = desk.refuses(&["move", &a, "--after", &c]).await;
    assert!(
        code == 1 && said.contains("names a task that stands there"),
        "{said}"
    );
}
