//! Random moves, deletions and restores of nested tasks and their lists: both engines do the same, every move leads to the
//! place that was asked for, and nothing else moves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::list_records::lists_of;
use crate::places::key;
use crate::support::{Client, TestApp, read_lines};

const TASKS: usize = 7;
const LISTS: usize = 2;

/// The id of a task or a list, by its number.
fn id(number: usize) -> String {
    format!("7b0c3d1e-6f0a-4b57-9f0e-00000000000{number}")
}

#[derive(Clone, Debug)]
enum Action {
    Create { task: usize, place: Value },
    Write { task: usize, place: Value },
    Move { task: usize, to: Value },
    Delete(usize),
    Restore(usize),
    CreateList(usize),
    DeleteList(usize),
    RestoreList(usize),
    UndoLatest(usize),
}

/// An object in which some members are left out, and some are null.
fn object(members: Vec<(&'static str, usize)>) -> impl Strategy<Value = Value> {
    let values: Vec<_> = members
        .into_iter()
        .map(|(name, count)| {
            let value = prop_oneof![
                3 => Just(None),
                1 => Just(Some(Value::Null)),
                2 => (0..count).prop_map(|number| Some(json!(id(number)))),
            ];
            value.prop_map(move |value| (name, value))
        })
        .collect();
    values.prop_map(|members| {
        let said = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(said.collect())
    })
}

fn action() -> impl Strategy<Value = Action> {
    let place = || object(vec![("list_id", LISTS), ("parent_id", TASKS)]);
    let to = object(vec![
        ("list_id", LISTS),
        ("parent_id", TASKS),
        ("after", TASKS),
        ("before", TASKS),
    ]);
    prop_oneof![
        4 => (0..TASKS, place()).prop_map(|(task, place)| Action::Create { task, place }),
        2 => (0..TASKS, place()).prop_map(|(task, place)| Action::Write { task, place }),
        6 => (0..TASKS, to).prop_map(|(task, to)| Action::Move { task, to }),
        1 => (0..TASKS).prop_map(Action::Delete),
        1 => (0..TASKS).prop_map(Action::Restore),
        2 => (0..LISTS).prop_map(Action::CreateList),
        1 => (0..LISTS).prop_map(Action::DeleteList),
        1 => (0..LISTS).prop_map(Action::RestoreList),
        1 => (0..TASKS).prop_map(Action::UndoLatest),
    ]
}

/// The tasks of each shelf in their order: by list and parent.
type Shelves = BTreeMap<(String, String), Vec<String>>;

async fn shelves(user: &Client) -> Shelves {
    let all = user.list().await;
    let tasks = all["tasks"].as_array().unwrap();
    let text = |task: &Value, name: &str| task[name].as_str().unwrap_or("-").to_owned();
    let places: BTreeMap<String, String> = tasks
        .iter()
        .map(|task| (text(task, "id"), text(task, "list_id")))
        .collect();
    let mut shelves: BTreeMap<_, Vec<(String, String)>> = BTreeMap::new();
    for task in tasks {
        let (list, parent) = (text(task, "list_id"), text(task, "parent_id"));
        if parent != "-" {
            assert_eq!(
                places.get(&parent),
                Some(&list),
                "the parent is there, in the same list"
            );
        }
        shelves
            .entry((list, parent))
            .or_default()
            .push((key(task), text(task, "id")));
    }
    let sorted = |mut keyed: Vec<(String, String)>| {
        keyed.sort();
        keyed.into_iter().map(|(_, id)| id).collect()
    };
    shelves
        .into_iter()
        .map(|(shelf, keyed)| (shelf, sorted(keyed)))
        .collect()
}

async fn act(user: &Client, action: &Action) -> u16 {
    let task = |number: usize| format!("{}/{}", user.tasks, id(number));
    let list = |number: usize| format!("{}/{}", lists_of(user), id(number));
    let answer = match action {
        Action::Create { task, place } => {
            let mut body = place.clone();
            (body["id"], body["title"]) = (json!(id(*task)), json!("x"));
            user.post(&user.tasks, body).await
        }
        Action::Write {
            task: number,
            place,
        } => {
            user.send_text(Method::PATCH, &task(*number), place.to_string())
                .await
        }
        Action::Move { task: number, to } => {
            user.post(&format!("{}/move", task(*number)), to.clone())
                .await
        }
        Action::Delete(number) => user.delete(&task(*number)).await,
        Action::Restore(number) => {
            user.post(&format!("{}/restore", task(*number)), Value::Null)
                .await
        }
        Action::CreateList(number) => {
            let body = json!({"id": id(*number), "name": "x"});
            user.post(&lists_of(user), body).await
        }
        Action::DeleteList(number) => user.delete(&list(*number)).await,
        Action::RestoreList(number) => {
            user.post(&format!("{}/restore", list(*number)), Value::Null)
                .await
        }
        Action::UndoLatest(number) => {
            let history = user.get(&format!("{}/history", task(*number))).await;
            if history.status != 200 {
                return 0;
            }
            let history = history.expect(axum::http::StatusCode::OK);
            user.undo(&history["history"][0]["seq"]).await
        }
    };
    assert!(answer.status.as_u16() < 500, "{action:?}: {}", answer.text);
    answer.status.as_u16()
}

/// Where a move leads that was answered with 200.
fn expected(before: &Shelves, after: &Shelves, moved: &str, to: &Value) -> Shelves {
    let shelf = after
        .iter()
        .find(|(_, tasks)| tasks.iter().any(|task| task == moved));
    let shelf = shelf.expect("it is there").0.clone();
    let mut expected = before.clone();
    let has_moved = |tasks: &Vec<String>| tasks.iter().any(|task| task == moved);
    let old = before
        .iter()
        .find(|(_, tasks)| has_moved(tasks))
        .expect("it was there")
        .0;
    // What is below goes along into another list.
    if old.0 != shelf.0 {
        let mut below = vec![moved.to_owned()];
        while let Some(parent) = below.pop() {
            if let Some(tasks) = expected.remove(&(old.0.clone(), parent.clone())) {
                below.extend(tasks.clone());
                expected.insert((shelf.0.clone(), parent), tasks);
            }
        }
    }
    for tasks in expected.values_mut() {
        tasks.retain(|task| task != moved);
    }
    let siblings = expected.entry(shelf).or_default();
    let place = |name: &str| {
        let other = to.get(name)?;
        Some(
            other
                .as_str()
                .map(|id| siblings.iter().position(|task| task == id)),
        )
    };
    let rank = match (place("after"), place("before")) {
        (Some(None), _) => 0,
        (Some(Some(Some(at))), _) => at + 1,
        (_, Some(Some(Some(at)))) => at,
        _ => siblings.len(),
    };
    siblings.insert(rank, moved.to_owned());
    expected.retain(|_, tasks| !tasks.is_empty());
    expected
}

#[test]
fn both_engines_move_as_they_are_told() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let apps = [
        runtime.block_on(TestApp::sqlite()),
        runtime.block_on(TestApp::postgres()),
    ];
    let rounds = AtomicUsize::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(60));
    let work = proptest::collection::vec(action(), 1..50);
    let outcome = runner.run(&work, |actions| {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        let users = [0, 1].map(|app| apps[app].user(&format!("user of round {round}")));
        runtime.block_on(async {
            let mut before = Shelves::new();
            for action in &actions {
                let statuses = [act(&users[0], action).await, act(&users[1], action).await];
                assert_eq!(statuses[0], statuses[1], "{action:?}");
                let after = [shelves(&users[0]).await, shelves(&users[1]).await];
                assert_eq!(after[0], after[1], "{action:?}");
                if let (Action::Move { task, to }, 200) = (action, statuses[0]) {
                    let expected = expected(&before, &after[0], &id(*task), to);
                    assert_eq!(after[0], expected, "{action:?}");
                }
                let [after, _] = after;
                before = after;
            }
        });
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    for app in &apps {
        let wrong = "SELECT 'wrong ' || count(*) FROM tasks WHERE is_placed = (\"order\" IS NULL)";
        let placed =
            "SELECT CASE WHEN count(*) > 0 THEN 'some' ELSE 'none' END FROM tasks WHERE is_placed";
        let told = [wrong, placed].map(|sql| runtime.block_on(read_lines(&app.home, sql)).concat());
        assert_eq!(told, ["wrong 0", "some"]);
    }
}
