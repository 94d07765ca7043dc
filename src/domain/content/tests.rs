//! What is read into members and how it is told, and what is refused with which words.

use std::fmt::Write as _;

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
        Err(breach) => breach.rule.to_owned(),
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
    for (due, told) in [
        (r#""2026-12-01""#, r#"{"date":"2026-12-01"}"#),
        (
            r#"{"date": "2024-02-29", "zone": null}"#,
            r#"{"date":"2024-02-29"}"#,
        ),
        (
            r#""2026-12-01T09:00""#,
            r#"{"local":"2026-12-01T09:00:00"}"#,
        ),
        (
            r#""2026-12-01T09:00:30.000""#,
            r#"{"local":"2026-12-01T09:00:30"}"#,
        ),
        (
            r#"{"local": "2026-12-01T09:00"}"#,
            r#"{"local":"2026-12-01T09:00:00"}"#,
        ),
        (
            r#"{"zone": "europe/berlin", "local": "2026-12-01T09:00:00.0"}"#,
            r#"{"local":"2026-12-01T09:00:00","zone":"Europe/Berlin"}"#,
        ),
        (
            r#""2026-12-01T09:00:00.000Z""#,
            r#"{"local":"2026-12-01T09:00:00","zone":"Etc/UTC"}"#,
        ),
        (
            r#""2026-12-01T09:00+00:00""#,
            r#"{"local":"2026-12-01T09:00:00","zone":"Etc/UTC"}"#,
        ),
        (
            r#""2026-12-01T09:00:00[Asia/Calcutta]""#,
            r#"{"local":"2026-12-01T09:00:00","zone":"Asia/Calcutta"}"#,
        ),
        (
            r#""2026-12-01T09:00:00Z[UTC]""#,
            r#"{"local":"2026-12-01T09:00:00","zone":"UTC"}"#,
        ),
        (
            r#""2026-12-01T09:00:00+01:00[Europe/Berlin]""#,
            r#"{"local":"2026-12-01T09:00:00","zone":"Europe/Berlin"}"#,
        ),
        // Twice there: both offsets are right.
        (
            r#""2026-10-25T02:30:00+02:00[!Europe/Berlin]""#,
            r#"{"local":"2026-10-25T02:30:00","zone":"Europe/Berlin"}"#,
        ),
        (
            r#""2026-10-25T02:30:00+01:00[Europe/Berlin]""#,
            r#"{"local":"2026-10-25T02:30:00","zone":"Europe/Berlin"}"#,
        ),
        // Never there: kept as it was written.
        (
            r#""2026-03-29T02:30:00[Europe/Berlin]""#,
            r#"{"local":"2026-03-29T02:30:00","zone":"Europe/Berlin"}"#,
        ),
        // Offsets of old had seconds; they are written without.
        (
            r#""1880-01-01T00:00:00+00:53[Europe/Berlin]""#,
            r#"{"local":"1880-01-01T00:00:00","zone":"Europe/Berlin"}"#,
        ),
        (
            r#"{"local": "9999-12-31T23:59:59", "zone": "Pacific/Niue"}"#,
            r#"{"local":"9999-12-31T23:59:59","zone":"Pacific/Niue"}"#,
        ),
    ] {
        assert_eq!(of_due(due), format!(",\"due\":{told}"), "{due}");
    }
}

#[test]
fn every_date_that_is_none_is_refused_with_its_rule() {
    let mut all = String::new();
    for due in [
        "1",
        "true",
        "[]",
        "{}",
        r#""""#,
        r#""tomorrow""#,
        r#""2026-12-1""#,
        r#""2026-02-29""#,
        r#""0000-01-01""#,
        r#""+12026-01-01""#,
        r#""2026-12-01 09:00""#,
        r#""2026-12-01T9:00""#,
        r#""2026-12-01T24:00""#,
        r#""2026-12-01T09:00:60""#,
        r#""2026-12-01T09:00:00.5Z""#,
        r#""2026-12-01T09:00:00.""#,
        r#""2026-12-01T09:00:00z""#,
        r#""2026-12-01T09:00:00+01:00""#,
        r#""2026-12-01T09:00:00-00:00""#,
        r#""2026-12-01T09:00:00+0100""#,
        r#""2026-12-01T09:00:00+02:00[Europe/Berlin]""#,
        r#""2026-12-01T09:00:00Z[Europe/Berlin]""#,
        r#""2026-03-29T02:30:00+02:00[Europe/Berlin]""#,
        r#""2026-12-01T09:00:00[Europe/Bonn]""#,
        r#""2026-12-01T09:00:00[Europe/Berlin""#,
        r#""2026-12-01T09:00:00[Europe/Berlin][u-ca=hebrew]""#,
        r#""2026-12-01[Europe/Berlin]""#,
        r#"{"date": 1}"#,
        r#"{"date": "2026-12-01T09:00"}"#,
        r#"{"date": "2026-12-01", "local": "2026-12-01T09:00"}"#,
        r#"{"date": "2026-12-01", "zone": "Europe/Berlin"}"#,
        r#"{"local": "2026-12-01"}"#,
        r#"{"local": "2026-12-01T09:00Z"}"#,
        r#"{"local": "2026-12-01T09:00", "zone": "+01:00"}"#,
        r#"{"local": "2026-12-01T09:00", "zone": ""}"#,
        r#"{"local": "2026-12-01T09:00", "zone": "Etc/Unknown"}"#,
        r#"{"local": "2026-12-01T09:00", "zone": "Factory"}"#,
        r#"{"local": "2026-12-01T09:00", "zone": 1}"#,
        r#"{"zone": "Europe/Berlin"}"#,
        r#"{"date": "2026-12-01", "date": "2026-12-01"}"#,
    ] {
        let _ = writeln!(all, "{due}\n    {}", of_due(due));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_start_fits_its_due() {
    let pair = |start: &str, due: &str| {
        told(&format!(
            r#"{{"title": "x", "start": "{start}", "due": "{due}"}}"#
        ))
    };
    for (start, due) in [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T09:00", "2026-12-01T09:00"),
        // 02:30 is 03:30 there and then, but 01:59 comes before it.
        (
            "2026-03-29T01:59[Europe/Berlin]",
            "2026-03-29T02:30[Europe/Berlin]",
        ),
    ] {
        let told = pair(start, due);
        assert!(told.contains("\"start\""), "{start}, {due}: {told}");
    }
    let mut all = String::new();
    for (start, due) in [
        ("2026-12-02", "2026-12-01"),
        ("2026-12-01T09:01", "2026-12-01T09:00"),
        ("2026-12-01T09:00:01Z", "2026-12-01T09:00Z"),
        (
            "2026-03-29T02:30[Europe/Berlin]",
            "2026-03-29T03:15[Europe/Berlin]",
        ),
        ("2026-12-01", "2026-12-01T09:00"),
        ("2026-12-01T09:00", "2026-12-01T09:00Z"),
        ("2026-12-01T09:00[UTC]", "2026-12-01T09:00Z"),
        (
            "2026-12-01T09:00[Asia/Calcutta]",
            "2026-12-01T09:00[Asia/Kolkata]",
        ),
    ] {
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
    let many = |count: usize, item: &dyn Fn(usize) -> String| {
        let items: Vec<_> = (0..count).map(item).collect();
        format!("[{}]", items.join(","))
    };
    let reference = |more: &str| format!(r#"[{{"source": "a", "external_id": "1"{more}}}]"#);
    let url = |url: &str| reference(&format!(r#", "url": "{url}""#));
    let cases = [
        ("priority", "0".to_owned()),
        ("priority", "10".to_owned()),
        ("priority", "1.5".to_owned()),
        ("priority", "\"1\"".to_owned()),
        ("tags", "\"home\"".to_owned()),
        ("tags", "[1]".to_owned()),
        ("tags", "[\" \"]".to_owned()),
        ("tags", "[\"a\\u0000\"]".to_owned()),
        ("tags", "[\"\\ud800\"]".to_owned()),
        ("tags", format!("[\"{}\"]", "é".repeat(65))),
        ("tags", many(51, &|number| format!("\"{number}\""))),
        ("references", "{}".to_owned()),
        ("references", "[null]".to_owned()),
        ("references", "[{\"source\": \"a\"}]".to_owned()),
        (
            "references",
            "[{\"source\": \"\", \"external_id\": \"1\"}]".to_owned(),
        ),
        (
            "references",
            "[{\"source\": \"a\", \"external_id\": 1}]".to_owned(),
        ),
        (
            "references",
            "[{\"source\": \"a\", \"external_id\": \"\"}]".to_owned(),
        ),
        (
            "references",
            "[{\"source\": \"a\", \"external_id\": \"\\u0000\"}]".to_owned(),
        ),
        (
            "references",
            many(2, &|_| r#"{"source": "a", "external_id": "1"}"#.to_owned()),
        ),
        (
            "references",
            many(11, &|number| {
                format!(r#"{{"source": "a", "external_id": "{number}"}}"#)
            }),
        ),
        ("references", reference(", \"source\": \"b\"")),
        (
            "references",
            reference(&format!(", \"title\": \"{}\"", "t".repeat(201))),
        ),
        ("references", url("example.com")),
        ("references", url("https://")),
        ("references", url("JavaScript:alert(1)")),
        ("references", url("java\\nscript:alert(1)")),
        ("references", url(" javascript:alert(1)")),
        ("references", url("data:text/html,x")),
        ("references", url("file:///etc/passwd")),
        (
            "references",
            url(&format!("https://example.com/{}", "u".repeat(481))),
        ),
        ("metadata", "[]".to_owned()),
        ("metadata", "\"a\"".to_owned()),
        ("metadata", "{\"a\": [\"\\u0000\"]}".to_owned()),
        ("metadata", "{\"a\": 1e999}".to_owned()),
        ("metadata", format!("{{\"a\": \"{}\"}}", "m".repeat(4089))),
    ];
    let mut all = String::new();
    for (name, value) in cases {
        let short: String = value.chars().take(70).collect();
        let told = told(&format!(r#"{{"title": "x", "{name}": {value}}}"#));
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
