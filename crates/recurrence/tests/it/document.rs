//! `docs/recurrence.md`: the rules that stand there are rules, in their one form, and their days are those that come out.

use jiff::civil::Date;
use tickbox_recurrence::{MOST_WORK, Rule, Series, Start};

const PAGE: &str = include_str!("../../../../docs/recurrence.md");

/// The cells of rows, without their backticks.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix('|'));
    rows.map(|row| {
        row.split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect()
    })
}

#[test]
fn the_worked_rules_give_the_days_that_the_page_says() {
    let mut worked = 0;
    for row in rows().filter(|row| row.len() == 5 && row[1].starts_with("FREQ=")) {
        worked += 1;
        let rule = Rule::parse(row[1]).unwrap();
        let first: Date = row[2].parse().unwrap();
        let series = Series::new(&rule, &Start::Day(first), &[]).unwrap();
        let days: Vec<String> = series
            .after(first, 5)
            .unwrap()
            .iter()
            .map(Date::to_string)
            .collect();
        assert_eq!(days.join(", "), row[3], "{rule}");
        assert!(series.after(first, 5).unwrap().len() == 5 || rule.count() == Some(5));
    }
    assert!(worked >= 23, "{worked}");
}

#[test]
fn every_rule_of_the_page_is_one_in_its_one_form() {
    let spans = PAGE.split('`').skip(1).step_by(2);
    let rules: Vec<&str> = spans.filter(|span| span.starts_with("FREQ=")).collect();
    assert!(rules.len() > 50, "{}", rules.len());
    for text in rules {
        let rule = Rule::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        assert_eq!(rule.to_string(), text);
    }
}

#[test]
fn what_the_page_repeats_of_mistakes_and_bounds_is_so() {
    let mistake = Rule::parse("FREQ=DAILY;BYMONTH=13").unwrap_err();
    let fault = tickbox_recurrence::Fault::NeverHappens;
    for said in [mistake.to_string(), fault.to_string(), "25,000".to_owned()] {
        assert!(PAGE.contains(&said), "{said}");
    }
    assert_eq!(MOST_WORK, 25_000);
}
