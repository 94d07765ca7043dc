//! What is asked of the statements of filters: that each names the space for every table, and has no value in its text.

use super::*;
use crate::domain::filter::{Filter, Mark, Moment, SortKey, Sorting};
use crate::domain::{ListScope, TaskId, Timestamp};
use crate::store::dialect::Dialect;
use crate::store::row::Value;

const FILTERS: [&str; 14] = [
    "",
    "secret",
    "completed = true",
    "completed = false AND due <= today()",
    "due = 2026-11-11T11:11:11Z OR start > 2026-11-11",
    "due != 2026-11-11 AND due:*",
    "priority <= 2 AND priority != 1",
    "tags:secret",
    "tags:secret AND NOT tags:другой AND completed = false",
    "references.external_id = secret",
    "tags:secret secret",
    "title = secret OR description > secret OR order < secret",
    "id = 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f OR NOT list_id:*",
    "created_at > 2026-11-11 AND NOT updated_at < 2026-11-11 AND completed_at:*",
];
const ORDERS: [&str; 5] = [
    "",
    "due, priority desc",
    "updated_at",
    "start desc, due",
    "title, order",
];

const READINGS: [Reading; 3] = [Reading::Sorted, Reading::TiesUnsorted, Reading::Found(10)];

/// All statements of all these questions.
pub(in crate::store) fn queries(dialect: &Dialect) -> Vec<(String, Query)> {
    let space = SpaceId::stored("secret");
    let moment = Moment::utc(Timestamp::from_micros(1_767_225_600_000_000));
    let mut queries = Vec::new();
    for filter in FILTERS {
        for order in ORDERS {
            for deleted in [false, true] {
                let shown = ListScope {
                    completed: None,
                    deleted,
                };
                let sorting = Sorting::parse(order).unwrap();
                let parsed = Filter::parse(filter).unwrap();
                let asked = Asked::new(shown, &parsed, sorting, &moment);
                let narrowed = asked.narrowed();
                let statements = Statements {
                    dialect,
                    space: &space,
                    asked: &asked,
                    narrowed: &narrowed,
                };
                let mut of_this = vec![
                    statements.count(),
                    statements.uncertain(),
                    statements.walk(Position::START, 10, Told::Account),
                ];
                if !is_walked(&asked, &narrowed) {
                    for phase in phases(&asked, &narrowed.condition) {
                        let place = place(&asked, phase);
                        for reading in READINGS {
                            of_this.push(statements.page(phase, None, (10, Told::Count), reading));
                            let next = (10, Told::Nothing);
                            of_this.push(statements.page(phase, Some(&place), next, reading));
                        }
                    }
                }
                let told = format!("{filter} by {order}");
                queries.extend(of_this.into_iter().map(|query| (told.clone(), query)));
            }
        }
    }
    queries
}

/// One in a phase, of which the last key has no value.
fn place(asked: &Asked, phase: Phase) -> Keyset {
    let keys = asked.sorting.keys();
    let mark = |(number, key): (usize, &SortKey)| match key.field {
        _ if number < phase.missing || number > phase.missing.max(1) => Mark::Missing,
        Field::Due | Field::Start | Field::Title | Field::Order => Mark::Text("secret".to_owned()),
        _ => Mark::Number(2026),
    };
    Keyset {
        marks: keys.iter().enumerate().map(mark).collect(),
        position: Position {
            created_at: Timestamp::from_micros(2026),
            id: TaskId(uuid::Uuid::from_u128(0xdc0c)),
        },
    }
}

#[test]
fn every_statement_names_the_space_for_each_table_and_binds_all_values() {
    for (dialect, space) in [
        (Dialect::postgres("s"), "space = $1"),
        (Dialect::sqlite(), "space = ?1"),
    ] {
        for (told, Query { text, values }) in queries(&dialect) {
            let tables = ["accounts", "tasks", "task_tags", "task_references"];
            let named: usize = tables
                .iter()
                .map(|table| {
                    let name = format!("{} ", dialect.table(table));
                    [" FROM ", " JOIN "]
                        .iter()
                        .map(|word| format!("{text} ").matches(&format!("{word}{name}")).count())
                        .sum::<usize>()
                })
                .sum();
            assert!(named > 0, "{told}: {text}");
            assert!(text.matches(space).count() >= named, "{told}: {text}");
            assert_eq!(values[0], Value::Text("secret".into()));
            for value in ["secret", "другой", "2026", "dc0c", "11:11"] {
                assert!(!text.contains(value), "{told}: {text}");
            }
            let last = dialect.parameter(values.len());
            let beyond = dialect.parameter(values.len() + 1);
            assert!(
                text.contains(&last) && !text.contains(&beyond),
                "{told}: {text}"
            );
        }
    }
}

#[test]
fn questions_of_the_same_shape_share_a_statement() {
    let dialect = Dialect::sqlite();
    let space = SpaceId::stored("somebody");
    let text = |filter: &str, day: i64| {
        let moment = Moment::utc(Timestamp::from_micros(day * 86_400_000_000));
        let sorting = Sorting::parse("due").unwrap();
        let filter = Filter::parse(filter).unwrap();
        let asked = Asked::new(ListScope::default(), &filter, sorting, &moment);
        let narrowed = asked.narrowed();
        let statements = Statements {
            dialect: &dialect,
            space: &space,
            asked: &asked,
            narrowed: &narrowed,
        };
        let phase = phases(&asked, &narrowed.condition)[0];
        let place = Keyset {
            marks: vec![Mark::Text(format!("{day}"))],
            position: Position {
                created_at: Timestamp::from_micros(day),
                id: TaskId(uuid::Uuid::from_u128(7)),
            },
        };
        statements
            .page(phase, Some(&place), (10, Told::Count), Reading::Sorted)
            .text
    };
    let today = text("due <= today() AND tags:a", 20_000);
    assert_eq!(text("due <= 2027-01-01 AND tags:b", 21_000), today);
    assert_ne!(text("due >= 2027-01-01 AND tags:b", 21_000), today);
}
