//! Taking back at a terminal what was done there.

use super::{Desk, json, short};

#[tokio::test]
async fn one_undo_after_another_goes_further_back() {
    let desk = Desk::new().await;
    let (code, said) = desk.refuses(&["undo"]).await;
    assert_eq!((code, &*said), (1, "tickbox: there is nothing to undo\n"));
    let a = desk.add(&["a"]).await;
    let b = desk.add(&["b"]).await;
    desk.says(&["done", &a]).await;
    desk.says(&["edit", &b, "--priority", "3"]).await;
    let said = desk.json(&["undo"]).await;
    assert_eq!(
        (&said["undone"], &said["changes"][0]["seq"]),
        (&json!(4), &json!(5))
    );
    let said = desk.says(&["undo"]).await;
    let program = env!("CARGO_BIN_EXE_tickbox");
    let expected = format!(
        "Undid change 3, which changed completed, completed_at of a task (\"a\", {0})\n  {0} a: open\n\
         Take that back: {program} tasks undo 6\n",
        short(&a)
    );
    assert_eq!(said, expected);
    let said = desk.says(&["undo"]).await;
    let end = format!(
        "\n  {} is in the trash now\nTake that back: {program} tasks undo 7\n",
        short(&b)
    );
    assert!(
        said.starts_with("Undid change 2, which created a task") && said.ends_with(&end),
        "{said}"
    );
    desk.says(&["undo", "7"]).await;
    assert_eq!(desk.titles(&["list"]).await, ["b", "a"]);
    desk.says(&["undo"]).await;
    desk.says(&["undo"]).await;
    assert_eq!(desk.says(&["list"]).await, "No tasks\n");
    assert_eq!(
        desk.refuses(&["undo"]).await.1,
        "tickbox: there is nothing to undo\n"
    );
    let (code, said) = desk.refuses(&["undo", "99"]).await;
    assert_eq!((code, &*said), (1, "tickbox: Change not found\n"));
}

#[tokio::test]
async fn what_was_done_together_is_undone_together() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(desk.add(&[&format!("task {number}")]).await);
    }
    let words: Vec<_> = ["done"]
        .into_iter()
        .chain(ids.iter().map(String::as_str))
        .collect();
    desk.says(&words).await;
    desk.says(&["edit", &ids[3], "--tag", "x"]).await;
    desk.says(&["undo"]).await;
    let said = desk.says(&["undo"]).await;
    assert!(said.contains("\n  and 2 more\nTake that back: "), "{said}");
    assert_eq!(desk.titles(&["list"]).await.len(), 12);
    // The whole batch counts as undone, and what was before it is next.
    let said = desk.says(&["undo"]).await;
    assert!(
        said.starts_with("Undid change 12, which created a task (\"task 11\", "),
        "{said}"
    );
}

#[tokio::test]
async fn lists_are_taken_back_too_and_what_stands_in_the_way_is_said() {
    let desk = Desk::new().await;
    let list = desk.post("lists", json!({"name": "Home"})).await;
    let id = list["id"].as_str().unwrap();
    let task = desk.add(&["Rent", "--list", "Home"]).await;
    let path = format!("lists/{id}/move");
    desk.post(&path, json!({"after": null})).await;
    desk.says(&["edit", &task, "--priority", "1"]).await;
    desk.says(&["edit", &task, "--priority", "2"]).await;
    let seq = desk.json(&["undo"]).await["undone"].as_i64().unwrap();
    desk.says(&["undo", &(seq + 1).to_string()]).await;
    let (code, said) = desk.refuses(&["undo", &(seq - 1).to_string()]).await;
    let expected = " stands in the way: undo it first\n";
    assert!(code == 1 && said.ends_with(expected), "{said}");
    desk.says(&["undo"]).await;
    desk.says(&["undo"]).await;
    desk.says(&["undo"]).await;
    let said = desk.says(&["undo"]).await;
    let expected = format!(
        "which created a list (\"Home\", {})\n  {0} is in the trash now\n",
        short(id)
    );
    assert!(said.contains(&expected), "{said}");
}
