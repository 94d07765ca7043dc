//! What is read into members and how it is told, and what is refused with which words.

mod cases;
mod passing;
mod vectors;

use std::fmt::Write as _;

use self::cases::{DATES, NO_DATES, NO_PAIRS, PAIRS, bad_values, body_with};
use super::*;

/// What a task of this body says, or why it cannot.
fn told(json: &str) -> String {
    let object = Object::parse(json.as_bytes(), &[Content::NAMES]).unwrap();
    let mut faults = Faults::default();
    let content = Content::read(&object, &mut faults);
    let content = match faults.finish(content) {
        Ok(content) => content.made_at(Timestamp::default()),
        Err(faults) => {
            let faults = faults.iter().map(|it| format!("{} {}", it.field, it.rule));
            return faults.collect::<Vec<_>>().join("; ");
        }
    };
    match content {
        Ok(content) => {
            let mut json = Vec::new();
            content.write(&mut json);
            let json = String::from_utf8(json).unwrap();
            json.replace(r#","title":"x","description":null,"completed":false"#, "")
        }
        Err(breach) => breach.rule.into_owned(),
    }
}

fn of_due(due: &str) -> String {
    told(&format!(r#"{{"title": "x", "due": {due}}}"#))
}

#[test]
fn a_plain_task_is_told_as_ever() {
    let task = told(r#"{"title": "y", "tags": [], "references": [], "metadata": {}, "due": null}"#);
    assert_eq!(task, r#","title":"y","description":null,"completed":false"#);
}

#[test]
fn dates_are_read_in_all_their_forms() {
    for (due, told) in DATES {
        assert_eq!(of_due(due), format!(",\"due\":{told}"), "{due}");
    }
}

#[test]
fn every_date_that_is_none_is_refused_with_its_rule() {
    let mut all = String::new();
    for due in NO_DATES {
        let _ = writeln!(all, "{due}\n    {}", of_due(due));
    }
    insta::assert_snapshot!(all);
}

fn pair(start: &str, due: &str) -> String {
    told(&format!(
        r#"{{"title": "x", "start": "{start}", "due": "{due}"}}"#
    ))
}

#[test]
fn a_start_fits_its_due() {
    for (start, due) in PAIRS {
        let told = pair(start, due);
        assert!(told.contains("\"start\""), "{start}, {due}: {told}");
    }
    let mut all = String::new();
    for (start, due) in NO_PAIRS {
        let _ = writeln!(all, "{start} to {due}\n    {}", pair(start, due));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn dates_sort_by_the_clock_and_a_day_before_its_times() {
    let sorted = [
        "2026-12-01",
        "2026-12-01T09:00:00",
        "2026-12-01T09:00:00[America/New_York]",
        "2026-12-01T09:00:00[Europe/Berlin]",
        "2026-12-01T09:00:01[America/New_York]",
        "2026-12-02",
    ];
    let dates = sorted.map(|text| When::stored(text.to_owned()));
    assert!(dates.is_sorted());
}

#[test]
fn tags_are_normalised_and_in_order() {
    let longest = "é".repeat(64);
    let tags = format!(r#"[" b ", "a", "B", "e\u0301", "é", "a", "🎉", "\uffff", "{longest}"]"#);
    let told = told(&format!(r#"{{"title": "x", "tags": {tags}}}"#));
    let wanted = format!(
        r#","tags":["B","a","b","é","{longest}","{}","🎉"]"#,
        '\u{ffff}'
    );
    assert_eq!(told, wanted);
}

#[test]
fn references_and_metadata_are_kept() {
    let references =
        r#"[{"source":"z","external_id":" 1 ","url":"app:x?y"},{"source":"a","external_id":"1"}]"#;
    let with_more = references.replace("}]", ",\"title\": null, \"more\": 1}]");
    let body = format!(
        r#"{{"title": "x", "references": {with_more}, "metadata": {{"b": 1.50, "a": [null]}}}}"#
    );
    let wanted = format!(r#","references":{references},"metadata":{{"a":[null],"b":1.5}}"#);
    assert_eq!(told(&body), wanted);
    let large = format!(
        r#"{{"title": "x", "metadata": {{"a": "{}"}}}}"#,
        "m".repeat(4088)
    );
    assert!(told(&large).contains("mmm"));
}

#[test]
fn every_other_bad_value_is_refused_with_its_rule() {
    let mut all = String::new();
    for (name, value) in bad_values() {
        let short: String = value.chars().take(70).collect();
        let told = told(&body_with(name, &value));
        let _ = writeln!(all, "{name}: {short}\n    {told}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_patch_merges_objects_and_tags() {
    let mut content =
        Content::parsed(r#"{"title": "x", "tags": ["b"], "metadata": {"a": {"b": 1, "c": 2}}}"#);
    let now = Timestamp::from_micros(1);
    let mut obey = |patch: &Patch| {
        let before = content.obey(patch, now);
        (before, content.clone())
    };
    let metadata = |content: &Content| content.metadata.as_ref().map(|it| it.as_json().to_owned());
    for (patch, wanted) in [
        ("{}", Some(r#"{"a":{"b":1,"c":2}}"#)),
        (
            r#"{"a": {"b": null, "d": {"e": null}}}"#,
            Some(r#"{"a":{"c":2,"d":{}}}"#),
        ),
        (r#"{"a": 1}"#, Some(r#"{"a":1}"#)),
        (r#"{"a": null}"#, None),
        (r#"{"a": null, "b": [null]}"#, Some(r#"{"b":[null]}"#)),
        ("null", None),
    ] {
        let (_, after) = obey(&Patch::parsed(&format!(r#"{{"metadata": {patch}}}"#)));
        assert_eq!(metadata(&after).as_deref(), wanted, "{patch}");
    }
    let full = Patch::parsed(&format!(
        r#"{{"metadata": {{"a": "{}"}}}}"#,
        "m".repeat(4000)
    ));
    assert!(obey(&full).0.is_ok());
    let more = Patch::parsed(&format!(
        r#"{{"metadata": {{"b": "{}"}}}}"#,
        "m".repeat(100)
    ));
    insta::assert_snapshot!(
        obey(&more).0.unwrap_err().rule,
        @"metadata must be at most 4 KiB of JSON, with what is there"
    );

    let tags = |json: &str| {
        Patch::parsed(&format!(r#"{{"tags": {json}}}"#))
            .tags
            .unwrap()
    };
    let (obeyed, after) = obey(&Patch::tag(tags(r#"["c", "a"]"#)));
    assert_eq!(obeyed, Ok(()));
    assert_eq!(after.tags, tags(r#"["a", "b", "c"]"#));
    let (_, after) = obey(&Patch::untag(tags(r#"["b", "x"]"#)));
    assert_eq!(after.tags.as_slice(), ["a", "c"]);
    let many: Vec<_> = (0..49).map(|number| number.to_string()).collect();
    let many = Patch::tag(tags(&serde_json::to_string(&many).unwrap()));
    insta::assert_snapshot!(
        obey(&many).0.unwrap_err().rule,
        @"tags must be at most 50, with those that the task has"
    );
}

#[test]
fn what_was_replaced_is_read_back_whatever_the_rules_are() {
    let before = r#"{"completed_at":null,"due":{"local":"2026-12-01T09:00:00","zone":"Europe/Bonn"},"tags":null,"references":[{"source":"","external_id":"1"}],"metadata":{"a":0.1}}"#;
    let patch = Patch::stored(before).unwrap();
    let mut json = Vec::new();
    patch.write(&mut json);
    assert_eq!(String::from_utf8(json).unwrap(), before);
}
