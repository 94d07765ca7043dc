//! Loading and saving the rows of the domain on SQLite: one statement for one row, on the thread that writes.

use super::super::group::Decided;
use super::super::row::Value;
use super::super::row_statements::Action;
use super::super::statements::Sql;
use super::super::tables::{
    ACCOUNTS, ANSWERS, CHANGES, REFERENCES, StoredAnswer, StoredReference, StoredTask, TAGS, TASKS,
    Table, account_row, answer_row, change_row, reference_key, reference_row, space_value, tag_row,
    task_row,
};
use super::prepared::Prepared;
use crate::domain::limits::{SWEPT_CHANGES, SWEPT_TASKS};
use crate::domain::{Account, Need, SpaceId, State};
use crate::error::Error;

pub(super) fn find_account(
    prepared: &mut Prepared<'_>,
    space: &SpaceId,
) -> Result<Option<Account>, Error> {
    let found = prepared.read(Sql::FindAccount, &[space_value(space)])?;
    Ok(found.into_iter().next())
}

pub(super) fn insert_account(
    prepared: &mut Prepared<'_>,
    space: &SpaceId,
    account: &Account,
) -> Result<(), Error> {
    write(
        prepared,
        Action::Insert,
        &ACCOUNTS,
        &account_row(space, account),
    )
}

pub(super) fn load(
    prepared: &mut Prepared<'_>,
    space: &SpaceId,
    state: &mut State,
    need: Need,
) -> Result<(), Error> {
    let owner = space_value(space);
    match need {
        Need::Task(id) => {
            let values = [owner, Value::Uuid(id.0)];
            let task: Option<StoredTask> = prepared.read(Sql::FindAnyTask, &values)?.pop();
            state.load_task(id, task.map(|task| task.of(space)));
        }
        Need::Key(key) => {
            let row = [owner, Value::Text(key.clone())];
            let found: Option<StoredAnswer> = prepared.load_row(&ANSWERS, &row)?;
            state.load_key(key, found.map(|stored| stored.kept));
        }
        Need::Reference(reference) => {
            let key = reference_key(space, &reference);
            let found: Option<StoredReference> = prepared.load_row(&REFERENCES, &key)?;
            state.load_reference(reference, found.map(|stored| stored.holder));
        }
        Need::Changes(numbers) => {
            let values = [owner, Value::Int(numbers.first), Value::Int(numbers.last())];
            state.load_changes(numbers, prepared.read(Sql::ListChangesBetween, &values)?);
        }
        Need::Later { task, after } => {
            let values = [owner, Value::Uuid(task.0), Value::Int(after)];
            state.load_later(task, prepared.read(Sql::ListLaterChanges, &values)?);
        }
        Need::Trash { until } => {
            let values = [owner, Value::Time(until), count(SWEPT_TASKS)];
            let tasks: Vec<StoredTask> = prepared.read(Sql::ListOldTrash, &values)?;
            state.load_trash(tasks.into_iter().map(|task| task.of(space)).collect());
        }
        Need::OldestChanges => {
            let after = Value::Int(state.account.forgotten_seq);
            let values = [owner, after, count(SWEPT_CHANGES + 1)];
            state.load_oldest(prepared.read(Sql::ListOldestChanges, &values)?);
        }
    }
    Ok(())
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Writes what the works of a space have changed. Each statement knows how many rows it must touch.
pub(super) fn save(prepared: &mut Prepared<'_>, decided: &Decided) -> Result<(), Error> {
    let Decided { space, state, .. } = decided;
    if let Some((loaded, now)) = state.changed_account() {
        let rows = (account_row(space, loaded), account_row(space, now));
        update(prepared, &ACCOUNTS, &rows.0, &rows.1)?;
    }
    for row in state.changed_tasks() {
        match (&row.loaded, &row.now) {
            (None, Some(task)) => write(prepared, Action::Insert, &TASKS, &task_row(task))?,
            (Some(old), Some(new)) => update(prepared, &TASKS, &task_row(old), &task_row(new))?,
            (Some(task), None) => {
                let key = [space_value(space), Value::Uuid(task.id.0)];
                write(prepared, Action::Delete, &TASKS, &key)?;
            }
            (None, None) => {}
        }
    }
    for (reference, holder) in state.changed_references() {
        let (action, values) = match holder.now {
            Some(task) => (Action::Put, reference_row(space, reference, task)),
            None => (Action::Delete, reference_key(space, reference)),
        };
        write(prepared, action, &REFERENCES, &values)?;
    }
    for (task, tag, has) in state.changed_tags() {
        let action = if has { Action::Insert } else { Action::Delete };
        write(prepared, action, &TAGS, &tag_row(space, tag, task))?;
    }
    for change in state.new_changes() {
        write(
            prepared,
            Action::Insert,
            &CHANGES,
            &change_row(space, change),
        )?;
    }
    for (key, kept) in state.written_keys() {
        write(
            prepared,
            Action::Put,
            &ANSWERS,
            &answer_row(space, key, kept),
        )?;
    }
    for seq in state.removed_changes() {
        let key = [space_value(space), Value::Int(*seq)];
        write(prepared, Action::Delete, &CHANGES, &key)?;
    }
    Ok(())
}

fn write(
    prepared: &mut Prepared<'_>,
    action: Action,
    table: &'static Table,
    values: &[Value],
) -> Result<(), Error> {
    let written = prepared.execute_on_row((action, table), &[], values)?;
    expect_rows(1, written)
}

/// Only the columns that have changed.
fn update(
    prepared: &mut Prepared<'_>,
    table: &'static Table,
    old: &[Value],
    new: &[Value],
) -> Result<(), Error> {
    let places = table.key..table.columns.len();
    let changed: Vec<_> = places.filter(|place| old[*place] != new[*place]).collect();
    let values = (0..table.key).chain(changed.iter().copied());
    let values = values.map(|place| &new[place]);
    let written = prepared.execute_on_row((Action::Update, table), &changed, values)?;
    expect_rows(1, written)
}

fn expect_rows(expected: usize, written: usize) -> Result<(), Error> {
    if expected == written {
        return Ok(());
    }
    let text = format!("{written} rows were written where {expected} had to be");
    Err(Error::Internal(text.into()))
}
