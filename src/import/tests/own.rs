//! Our own format.

use super::*;

const HEAD: &str = "{\"kind\": \"tickbox\", \"version\": 1}\n";

pub(super) fn file() -> String {
    format!(
        "\u{feff}{HEAD}\r\n{}\n{}\n",
        r#"{"kind":"list","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398e","name":"Home","order":"a1","archived":true,"open_count":3,
"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z","version":7}"#
            .replace('\n', ""),
        r#"{"user_id":"bob","kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f","title":"x","completed":true,
"completed_at":"2026-01-02T00:00:00Z","order":"a0V","created_at":"2026-01-01T00:00:00.5Z","deleted_at":"2026-01-03T00:00:00Z"}"#
            .replace('\n', ""),
    )
}

#[test]
fn lines_are_read_as_they_are_told() {
    insta::assert_snapshot!(told(Format::Tickbox, file(), None));
}

#[test]
fn a_line_that_breaks_a_rule_is_named_and_the_others_are_read() {
    let lines = [
        r#"{"kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f","title":" "}"#,
        r#"{"kind":"task","title":"without an id"}"#,
        r#"{"kind":"task","id":"1","title":"x","due":"tomorrow"}"#,
        r#"{"kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f","title":"x","created_at":"-000001-01-01T00:00:00Z"}"#,
        r#"{"kind":"#,
        "[1]",
        r#"{"kind":"habit"}"#,
        r#"{"title":"x"}"#,
        r#"{"kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c073980","title":"good"}"#,
    ];
    let text = format!("{HEAD}{}", lines.join("\n"));
    insta::assert_snapshot!(told(Format::Tickbox, text, None));
    let long = format!(
        "{HEAD}{{\"kind\":\"task\",\"title\":\"{}\"}}\n",
        "x".repeat(300_000)
    );
    insta::assert_snapshot!(told(Format::Tickbox, long, None));
}

#[test]
fn another_file_is_refused_with_its_line() {
    for (text, says) in [
        ("", "Wrong { line: 1, message: \"must begin with"),
        (
            "\n\n{\"kind\":\"task\"}",
            "Wrong { line: 3, message: \"must begin with",
        ),
        ("[]", "Wrong { line: 1, message: \"must begin with"),
        (
            "TYPE,CONTENT\n",
            "Unreadable { line: 1, message: \"is not JSON",
        ),
        ("\n\u{fffd}", "Unreadable { line: 2, message: \"is not JSON"),
        (
            "{\"kind\":\"tickbox\",\"version\":2}\n",
            "Wrong { line: 1, message: \"has version 2, and only 1 is known",
        ),
    ] {
        let told = told(Format::Tickbox, text, None);
        assert!(told.starts_with(says), "{text}: {told}");
    }
}
