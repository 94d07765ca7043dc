//! `tests/vectors/filter.json`: cases thought of by people, each with its answer.

use serde::Deserialize;

use super::super::{Filter, Sorting};
use super::sample::{Sample, moment};

const VECTORS: &str = include_str!("../../../../tests/vectors/filter.json");

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    mistakes: Vec<Wrong>,
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Case {
    filter: String,
    task: serde_json::Map<String, serde_json::Value>,
    now: String,
    zone: String,
    matches: bool,
}

#[derive(Deserialize)]
struct Wrong {
    filter: String,
    column: usize,
    expected: String,
}

#[derive(Deserialize)]
struct Order {
    order_by: String,
    tasks: Vec<serde_json::Map<String, serde_json::Value>>,
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

/// A plain task with other members.
fn sample(members: &serde_json::Map<String, serde_json::Value>) -> Sample {
    let mut task = serde_json::json!({
        "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
        "title": "title", "description": null, "completed": false,
        "created_at": "2026-11-23T07:25:24.448926Z", "updated_at": "2026-11-23T07:25:24.448926Z",
    });
    task.as_object_mut().unwrap().extend(members.clone());
    serde_json::from_value(task).unwrap()
}

#[test]
fn filters_select_what_people_expect() {
    for case in vectors().cases {
        let filter = Filter::parse(&case.filter).unwrap();
        let selection = filter.at(&moment(&case.now, &case.zone));
        let found = selection.matches(&sample(&case.task));
        assert_eq!(found, case.matches, "{} {:?}", case.filter, case.task);
    }
}

#[test]
fn mistakes_are_named_with_their_column() {
    for Wrong {
        filter,
        column,
        expected,
    } in vectors().mistakes
    {
        let mistake = Filter::parse(&filter).unwrap_err();
        assert_eq!(
            (mistake.column, &*mistake.expected),
            (column, &*expected),
            "{filter}"
        );
    }
}

#[test]
fn tasks_come_in_the_order_that_is_asked_for() {
    for Order { order_by, tasks } in vectors().orders {
        let sorting = Sorting::parse(&order_by).unwrap();
        let tasks: Vec<Sample> = tasks.iter().map(sample).collect();
        let sorted = tasks.is_sorted_by(|a, b| sorting.compare(a, b).is_lt());
        assert!(sorted, "{order_by}");
        let back: Vec<&Sample> = tasks.iter().rev().collect();
        assert!(
            back.is_sorted_by(|a, b| sorting.compare(*a, *b).is_gt()),
            "{order_by}"
        );
    }
}
