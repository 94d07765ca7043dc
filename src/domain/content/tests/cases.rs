//! Good and bad values of members, as JSON.

/// As they are written, and as they are told.
pub(super) const DATES: &[(&str, &str)] = &[
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
];

pub(super) const NO_DATES: &[&str] = &[
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
];

pub(super) const PAIRS: &[(&str, &str)] = &[
    ("2026-12-01", "2026-12-01"),
    ("2026-12-01T09:00", "2026-12-01T09:00"),
    // 02:30 is 03:30 there and then, but 01:59 comes before it.
    (
        "2026-03-29T01:59[Europe/Berlin]",
        "2026-03-29T02:30[Europe/Berlin]",
    ),
];

pub(super) const NO_PAIRS: &[(&str, &str)] = &[
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
];

/// A task that says nothing else but its title.
pub(super) fn body_with(name: &str, value: &str) -> String {
    let title = if name == "title" {
        ""
    } else {
        r#""title": "x", "#
    };
    format!(r#"{{{title}"{name}": {value}}}"#)
}

/// Members and values that they do not take.
pub(super) fn bad_values() -> Vec<(&'static str, String)> {
    let mut all = bad_members();
    all.extend(bad_recurrences().map(|json| ("recurrence", json)));
    all
}

fn many(count: usize, item: &dyn Fn(usize) -> String) -> String {
    let items: Vec<_> = (0..count).map(item).collect();
    format!("[{}]", items.join(","))
}

fn bad_recurrences() -> impl Iterator<Item = String> {
    let more = |more: &str| format!(r#"{{"rule": "FREQ=DAILY", {more}}}"#);
    let rule = |rule: &str| format!(r#"{{"rule": "{rule}"}}"#);
    let long = many(367, &|_| r#""2026-12-01""#.to_owned());
    let all = vec![
        r#""FREQ=DAILY""#.to_owned(),
        "{}".to_owned(),
        r#"{"rule": 1}"#.to_owned(),
        rule(""),
        rule("FREQ=HOURLY"),
        rule("FREQ=DAILY;BYHOUR=9"),
        rule("FREQ=DAILY;X=1"),
        more(r#""from": "start""#),
        more(r#""from": 1"#),
        more(r#""exclude": "2026-12-01""#),
        more(r#""exclude": [20261201]"#),
        more(r#""exclude": ["2026-02-29"]"#),
        more(&format!(r#""exclude": {long}"#)),
    ];
    all.into_iter()
}

fn bad_members() -> Vec<(&'static str, String)> {
    let reference = |more: &str| format!(r#"[{{"source": "a", "external_id": "1"{more}}}]"#);
    let url = |url: &str| reference(&format!(r#", "url": "{url}""#));
    vec![
        ("title", "1".to_owned()),
        ("title", "null".to_owned()),
        ("title", "\"\"".to_owned()),
        ("title", "\" \\u2003\"".to_owned()),
        ("title", "\"\\u200b\\u3164\"".to_owned()),
        ("title", "\"a\\u0000\"".to_owned()),
        ("title", "\"\\ud800\"".to_owned()),
        ("title", format!("\"{}\"", "🎉".repeat(201))),
        ("description", "7".to_owned()),
        ("description", "\"\\u0000\"".to_owned()),
        ("description", "\"\\udc00\"".to_owned()),
        ("description", format!("\"{}\"", "é".repeat(2001))),
        ("completed", "\"true\"".to_owned()),
        ("completed", "1".to_owned()),
        ("completed", "null".to_owned()),
        ("list_id", "1".to_owned()),
        ("list_id", "\"inbox\"".to_owned()),
        ("parent_id", "\"01990f3e-8a5c-7cc3-98c4\"".to_owned()),
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
    ]
}

/// Lists, good and bad.
pub(super) const LISTS: &[&str] = &[
    r##"{"name": " Home ", "color": "#1E90ff", "archived": true, "metadata": {"a": 1}}"##,
    r#"{"name": "x", "color": null, "archived": null, "metadata": {}}"#,
    r#"{"name": ""}"#,
    r#"{"name": null}"#,
    r#"{"name": "\u200b"}"#,
    r##"{"name": "x", "color": "#1e90f"}"##,
    r#"{"name": "x", "color": "red"}"#,
    r#"{"name": "x", "color": 1}"#,
    r#"{"name": "x", "archived": "true"}"#,
    r#"{"name": "x", "metadata": []}"#,
    r#"{"name": " ", "color": "", "archived": 0}"#,
];
