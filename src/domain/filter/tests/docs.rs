//! The worked filters of `docs/filter.md`: what stands there is what comes out.

use super::super::Filter;
use super::sample::{Sample, moment};

const PAGE: &str = include_str!("../../../../docs/filter.md");

fn block(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// The rows of the table: the filter and the titles that it selects.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let (_, worked) = PAGE.split_once("## Thirty worked filters").unwrap();
    worked
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| {
            let (filter, rest) = line.split_once("` |")?;
            let cell = rest.split('|').next()?.trim();
            let titles = cell.split(", ").filter(|title| *title != "—").collect();
            Some((filter, titles))
        })
        .collect()
}

#[test]
fn the_worked_filters_select_what_the_page_says() {
    let tasks: Vec<Sample> = serde_json::from_str(block("json")).unwrap();
    let moment = moment("2026-11-28T10:00:00Z", "Europe/Berlin");
    let rows = rows();
    assert!(rows.len() >= 30, "{} filters", rows.len());
    for (filter, titles) in rows {
        let selection = Filter::parse(filter)
            .unwrap_or_else(|mistake| panic!("{filter}: {mistake}"))
            .at(&moment);
        let found: Vec<&str> = tasks
            .iter()
            .filter(|task| selection.matches(*task))
            .map(|task| task.title.as_str())
            .collect();
        assert_eq!(found, titles, "{filter}");
    }
}
