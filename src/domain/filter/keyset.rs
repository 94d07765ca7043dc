//! The position of a task in a sorted list: the values that its order depends on, without the task, so that a page can
//! begin after a task that was deleted.

use std::cmp::{Ordering, Reverse};

use super::field::Field;
use super::selection::{Subject, Value};
use super::sorting::{SortKey, Sorting, key_of_order};
use crate::domain::search::fold;
use crate::domain::{Position, Task};

/// Where a task stands in a sorted list: what keyset pagination goes on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyset {
    /// One for each key of the order.
    pub marks: Vec<Mark>,
    pub position: Position,
}

/// What one key of an order compares: of a date the wall clock, of a title the folded one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Number(i64),
    Text(String),
    /// The task has no value there: after all others, in both directions.
    Missing,
}

impl Sorting {
    pub fn keyset(&self, task: &Task) -> Keyset {
        Keyset {
            marks: self.keys().iter().map(|key| mark(*key, task)).collect(),
            position: task.position(),
        }
    }

    /// Which of two comes first: as [`Sorting::compare`] says of the tasks that stand there.
    pub fn compare_keysets(&self, first: &Keyset, second: &Keyset) -> Ordering {
        let marks = first.marks.iter().zip(&second.marks);
        self.keys()
            .iter()
            .zip(marks)
            .map(|(key, marks)| {
                let order = match marks {
                    (Mark::Missing, _) | (_, Mark::Missing) => return marks.0.cmp(marks.1),
                    _ if key.field == Field::Order => {
                        (marks.0, first.position.id).cmp(&(marks.1, second.position.id))
                    }
                    _ => marks.0.cmp(marks.1),
                };
                if key.descending {
                    order.reverse()
                } else {
                    order
                }
            })
            .find(|order| order.is_ne())
            .unwrap_or_else(|| {
                let newest =
                    |place: &Keyset| Reverse((place.position.created_at, place.position.id));
                newest(first).cmp(&newest(second))
            })
    }
}

fn mark(key: SortKey, task: &Task) -> Mark {
    if key.field == Field::Order {
        let key = key_of_order(task);
        return key.map_or(Mark::Missing, |key| Mark::Text(key.into_owned()));
    }
    let date = match key.field {
        Field::Due => task.content.due.as_ref(),
        Field::Start => task.content.start.as_ref(),
        _ => None,
    };
    if let Some(date) = date {
        // What was written sorts as it is.
        return Mark::Text(date.parts().0.to_owned());
    }
    match task.value(key.field) {
        Some(Value::Text(text)) if key.field == Field::Title => Mark::Text(fold(text).into_owned()),
        Some(Value::Text(text)) => Mark::Text(text.to_owned()),
        Some(Value::Number(number)) => Mark::Number(number),
        Some(Value::Time(time)) => Mark::Number(time.as_micros()),
        _ => Mark::Missing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{Content, SpaceId, TaskId, Timestamp};

    fn task() -> impl Strategy<Value = Task> {
        let due = prop::sample::select(vec![
            "null",
            "\"2026-12-01\"",
            "\"2026-12-01T00:00:00\"",
            "\"2026-12-01T00:00:00[Europe/Berlin]\"",
            "\"2026-11-30T23:59:59\"",
            "\"0009-01-01\"",
        ]);
        let title = prop::sample::select(vec!["a", "A", "Ä", "ß", "ss", "b c"]);
        (due, title, 0_i64..3, any::<bool>(), 0_i64..2, 0_u128..3).prop_map(
            |(due, title, priority, completed, second, id)| {
                let priority = match priority {
                    0 => "null".to_owned(),
                    priority => priority.to_string(),
                };
                let mut content = Content::parsed(&format!(
                    "{{\"title\":\"{title}\",\"due\":{due},\"priority\":{priority}}}"
                ));
                let created_at = Timestamp::from_micros(second * 1_000_000);
                content.completed_at = completed.then_some(created_at);
                Task {
                    space: SpaceId::stored("somebody"),
                    id: TaskId(Uuid::from_u128(id)),
                    content,
                    created_at,
                    updated_at: created_at,
                    version: 1,
                    seq: 1,
                    deleted_at: None,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn keysets_lie_as_their_tasks_do(first in task(), second in task(), orders in prop::sample::subsequence(
            vec!["due desc", "due", "title", "priority desc", "completed_at", "order", "created_at"], 0..4,
        )) {
            prop_assume!(!(orders.contains(&"due") && orders.contains(&"due desc")));
            let sorting = Sorting::parse(&orders.join(",")).unwrap();
            let by_keysets = sorting.compare_keysets(&sorting.keyset(&first), &sorting.keyset(&second));
            prop_assert_eq!(by_keysets, sorting.compare(&first, &second));
        }
    }
}
