//! What bounds a filter, and what a mistake says.

use proptest::prelude::*;

use super::super::{DependsOn, Filter, Mistake, Sorting};

fn mistake(filter: &str) -> String {
    Filter::parse(filter).unwrap_err().to_string()
}

#[test]
fn a_filter_has_at_most_1000_bytes() {
    let fits = format!("text:\"{}\"", "é".repeat(496));
    assert!(fits.len() == 999 && Filter::parse(&fits).is_ok());
    let long = format!("text:\"{}\"", "é".repeat(497));
    assert_eq!(mistake(&long), "column 504: expected at most 1000 bytes");
}

#[test]
fn parentheses_nest_at_most_8_deep() {
    let nested = |depth: usize| format!("{}milk{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(8)).is_ok());
    assert_eq!(
        mistake(&nested(9)),
        "column 9: expected at most 8 levels of parentheses"
    );
}

#[test]
fn a_filter_has_at_most_20_terms() {
    let terms = |count: usize| vec!["priority = 1"; count].join(" OR ");
    assert!(Filter::parse(&terms(20)).is_ok());
    assert_eq!(mistake(&terms(21)), "column 321: expected at most 20 terms");
    assert!(Filter::parse(&vec!["milk"; 21].join(" ")).is_err());
}

#[test]
fn what_an_answer_depends_on_is_known() {
    for (filter, wanted) in [
        ("completed = false milk", DependsOn::Nothing),
        ("due <= today()", DependsOn::Day),
        ("due = 2026-12-01", DependsOn::Day),
        (
            "completed = true OR NOT (due < today() OR start < now())",
            DependsOn::Moment,
        ),
    ] {
        assert_eq!(
            Filter::parse(filter).unwrap().depends_on(),
            wanted,
            "{filter}"
        );
    }
}

#[test]
fn an_order_has_at_most_three_fields_each_once() {
    assert!(Sorting::parse("due, priority desc,title asc").is_ok());
    assert!(Sorting::parse("  ").unwrap().keys().is_empty());
    for (text, wanted) in [
        ("due,", 5),
        ("due desc x", 10),
        ("due down", 5),
        ("due, tags", 6),
        ("due, due", 6),
        ("due,start,title,order", 17),
        (",", 1),
    ] {
        let Mistake { column, .. } = Sorting::parse(text).unwrap_err();
        assert_eq!(column, wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_stops_the_reader(text in "[ -~é]{0,60}") {
        if let Err(mistake) = Filter::parse(&text) {
            prop_assert!(mistake.column <= text.chars().count() + 1, "{text} {mistake}");
        }
        let _ = Sorting::parse(&text);
    }

    #[test]
    fn no_row_of_words_stops_the_reader(words in prop::collection::vec(prop::sample::select(vec![
        "due", "tags", "text", "<", "<=", ":", "=", "!=", "AND", "OR", "NOT", "-", "(", ")", "*", "\"",
        "today()", "now()", "+", "days(1)", "days(", ",", "2026-12-01", "2026-12-01T09:00:00Z", " ", "\\",
    ]), 0..25)) {
        let text = words.join(if words.len() % 2 == 0 { " " } else { "" });
        if let Err(mistake) = Filter::parse(&text) {
            prop_assert!(mistake.column <= text.chars().count() + 1, "{text} {mistake}");
        }
    }
}
