//! Rules with the days that others say they give: the examples of RFC 5545, and what libical holds itself to.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::questions;

const RFC: &str = include_str!("tables/rfc5545.txt");
const LIBICAL: &str = include_str!("tables/libical.txt");

/// Where libical gives other days: their first day is in week 53 of 2026 and is no Thursday. `INTERVAL` counts from 2026 here;
/// there, from the year in which that day is, because it does not obey the rule.
const OTHER_IN_LIBICAL: [(&str, &str); 2] = [
    (
        "2027-01-03",
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TH;COUNT=1",
    ),
    (
        "2027-01-03",
        "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=5;BYDAY=TH;COUNT=1",
    ),
];

struct Row {
    start: &'static str,
    rule: &'static str,
    total: Option<usize>,
    dates: Vec<Date>,
    last: Option<Date>,
}

fn rows(table: &'static str) -> Vec<Row> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let date = |text: &str| text.parse().unwrap_or_else(|_| panic!("{line}: {text}"));
        Row {
            start: cells[0],
            rule: cells[1],
            total: cells[2].parse().ok(),
            dates: cells[3].split(' ').map(date).collect(),
            last: cells.get(4).map(|text| date(text)),
        }
    };
    lines.map(read).collect()
}

/// All rules with the beginnings of their first occurrences, without a zone.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = rows(RFC).into_iter().chain(rows(LIBICAL));
    rows.map(|row| (row.rule, row.start.trim_end_matches('Z')))
}

/// What a row says, if it is not what was found.
fn difference(row: &Row, zone: Option<&TimeZone>) -> Option<String> {
    let start = questions::start(row.start, zone);
    let first_obeys = row.dates[0] == start.date();
    let most = row.total.map_or(row.dates.len(), |total| total + 1);
    let days = questions::first(row.rule, &start, first_obeys, most);
    let days = days.unwrap_or_else(|fault| panic!("{}: {fault}", row.rule));
    let is_same = days.starts_with(&row.dates)
        && row.total.is_none_or(|total| days.len() == total)
        && row.last.is_none_or(|last| days.last() == Some(&last));
    (!is_same).then(|| format!("{} {}: {:?}", row.start, row.rule, &days))
}

#[test]
fn the_examples_of_the_standard_give_its_days() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let rows = rows(RFC);
    assert!(rows.len() >= 37, "{}", rows.len());
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| difference(row, Some(&zone)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libical_gives_the_same_days_but_for_those_that_are_explained() {
    let rows = rows(LIBICAL);
    assert!(rows.len() >= 70, "{}", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        let is_explained = OTHER_IN_LIBICAL
            .iter()
            .any(|(start, rule)| row.start.starts_with(start) && *rule == row.rule);
        match (difference(row, None), is_explained) {
            (Some(difference), false) => wrong.push(difference),
            (None, true) => wrong.push(format!("{} is not different any more", row.rule)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
