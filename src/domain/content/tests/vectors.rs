//! `tests/vectors/rules.json`: values that are kept and values that are refused, with the words of the rule, for the
//! client, which refuses them before they are sent. `TICKBOX_RULES_VECTORS` names the file to be written anew.

use serde_json::{Value, json};

use super::cases::LISTS;
use super::*;
use crate::domain::list::ListContent;

const COMMITTED: &str = include_str!("../../../../tests/vectors/rules.json");

/// What is kept of a body, or what is wrong with it.
fn case(body: &str) -> String {
    let object = Object::parse(body.as_bytes(), &[Content::NAMES]).unwrap();
    let mut faults = Faults::default();
    let content = Content::read(&object, &mut faults);
    let (name, outcome) = match faults.finish(content) {
        Ok(content) => match content.made_at(Timestamp::default()) {
            Ok(content) => ("kept", kept(&content)),
            Err(breach) => (
                "breach",
                json!({"fields": breach.fields, "rule": breach.rule}),
            ),
        },
        Err(faults) => {
            let faults = faults.iter().map(|it| json!([it.field, it.rule]));
            ("faults", faults.collect())
        }
    };
    // A text, because values like a lone surrogate are no JSON that everybody reads.
    json!({"body": body, name: outcome}).to_string()
}

/// The same of a list.
fn list_case(body: &str) -> String {
    let object = Object::parse(body.as_bytes(), &[ListContent::NAMES]).unwrap();
    let mut faults = Faults::default();
    let content = ListContent::read(&object, &mut faults);
    match faults.finish(content) {
        Ok(content) => {
            let mut json = Vec::new();
            content.write(&mut json);
            json!({"list": body, "kept": members(&json)})
        }
        Err(faults) => {
            let faults = faults.iter().map(|it| json!([it.field, it.rule]));
            json!({"list": body, "faults": faults.collect::<Value>()})
        }
    }
    .to_string()
}

/// Of members that are written as those of an object are.
fn members(json: &[u8]) -> Value {
    let members = std::str::from_utf8(json).unwrap();
    serde_json::from_str(&format!("{{{}}}", &members[1..])).unwrap()
}

fn kept(content: &Content) -> Value {
    let mut json = Vec::new();
    content.write(&mut json);
    members(&json)
}

fn vectors() -> String {
    let of_due = |due: &str| body_with("due", due);
    let of_pair = |(start, due): &(&str, &str)| {
        format!(r#"{{"title": "x", "start": "{start}", "due": "{due}"}}"#)
    };
    let dates = DATES.iter().map(|(due, _)| of_due(due));
    let no_dates = NO_DATES.iter().map(|due| of_due(due));
    let pairs = PAIRS.iter().chain(NO_PAIRS).map(of_pair);
    let bad = bad_values()
        .into_iter()
        .map(|(name, value)| body_with(name, &value));
    let several = [
        r#"{"title": "  ", "completed": "true", "description": 7}"#,
        r#"{"title": "\u0085 x\u3000", "description": "", "completed": true}"#,
        r#"{"title": "👩‍💻", "priority": 9.0, "description": null, "due": null}"#,
        r#"{"title": "x", "tags": [" b ", "a", "B", "e\u0301", "é", "a", "🎉", "\uffff"]}"#,
        r#"{"title": "x", "tags": [], "references": [], "metadata": {}}"#,
        r#"{"title": "x", "references": [{"source": "a", "external_id": " 1 ", "url": "app:x?y", "title": null, "more": 1}]}"#,
        r#"{"title": "x", "metadata": {"b": 1.5, "a": [null, {"c": "\u0001"}]}}"#,
    ];
    let longest = [
        body_with("title", &format!("\"{}\"", "🎉".repeat(200))),
        body_with("description", &format!("\"{}\"", "é".repeat(2000))),
        body_with("tags", &format!("[\"{}\"]", "é".repeat(64))),
        body_with("metadata", &format!("{{\"a\": \"{}\"}}", "m".repeat(4088))),
    ];
    let recurrences = [
        r#"{"title": "x", "due": "2026-12-01", "recurrence": {"rule": " rrule:byday=MO;freq=weekly; "}}"#,
        r#"{"title": "x", "due": "2026-12-01T09:00[Europe/Berlin]", "recurrence": {"rule": "FREQ=DAILY", "from": "completion", "exclude": ["2026-12-25", "2026-12-24", "2026-12-25"], "more": 1}}"#,
        r#"{"title": "x", "due": "2026-12-01T09:00", "recurrence": {"rule": "FREQ=DAILY", "from": null, "exclude": null}}"#,
        r#"{"title": "x", "recurrence": null, "anchor": 1, "occurrence": 2, "done": 3}"#,
        r#"{"title": "x", "recurrence": {"rule": "FREQ=DAILY"}}"#,
        r#"{"title": "x", "start": "2026-12-01T09:00", "due": "2026-12-01", "recurrence": {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}}"#,
        r#"{"title": "x", "due": "2026-12-01", "recurrence": {"rule": "FREQ=DAILY;UNTIL=20261130"}}"#,
        r#"{"title": "x", "due": "2026-12-01", "recurrence": {"rule": "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=9999"}}"#,
    ];
    let bodies = recurrences
        .map(str::to_owned)
        .into_iter()
        .chain(several.map(str::to_owned));
    let bodies = bodies.chain(longest);
    let bodies = bodies.chain(dates).chain(no_dates).chain(pairs).chain(bad);
    // What no parser of JavaScript lets one see.
    let unseen = [
        "\"date\": \"2026-12-01\", \"date\"",
        "\"source\": \"b\"",
        "1e999",
    ];
    let seen = bodies.filter(|body| !unseen.iter().any(|it| body.contains(it)));
    let lists = LISTS.iter().copied().map(list_case);
    let cases: Vec<_> = seen.map(|body| case(&body)).chain(lists).collect();
    format!("[\n{}\n]\n", cases.join(",\n"))
}

#[test]
fn what_is_kept_and_refused_was_written_down_for_the_client() {
    let text = vectors();
    match std::env::var_os("TICKBOX_RULES_VECTORS") {
        Some(file) => std::fs::write(file, text).unwrap(),
        None => assert!(text == COMMITTED, "write tests/vectors/rules.json anew"),
    }
}
