//! The rows that a work needs: how they are loaded, and how they are added to the state. The same for both
//! engines.

use uuid::Uuid;

use super::dialect::Dialect;
use super::filtered;
use super::row::{FromRow, Value};
use super::statements::Sql;
use super::tables::{
    ANSWERS, LISTS, REFERENCES, StoredAnswer, StoredList, StoredPlace, StoredReference, StoredTask,
    TASKS, Table, reference_key, space_value,
};
use crate::domain::limits::{SWEPT_TASKS, TASKS_BELOW};
use crate::domain::{ItemId, Need, Shelf, SpaceId, State, Stretch, Timestamp, Toward};

/// How rows are asked for.
pub(super) enum Query {
    /// The row of this key.
    Row(&'static Table, Vec<Value>),
    Statement(Sql, Vec<Value>),
    /// By a statement that was built for it.
    Made(filtered::Query),
}

impl Query {
    /// `forgotten_seq` is the account's.
    pub(super) fn of(space: &SpaceId, forgotten_seq: i64, need: &Need, dialect: &Dialect) -> Self {
        let owner = space_value(space);
        let below = count(TASKS_BELOW + 1);
        match need {
            Need::Task(id) => Self::Row(&TASKS, vec![owner, Value::Uuid(id.0)]),
            Need::List(id) => Self::Row(&LISTS, vec![owner, Value::Uuid(id.0)]),
            Need::Key(key) => Self::Row(&ANSWERS, vec![owner, Value::Text(key.clone())]),
            Need::Reference(reference) => Self::Row(&REFERENCES, reference_key(space, reference)),
            Need::Changes(numbers) => {
                let numbers = [numbers.first, numbers.last()].map(Value::Int);
                Self::Statement(Sql::ListChangesBetween, with(owner, numbers))
            }
            Need::Later {
                item,
                after,
                latest,
            } => {
                let values = [item_value(*item), Value::Int(*after), Value::Int(*latest)];
                Self::Statement(Sql::ListLaterChanges, with(owner, values))
            }
            Need::Below(id) => {
                Self::Statement(Sql::ListBelow, with(owner, [Value::Uuid(id.0), below]))
            }
            Need::InList(id) => {
                Self::Statement(Sql::ListInList, with(owner, [Value::Uuid(id.0), below]))
            }
            Need::Siblings(stretch) => siblings(owner, stretch),
            Need::Lists => Self::Statement(Sql::AllLists, vec![owner]),
            Need::Matching { matching, after } => {
                let asked = matching.asked();
                Self::Made(filtered::matching(dialect, space, asked, *after))
            }
            Need::Trash { until } => Self::Statement(Sql::ListOldTrash, oldest(owner, *until)),
            Need::ListTrash { until } => {
                Self::Statement(Sql::ListOldListTrash, oldest(owner, *until))
            }
            Need::OldestChanges { count: most } => {
                let values = [Value::Int(forgotten_seq), count(*most)];
                Self::Statement(Sql::ListOldestChanges, with(owner, values))
            }
        }
    }
}

fn with(owner: Value, values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    std::iter::once(owner).chain(values).collect()
}

fn oldest(owner: Value, until: Timestamp) -> Vec<Value> {
    with(owner, [Value::Time(until), count(SWEPT_TASKS)])
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn item_value(item: ItemId) -> Value {
    Value::Uuid(item.uuid())
}

fn siblings(owner: Value, stretch: &Stretch) -> Query {
    let Stretch {
        shelf,
        toward,
        from,
        ..
    } = stretch;
    let most = count(stretch.count);
    let end = match toward {
        Toward::After => ("", Uuid::nil(), Timestamp::from_micros(i64::MIN)),
        // After every key.
        Toward::Before => ("~", Uuid::max(), Timestamp::MAX),
    };
    let (key, id) = match from {
        Some(place) => (place.key.as_str(), place.id.0),
        None => (end.0, end.1),
    };
    let place = [Value::Text(key.into()), Value::Uuid(id)];
    let (sql, shelf) = match (shelf, toward) {
        (
            Shelf {
                parent: Some(parent),
                ..
            },
            toward,
        ) => match toward {
            Toward::After => (Sql::ListAfterInParent, parent.0),
            Toward::Before => (Sql::ListBeforeInParent, parent.0),
        },
        (
            Shelf {
                list: Some(list), ..
            },
            Toward::After,
        ) => (Sql::ListAfterInList, list.0),
        (
            Shelf {
                list: Some(list), ..
            },
            Toward::Before,
        ) => (Sql::ListBeforeInList, list.0),
        (_, toward) => {
            let sql = match toward {
                Toward::After => Sql::ListAfterInInbox,
                Toward::Before => Sql::ListBeforeInInbox,
            };
            let (time, id) = match from {
                None => (end.2, end.1),
                Some(place) => match place.key.as_creation() {
                    (micros, true) => (Timestamp::from_micros(micros), place.id.0),
                    // So tasks of the moment before are included, and none of this one.
                    (micros, false) => {
                        let before = (micros - 1).min(Timestamp::MAX.as_micros());
                        (Timestamp::from_micros(before), Uuid::max())
                    }
                },
            };
            let creation = [Value::Time(time), Value::Uuid(id), most];
            return Query::Statement(sql, with(owner, place.into_iter().chain(creation)));
        }
    };
    let values = std::iter::once(Value::Uuid(shelf))
        .chain(place)
        .chain([most]);
    Query::Statement(sql, with(owner, values))
}

/// The rows of a query.
pub(super) trait Rows {
    type Error;
    fn read<T: FromRow>(self) -> Result<Vec<T>, Self::Error>;
}

/// Adds the rows that were loaded for a need to the state.
pub(super) fn take_over<R: Rows>(
    space: &SpaceId,
    state: &mut State,
    need: Need,
    rows: R,
) -> Result<(), R::Error> {
    let tasks = |rows: R| {
        let tasks = rows.read::<StoredTask>()?.into_iter();
        Ok(tasks.map(|task| task.of(space)).collect::<Vec<_>>())
    };
    let lists = |rows: R| {
        let lists = rows.read::<StoredList>()?.into_iter();
        Ok(lists.map(|list| list.of(space)).collect::<Vec<_>>())
    };
    match need {
        Need::Task(id) => state.load_task(id, tasks(rows)?.pop()),
        Need::List(id) => state.load_list(id, lists(rows)?.pop()),
        Need::Key(key) => {
            let found = rows.read::<StoredAnswer>()?.pop();
            state.load_key(key, found.map(|stored| stored.kept));
        }
        Need::Reference(reference) => {
            let found = rows.read::<StoredReference>()?.pop();
            state.load_reference(reference, found.map(|stored| stored.holder));
        }
        Need::Changes(numbers) => state.load_changes(numbers, rows.read()?),
        Need::Later { item, .. } => state.load_later(item, rows.read()?),
        Need::Below(id) => state.load_below(id, tasks(rows)?),
        Need::InList(id) => state.load_in_list(id, tasks(rows)?),
        Need::Siblings(stretch) => {
            let places = rows.read::<StoredPlace>()?.into_iter();
            state.load_siblings(stretch, places.map(|stored| stored.0).collect());
        }
        Need::Lists => state.load_lists(lists(rows)?),
        Need::Matching { matching, .. } => state.load_matching(matching, tasks(rows)?),
        Need::Trash { .. } => state.load_trash(tasks(rows)?),
        Need::ListTrash { .. } => state.load_list_trash(lists(rows)?),
        Need::OldestChanges { count } => state.load_oldest(count, rows.read()?),
    }
    Ok(())
}
