//! Random filters and orders over random tasks: each list, page by page and whole, is what `domain::filter` says.
//! `TICKBOX_TEST_SEEDS=1000` tries so many lives of tasks; one that fails says which it is.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tickbox::clock::Timestamp;
use tickbox::domain::filter::{Asked, Filter, Moment, Sorting};
use tickbox::domain::{ListScope, SpaceId, Task, UserId};

use super::{get, strings, walk};
use crate::support::{TestApp, every_engine};

#[path = "../../../src/domain/filter/tests/random/dice.rs"]
mod dice;
#[path = "../../../src/domain/filter/tests/random/words.rs"]
#[expect(dead_code, reason = "not all of the words are said here")]
mod words;

use self::dice::Dice;

/// As `words` makes it.
type Sample = Value;

every_engine!(a_list_is_what_the_filter_and_the_order_say);

const TASKS: usize = 60;
const QUESTIONS: usize = 40;

#[expect(
    clippy::disallowed_methods,
    reason = "the length of the test is no setting of the program"
)]
fn seeds() -> u64 {
    let seeds = std::env::var("TICKBOX_TEST_SEEDS").ok();
    seeds.map_or(3, |seeds| seeds.parse().expect("a number of seeds"))
}

async fn a_list_is_what_the_filter_and_the_order_say(app: TestApp) {
    for seed in 0..seeds() {
        let mut dice = Dice::new(seed);
        let name = format!("life-{seed}");
        live(&app, &name, &mut dice).await;
        for _ in 0..QUESTIONS {
            ask(&app, &name, &mut dice).await;
        }
    }
}

/// Tasks that are created, changed and deleted, some at the same moment.
async fn live(app: &TestApp, name: &str, dice: &mut Dice) {
    let mut user = app.user(name);
    for id in words::IDS.map(str::to_lowercase) {
        let lists = user.tasks.replace("/tasks", "/lists");
        let list = user.post(&lists, json!({"id": id, "name": "list"})).await;
        list.expect(StatusCode::CREATED);
        user.create(json!({"id": id, "title": "parent"})).await;
    }
    let mut made = words::IDS.len();
    while made < TASKS {
        app.clock.advance(Duration::from_secs(
            60 * u64::try_from(dice.below(9000)).unwrap(),
        ));
        let together: Vec<Value> = (0..=dice.below(3))
            .map(|number| task(dice, made + number))
            .collect();
        made += together.len();
        // A token lives for an hour.
        user = app.user(name);
        user.operate(Value::from(together)).await;
    }
    let list = user.list().await;
    for id in strings(&list, "id") {
        let operation = match dice.below(10) {
            0 => json!([{"op": "delete", "id": id}]),
            1 => json!([{"op": "complete", "id": id, "completed": dice.once_in(2)}]),
            2 => json!([{"op": "change", "id": id, "due": null, "tags": ["home"]}]),
            3 => json!([{"op": "delete", "id": id}, {"op": "change", "id": id}]),
            4 => json!([{"op": "move", "id": id, "before": null}]),
            5 => json!([{"op": "move", "id": id, "after": null, "list_id": null}]),
            6 => json!([{"op": "skip", "id": id}]),
            _ => continue,
        };
        let atomic = dice.once_in(2);
        let batch = json!({"operations": operation, "atomic": atomic});
        // Some of them are refused.
        let _ = user.batch(batch).await;
    }
}

fn task(dice: &mut Dice, number: usize) -> Value {
    let mut task = words::task(dice);
    let members = task.as_object_mut().unwrap();
    // What the server says itself, and what is no member.
    for name in ["id", "created_at", "updated_at", "completed_at", "order"] {
        members.remove(name);
    }
    // A task is in the list of its parent.
    if members.contains_key("parent_id") {
        members.remove("list_id");
    }
    // The two must be of one kind.
    if members.contains_key("due") {
        members.remove("start");
    } else {
        members.remove("recurrence");
    }
    // Only one task has a reference.
    if let Some(reference) = members.get_mut("references") {
        reference[0]["source"] = json!(format!("source {number}"));
    }
    members.insert("op".to_owned(), json!("create"));
    task
}

async fn ask(app: &TestApp, name: &str, dice: &mut Dice) {
    app.clock.advance(Duration::from_secs(
        u64::try_from(dice.below(30_000)).unwrap(),
    ));
    let filter = if dice.once_in(8) {
        String::new()
    } else {
        words::filter(dice, 3)
    };
    let order_by = if dice.once_in(4) {
        String::new()
    } else {
        words::order_by(dice)
    };
    let (Ok(parsed), Ok(sorting)) = (Filter::parse(&filter), Sorting::parse(&order_by)) else {
        return;
    };
    let (user, space) = (app.user(name), UserId::parse(name).unwrap().space());
    let zone = words::zone(dice);
    let shown = ListScope {
        deleted: dice.once_in(8),
        completed: None,
    };
    let shown = ListScope {
        completed: (!shown.deleted && dice.once_in(5)).then(|| dice.once_in(2)),
        ..shown
    };
    let moment = Moment::new(app.clock.now(), zone).unwrap();
    let asked = Asked::new(shown, &parsed, sorting, &moment);
    let wanted = wanted(app, &space, &asked).await;

    let limit = (1 + dice.below(20)).to_string();
    let completed = shown.completed.map(|completed| completed.to_string());
    let mut parameters = vec![
        ("filter", filter.as_str()),
        ("order_by", &order_by),
        ("zone", zone),
    ];
    if let Some(completed) = &completed {
        parameters.push(("completed", completed));
    }
    if shown.deleted {
        parameters.push(("deleted", "true"));
    }
    let whole = get(&user, &parameters).await;
    let told = format!("{name}: {parameters:?} at {}", as_text(moment.now()));
    assert_eq!(strings(&whole, "id"), wanted, "{told}");
    assert_eq!(whole["count"], wanted.len(), "{told}");
    parameters.push(("limit", &limit));
    let (ids, counts) = walk(&user, &parameters).await;
    assert_eq!(ids, wanted, "{told}");
    let count = i64::try_from(wanted.len()).unwrap();
    assert!(
        counts.iter().all(|told| *told == count),
        "{told}: {counts:?}"
    );
}

fn as_text(moment: Timestamp) -> String {
    let mut json = Vec::new();
    tickbox::domain::json::write_time(&mut json, moment);
    String::from_utf8(json).unwrap()
}

async fn wanted(app: &TestApp, space: &SpaceId, asked: &Asked) -> Vec<String> {
    let all = ListScope {
        completed: None,
        ..asked.shown
    };
    let page = app
        .app
        .store
        .list_tasks(space, all, None, 1000)
        .await
        .unwrap();
    let mut tasks: Vec<Task> = page.tasks;
    tasks.retain(|task| asked.matches(task));
    tasks.sort_by(|first, second| asked.sorting.compare(first, second));
    tasks.iter().map(|task| task.id.to_string()).collect()
}
