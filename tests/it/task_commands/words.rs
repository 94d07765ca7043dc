//! How the words of a command are taken, and what is no command.

use super::{Desk, json};

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
