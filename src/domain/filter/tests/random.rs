//! Random filters over random tasks: the answers are written down for the client, and what SQL may say about them is
//! never less. `TICKBOX_FILTER_VECTORS=FILE` writes them there (`TICKBOX_FILTER_CASES`, `TICKBOX_FILTER_SEED`: how many
//! and which); without it, the committed ones are compared.

use std::fmt::Write as _;

use super::super::{
    Bound, Comparison, Condition, Field, Filter, Sorting, Subject, TaskDate, Value,
};
use super::sample::{Sample, moment, time};

mod dice;
mod words;

use self::dice::Dice;

const COMMITTED: &str = include_str!("../../../../tests/vectors/filter_random.json");
const TASKS: usize = 40;

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var_os(name)?;
    Some(text.to_str().unwrap().parse().unwrap())
}

#[test]
fn random_filters_select_what_was_written_down_and_sql_never_less() {
    let file = std::env::var_os("TICKBOX_FILTER_VECTORS");
    let (cases, seed) = match &file {
        Some(_) => (
            setting("TICKBOX_FILTER_CASES"),
            setting("TICKBOX_FILTER_SEED"),
        ),
        None => (None, None),
    };
    let text = vectors(cases.unwrap_or(400), seed.unwrap_or(14));
    match file {
        Some(file) => std::fs::write(file, text).unwrap(),
        None => assert!(
            text == COMMITTED,
            "write tests/vectors/filter_random.json anew"
        ),
    }
}

fn vectors(cases: u64, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let tasks: Vec<Sample> = (0..TASKS).map(|_| words::task(&mut dice)).collect();
    let mut text = String::from("{\n\"tasks\": [\n");
    let lines = |text: &mut String, lines: Vec<String>| text.push_str(&lines.join(",\n"));
    let written = tasks
        .iter()
        .map(|task| serde_json::to_string(task).unwrap());
    lines(&mut text, written.collect());
    text.push_str("\n],\n\"cases\": [\n");
    lines(
        &mut text,
        (0..cases).map(|_| case(&mut dice, &tasks)).collect(),
    );
    text.push_str("\n],\n\"orders\": [\n");
    lines(
        &mut text,
        (0..cases / 10).map(|_| order(&mut dice, &tasks)).collect(),
    );
    text.push_str("\n]\n}\n");
    text
}

fn case(dice: &mut Dice, tasks: &[Sample]) -> String {
    let mut filter = words::filter(dice, 3);
    if dice.below(8) == 0 {
        filter = words::spoilt(dice, &filter);
    }
    let mut line = format!("{{\"filter\":{}", serde_json::to_string(&filter).unwrap());
    match Filter::parse(&filter) {
        Err(mistake) => {
            let expected = serde_json::to_string(&mistake.expected).unwrap();
            write!(
                line,
                ",\"column\":{},\"expected\":{expected}}}",
                mistake.column
            )
            .unwrap();
        }
        Ok(parsed) => {
            let (now, zone) = (words::now(dice), words::zone(dice));
            let selection = parsed.at(&moment(&now, zone));
            let selected = (0..TASKS).filter(|index| selection.matches(&tasks[*index]));
            let selected: Vec<usize> = selected.collect();
            let narrowed = selection.narrowed();
            for (index, task) in tasks.iter().enumerate() {
                let (left, wanted) = (holds(&narrowed.condition, task), selected.contains(&index));
                assert!(left || !wanted, "{filter}: SQL loses {task:?}");
                let certain = holds(&narrowed.certain, task);
                assert!(!certain || wanted, "{filter}: SQL keeps {task:?}");
            }
            write!(
                line,
                ",\"now\":\"{now}\",\"zone\":\"{zone}\",\"selected\":{selected:?}}}"
            )
            .unwrap();
        }
    }
    line
}

fn order(dice: &mut Dice, tasks: &[Sample]) -> String {
    let order_by = words::order_by(dice);
    let sorting = Sorting::parse(&order_by).unwrap();
    let mut sorted: Vec<usize> = (0..TASKS).collect();
    sorted.sort_by(|a, b| sorting.compare(&tasks[*a], &tasks[*b]));
    format!("{{\"order_by\":\"{order_by}\",\"sorted\":{sorted:?}}}")
}

/// What an engine would say: a comparison with NULL is not true.
fn holds(condition: &Condition, task: &Sample) -> bool {
    let is_there = |field: Field| match field {
        Field::Tags | Field::ExternalId => task.texts(field).next().is_some(),
        field => task.value(field).is_some(),
    };
    match condition {
        Condition::Always => true,
        Condition::All(all) => all.iter().all(|condition| holds(condition, task)),
        Condition::Any(any) => any.iter().any(|condition| holds(condition, task)),
        Condition::Has(field) => is_there(*field),
        Condition::Lacks(field) => !is_there(*field),
        Condition::Contains(field, text) => task.texts(*field).any(|own| own == text),
        Condition::ContainsNot(field, text) => task.texts(*field).all(|own| own != text),
        Condition::Compare(field, how, bound) => compares(task, *field, *how, bound),
        Condition::Zoned(field, zoned) => match task.value(*field) {
            Some(Value::Date(TaskDate::Zoned(..))) => *zoned,
            Some(_) => !zoned,
            None => false,
        },
        Condition::Written(field, how, text) => {
            let when = if *field == Field::Due {
                &task.due
            } else {
                &task.start
            };
            let wall = when.as_ref().map(super::sample::Written::wall);
            wall.is_some_and(|wall| how.holds(wall.as_str().cmp(text)))
        }
        Condition::Folded(field, how, text) => match task.value(*field) {
            Some(Value::Text(own)) => {
                !own.is_ascii() || how.holds(own.to_ascii_lowercase().cmp(text))
            }
            _ => false,
        },
        Condition::Mentions(field, word) => {
            let own: Vec<&str> = match task.value(*field) {
                Some(Value::Text(own)) => vec![own],
                _ if *field == Field::Text => {
                    let description = task.description.as_deref().unwrap_or_default();
                    let texts = [task.title.as_str(), description].into_iter();
                    texts.chain(task.texts(Field::Tags)).collect()
                }
                _ => Vec::new(),
            };
            let own = own.join(" ").to_ascii_lowercase();
            let found = word.as_ref().is_some_and(|word| own.contains(word));
            !own.is_ascii() || found
        }
    }
}

fn compares(task: &Sample, field: Field, how: Comparison, bound: &Bound) -> bool {
    let text = match field {
        Field::Order => task.order.clone(),
        Field::Due => task.due.as_ref().map(super::sample::Written::wall),
        Field::Start => task.start.as_ref().map(super::sample::Written::wall),
        _ => None,
    };
    let order = match (task.value(field), bound) {
        (Some(Value::Flag(own)), Bound::Flag(bound)) => own.cmp(bound),
        (Some(Value::Number(own)), Bound::Number(bound)) => own.cmp(bound),
        (Some(Value::Time(own)), Bound::Time(bound)) => own.cmp(bound),
        (Some(Value::Id(own)), Bound::Id(bound)) => own.cmp(bound),
        (Some(Value::Text(_) | Value::Date(_)), Bound::Text(bound)) => {
            text.unwrap().as_str().cmp(bound)
        }
        (None, _) => return false,
        other => panic!("{field:?} is compared with the wrong kind: {other:?}"),
    };
    how.holds(order)
}

#[test]
fn the_moments_of_samples_are_microseconds() {
    assert_eq!(time("1970-01-01T00:00:00.000001Z").as_micros(), 1);
}
