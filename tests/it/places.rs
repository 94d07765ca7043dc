//! Where tasks stand: in lists, below parents, and in an order among their siblings.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::list_records::create_list;
use crate::support::{Client, TestApp, every_engine};

every_engine!(
    a_plain_task_tells_of_no_place,
    a_task_is_moved_among_its_siblings,
    a_task_is_moved_to_another_list_or_parent,
    writing_another_place_is_a_move_to_the_end,
    neighbours_make_room,
    a_batch_moves_and_restores,
);

const OK: StatusCode = StatusCode::OK;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// The titles of tasks on one shelf, in their order as a client makes it.
async fn order(user: &Client, list: &Value, parent: &Value) -> String {
    let all = user.list().await;
    let tasks = all["tasks"].as_array().unwrap().iter();
    let on_shelf = |task: &&Value| task["list_id"] == *list && task["parent_id"] == *parent;
    let mut tasks: Vec<(String, String, String)> = tasks
        .filter(on_shelf)
        .map(|task| {
            let text = |name: &str| task[name].as_str().unwrap_or_default().to_owned();
            (key(task), text("id"), text("title"))
        })
        .collect();
    tasks.sort();
    tasks.into_iter().map(|(.., title)| title).collect()
}

/// The order key of a task, as contract and client have it.
pub(crate) fn key(task: &Value) -> String {
    if let Some(key) = task["order"].as_str() {
        return key.to_owned();
    }
    let time: jiff::Timestamp = task["created_at"].as_str().unwrap().parse().unwrap();
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut micros = usize::try_from(time.as_microsecond()).unwrap();
    let mut text = Vec::new();
    for _ in 0..9 {
        text.push(digits[micros % 62]);
        micros /= 62;
    }
    text.push(b'i');
    text.reverse();
    String::from_utf8(text).unwrap()
}

async fn four(user: &Client, with: Value) -> Vec<(String, Value)> {
    let mut made = Vec::new();
    for title in ["a", "b", "c", "d"] {
        let mut body = with.clone();
        body["title"] = json!(title);
        made.push(user.create(body).await);
    }
    made
}

pub(crate) async fn move_to(user: &Client, path: &str, to: Value) -> Value {
    let moved = user.post(&format!("{path}/move"), to).await;
    moved.expect(OK)
}

async fn a_plain_task_tells_of_no_place(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "x"})).await;
    let plain = alice.get(&path).await.expect(OK);
    let members: Vec<_> = plain.as_object().unwrap().keys().collect();
    let expected = [
        "completed",
        "created_at",
        "description",
        "id",
        "title",
        "updated_at",
        "user_id",
        "version",
    ];
    assert_eq!(members, expected);
    let (_, list) = create_list(&alice, json!({"name": "Home"})).await;
    let body = json!({"title": "x", "list_id": list["id"], "order": "a0"});
    let (path, created) = alice.create(body).await;
    assert_eq!(
        created.get("order"),
        None,
        "it is read only, and nobody moved it"
    );
    assert_eq!(alice.get(&path).await.expect(OK), created);
}

async fn a_task_is_moved_among_its_siblings(app: TestApp) {
    let alice = app.user("alice");
    let (_, list) = create_list(&alice, json!({"name": "Home"})).await;
    let (_, parent) = alice
        .create(json!({"title": "p", "list_id": list["id"]}))
        .await;
    let inbox = (Value::Null, Value::Null);
    let in_list = (list["id"].clone(), Value::Null);
    let below = (list["id"].clone(), parent["id"].clone());
    for (list, parent) in [inbox, below, in_list] {
        let tasks = four(&alice, json!({"list_id": list, "parent_id": parent})).await;
        let id = |at: usize| tasks[at].1["id"].clone();
        let shown = async || order(&alice, &list, &parent).await.replace('p', "");
        assert_eq!(shown().await, "abcd");
        for (which, to, expected) in [
            (3, json!({"after": null}), "dabc"),
            (0, json!({"after": id(2)}), "dbca"),
            (0, json!({"before": id(2)}), "dbac"),
            (3, json!({"before": null}), "bacd"),
            (1, json!({}), "acdb"),
            (0, json!({"after": id(3), "before": id(1)}), "cdab"),
            (2, json!({"before": id(0)}), "dcab"),
            (2, json!({"after": id(0)}), "dacb"),
        ] {
            let moved = move_to(&alice, &tasks[which].0, to.clone()).await;
            assert!(moved["order"].is_string(), "{moved}");
            assert_eq!(shown().await, expected, "{to}");
        }
        let (newest, _) = alice
            .create(json!({"title": "e", "list_id": list, "parent_id": parent}))
            .await;
        assert_eq!(shown().await, "dacbe", "what is new comes last");
        let present = alice.get(&tasks[2].0).await.expect(OK);
        let same = move_to(&alice, &tasks[2].0, json!({"after": id(0)})).await;
        assert_eq!(same, present, "it stands there already");
        let refused = alice
            .post(&format!("{newest}/move"), json!({"after": parent}))
            .await;
        assert_eq!(refused.status, if parent.is_null() { OK } else { CONFLICT });
    }
}

async fn a_task_is_moved_to_another_list_or_parent(app: TestApp) {
    let alice = app.user("alice");
    let (_, home) = create_list(&alice, json!({"name": "Home"})).await;
    let (_, work) = create_list(&alice, json!({"name": "Work"})).await;
    let (_, parent) = alice
        .create(json!({"title": "p", "list_id": home["id"]}))
        .await;
    let (path, task) = alice.create(json!({"title": "t"})).await;
    let place = |task: &Value| (task["list_id"].clone(), task["parent_id"].clone());
    let moved = move_to(&alice, &path, json!({"parent_id": parent["id"]})).await;
    assert_eq!(place(&moved), (home["id"].clone(), parent["id"].clone()));
    let moved = move_to(&alice, &path, json!({"list_id": work["id"]})).await;
    assert_eq!(
        place(&moved),
        (work["id"].clone(), Value::Null),
        "another list drops the parent"
    );
    let moved = move_to(&alice, &path, json!({"list_id": home["id"], "after": null})).await;
    assert_eq!(place(&moved), (home["id"].clone(), Value::Null));
    assert_eq!(order(&alice, &home["id"], &Value::Null).await, "tp");
    let moved = move_to(&alice, &path, json!({"list_id": null})).await;
    assert_eq!(place(&moved), (Value::Null, Value::Null));
    let unknown = "01990f3e-8a5c-7cc3-98c4-dc0c0c073999";
    let path = format!("{path}/move");
    for (to, fields) in [
        (json!({"list_id": unknown}), json!(["list_id"])),
        (json!({"parent_id": unknown}), json!(["parent_id"])),
        (json!({"parent_id": task["id"]}), json!(["parent_id"])),
        (json!({"parent_id": "x"}), json!(["parent_id"])),
        (json!({"before": 1}), json!(["before"])),
        (
            json!({"parent_id": parent["id"], "list_id": work["id"]}),
            json!(["list_id", "parent_id"]),
        ),
    ] {
        let refused = alice.post(&path, to.clone()).await.expect(UNPROCESSABLE);
        assert_eq!(refused["error"]["fields"], fields, "{to}");
    }
    for to in [
        json!({"after": unknown}),
        json!({"after": parent["id"]}),
        json!({"before": task["id"]}),
    ] {
        let refused = alice.post(&path, to.clone()).await;
        assert_eq!(refused.status, CONFLICT, "{to}");
    }
    let stale = ("if-match", "\"1\"");
    let refused = alice.send_with(Method::POST, &path, stale, json!({})).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let _ = alice
        .delete(&path.replace("/move", ""))
        .await
        .expect(NO_CONTENT);
    assert_eq!(alice.post(&path, json!({})).await.status, NOT_FOUND);
}

async fn writing_another_place_is_a_move_to_the_end(app: TestApp) {
    let alice = app.user("alice");
    let (_, home) = create_list(&alice, json!({"name": "Home"})).await;
    let tasks = four(&alice, json!({"list_id": home["id"]})).await;
    let (path, task) = alice.create(json!({"title": "t"})).await;
    let _ = move_to(&alice, &tasks[0].0, json!({})).await;
    let changed = alice
        .patch(&path, json!({"list_id": home["id"]}))
        .await
        .expect(OK);
    assert_eq!(order(&alice, &home["id"], &Value::Null).await, "bcdat");
    // The present place changes nothing.
    let all = alice.put(&path, changed.clone()).await.expect(OK);
    assert_eq!(all["order"], changed["order"]);
    assert_eq!(order(&alice, &home["id"], &Value::Null).await, "bcdat");
    let below = json!({"parent_id": tasks[1].1["id"], "title": "u"});
    let below = alice.put(&path, below).await.expect(OK);
    assert_eq!(below["title"], "u");
    assert_eq!(order(&alice, &home["id"], &tasks[1].1["id"]).await, "u");
    let top = alice
        .patch(&path, json!({"parent_id": null}))
        .await
        .expect(OK);
    assert_eq!((&top["list_id"], top.get("parent_id")), (&home["id"], None));
    assert_eq!(order(&alice, &home["id"], &Value::Null).await, "bcdau");
    let inbox = alice
        .patch(&path, json!({"list_id": null}))
        .await
        .expect(OK);
    assert_eq!(inbox.get("list_id"), None);
    assert_eq!(inbox["id"], task["id"]);
}

async fn neighbours_make_room(app: TestApp) {
    let alice = app.user("alice");
    let (_, list) = create_list(&alice, json!({"name": "Home"})).await;
    // Made together, they have one moment and one key.
    let create = |number: usize| json!({"op": "create", "title": format!("{number:02},"), "list_id": list["id"]});
    let operations: Vec<Value> = (0..50).map(create).collect();
    let results = alice.operate(json!(operations)).await;
    let tasks: Vec<Value> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["task"].clone())
        .collect();
    let before = order(&alice, &list["id"], &Value::Null).await;
    let (path, moved) = alice
        .create(json!({"title": "x,", "list_id": list["id"]}))
        .await;
    let third = before.split_inclusive(',').nth(2).unwrap().to_owned();
    let third = tasks.iter().find(|task| task["title"] == third).unwrap();
    let _ = move_to(&alice, &path, json!({"after": third["id"]})).await;
    let mut expected: Vec<_> = before.split_inclusive(',').collect();
    expected.insert(3, "x,");
    assert_eq!(
        order(&alice, &list["id"], &Value::Null).await,
        expected.concat()
    );
    let neighbour = &alice
        .get(&format!(
            "{}/{}",
            alice.tasks,
            moved["id"].as_str().unwrap()
        ))
        .await
        .expect(OK);
    assert_eq!(neighbour["version"], 2);
    let all = alice.list().await;
    let spread: Vec<&Value> = all["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|task| task["version"] == 2 && task["id"] != moved["id"])
        .collect();
    assert!(!spread.is_empty());
    for task in spread {
        assert_eq!(task["updated_at"], task["created_at"], "nobody updated it");
    }
    // Undone, all stand as before, and one who was spread can be moved again.
    let _ = alice.undo_latest(&path).await.expect(OK);
    let after = order(&alice, &list["id"], &Value::Null).await;
    assert_eq!(after.replace("x,", ""), before);
    // Always in the same gap: no key becomes too long.
    let first = &tasks[0];
    for number in 0..400 {
        let which = &tasks[1 + number % 20];
        let path = format!("{}/{}", alice.tasks, which["id"].as_str().unwrap());
        let moved = move_to(&alice, &path, json!({"after": first["id"]})).await;
        assert!(moved["order"].as_str().unwrap_or_default().len() <= 64);
    }
}

async fn a_batch_moves_and_restores(app: TestApp) {
    let alice = app.user("alice");
    let tasks = four(&alice, json!({})).await;
    let id = |at: usize| tasks[at].1["id"].clone();
    let results = alice
        .operate(json!([
            {"op": "move", "id": id(0), "before": null},
            {"op": "move", "id": id(1), "after": id(0)},
            {"op": "move", "id": id(2), "before": id(3)},
            {"op": "delete", "id": id(3)},
            {"op": "restore", "id": id(3)},
            {"op": "move", "id": id(3), "parent_id": id(2), "if_version": 3},
        ]))
        .await;
    for result in results.as_array().unwrap() {
        assert!(
            result["status"] == 200 || result["status"] == 204,
            "{result}"
        );
    }
    assert_eq!(order(&alice, &Value::Null, &Value::Null).await, "cab");
    assert_eq!(order(&alice, &Value::Null, &id(2)).await, "d");
    let refused = json!({"atomic": false, "operations": [
        {"op": "move", "id": id(2), "parent_id": id(3)},
        {"op": "move", "id": id(1), "after": null},
    ]});
    let results = alice.batch(refused).await.expect(OK);
    assert_eq!(results["results"][0]["status"], 422);
    assert_eq!(order(&alice, &Value::Null, &Value::Null).await, "bca");
}
