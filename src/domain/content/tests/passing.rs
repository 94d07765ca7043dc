//! `tests/vectors/passing.json`: what becomes of tasks whose occurrences are completed and skipped, for the client, which
//! foresees it. `TICKBOX_PASSING_VECTORS` names the file to be written anew.

use serde_json::{Value, json};

use super::*;
use crate::domain::content::Passing;

const COMMITTED: &str = include_str!("../../../../tests/vectors/passing.json");

const RULES: [&str; 8] = [
    r#""rule": "FREQ=WEEKLY""#,
    r#""rule": "FREQ=DAILY;COUNT=3""#,
    r#""rule": "FREQ=DAILY;INTERVAL=3;COUNT=3", "from": "completion""#,
    r#""rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "from": "completion""#,
    r#""rule": "FREQ=WEEKLY;BYDAY=MO,TH", "exclude": ["2026-12-03", "2026-12-10"]"#,
    r#""rule": "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20270228""#,
    r#""rule": "FREQ=DAILY;UNTIL=20261204T080000Z", "from": "completion""#,
    r#""rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29""#,
];

/// When it begins and is due, and to where it is moved before it is completed for the first time.
const PLANS: [(&str, &str); 6] = [
    (r#""due": "2026-12-01""#, "{}"),
    (
        r#""start": "2026-11-28", "due": "2026-12-01""#,
        r#"{"due": "2026-12-03"}"#,
    ),
    (
        r#""start": "2026-11-30", "due": "2026-12-01""#,
        r#"{"start": "2026-12-09", "due": "2026-12-11"}"#,
    ),
    (
        r#""start": "2026-12-01T08:00", "due": "2026-12-01T09:00""#,
        r#"{"start": null}"#,
    ),
    (
        r#""start": "2026-11-30T23:00[Europe/Berlin]", "due": "2026-12-01T09:00[Europe/Berlin]""#,
        "{}",
    ),
    (
        r#""start": "2026-11-28", "due": "2026-12-01""#,
        r#"{"start": "2026-11-28T08:00", "due": "2026-12-02T07:00"}"#,
    ),
];

/// The day on which each is done, some early and some late.
const STEPS: [(Passing, i8); 4] = [
    (Passing::Completed, 1),
    (Passing::Skipped, -2),
    (Passing::Completed, -3),
    (Passing::Completed, 9),
];

fn told(content: &Content) -> Value {
    let mut json = Vec::new();
    content.write(&mut json);
    let text = std::str::from_utf8(&json).unwrap();
    serde_json::from_str(&format!("{{{}}}", &text[1..])).unwrap()
}

/// A task in a few of its states, with the occurrences that each foresees.
fn life(recurrence: &str, (plan, moved): (&str, &str)) -> String {
    let body = format!(r#"{{"title": "x", {plan}, "recurrence": {{{recurrence}}}}}"#);
    let mut content = Content::parsed(&body)
        .made_at(Timestamp::default())
        .unwrap();
    let made = told(&content);
    let patch = Patch::parsed(moved);
    content.obey(&patch, Timestamp::default()).unwrap();
    let mut steps = Vec::new();
    for (passing, days) in STEPS {
        let Some(present) = content.present_occurrence() else {
            break;
        };
        let ahead = content.occurrences(5).unwrap();
        let ahead: Vec<Value> = ahead.into_iter().map(due_alone).collect();
        let on = present.checked_add(jiff::Span::new().days(days)).unwrap();
        let before = told(&content);
        if !content.pass(passing, on).unwrap() {
            content.completed = true;
        }
        let skips = passing == Passing::Skipped;
        steps.push(json!({
            "before": before, "ahead": ahead, "skips": skips, "on": on.to_string(), "after": told(&content),
        }));
    }
    json!({"body": serde_json::from_str::<Value>(&body).unwrap(), "made": made, "steps": steps})
        .to_string()
}

fn due_alone(due: When) -> Value {
    let mut json = Vec::new();
    Some(due).write(&mut json);
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn what_becomes_of_tasks_that_come_back_was_written_down_for_the_client() {
    let mut lives = Vec::new();
    for recurrence in RULES {
        lives.extend(PLANS.map(|plan| life(recurrence, plan)));
    }
    let text = format!("[\n{}\n]\n", lives.join(",\n"));
    match std::env::var_os("TICKBOX_PASSING_VECTORS") {
        Some(file) => std::fs::write(file, text).unwrap(),
        None => assert!(text == COMMITTED, "write tests/vectors/passing.json anew"),
    }
}
