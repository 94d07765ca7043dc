//! Loads and saves the rows of the domain on SQLite: one statement for one row, on the writer's thread.

use std::time::Instant;

use super::super::dialect::Dialect;
use super::super::filtered::LONGEST_LOOK;
use super::super::group::Decided;
use super::super::needs::{self, Query, take_over};
use super::super::row::{FromRow, Value};
use super::super::row_statements::Action;
use super::super::statements::Sql;
use super::super::tables::{
    ACCOUNTS, ANSWERS, CHANGES, REFERENCES, Stored, TAGS, Table, account_row, answer_row,
    change_row, record_key, record_row, reference_key, reference_row, space_value, tag_row,
};
use super::prepared::Prepared;
use crate::domain::{Account, Need, Row, SpaceId, State};
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
    let query = Query::of(
        space,
        state.account.forgotten_seq,
        &need,
        &Dialect::sqlite(),
    );
    take_over(space, state, need, Asked { prepared, query })
}

struct Asked<'a, 'c> {
    prepared: &'a mut Prepared<'c>,
    query: Query,
}

impl needs::Rows for Asked<'_, '_> {
    type Error = Error;

    fn read<T: FromRow>(self) -> Result<Vec<T>, Error> {
        match self.query {
            Query::Row(table, key) => self.prepared.load_row(table, &key),
            Query::Statement(sql, values) => self.prepared.read(sql, &values),
            Query::Made(query) => self.prepared.ask(&query, Instant::now() + LONGEST_LOOK),
        }
    }
}

/// Writes what the works of a space have changed. Each statement checks how many rows it has changed.
pub(super) fn save(prepared: &mut Prepared<'_>, decided: &Decided) -> Result<(), Error> {
    let Decided { space, state, .. } = decided;
    if let Some((loaded, now)) = state.changed_account() {
        let rows = (account_row(space, loaded), account_row(space, now));
        update(prepared, &ACCOUNTS, &rows.0, &rows.1)?;
    }
    for row in state.changed_tasks() {
        save_record(prepared, row)?;
    }
    for row in state.changed_lists() {
        save_record(prepared, row)?;
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

fn save_record<C: Stored>(prepared: &mut Prepared<'_>, row: &Row<C>) -> Result<(), Error> {
    match (&row.loaded, &row.now) {
        (None, Some(new)) => write(prepared, Action::Insert, C::TABLE, &record_row(new)),
        (Some(old), Some(new)) => update(prepared, C::TABLE, &record_row(old), &record_row(new)),
        (Some(old), None) => write(prepared, Action::Delete, C::TABLE, &record_key(old)),
        (None, None) => Ok(()),
    }
}

fn write(
    prepared: &mut Prepared<'_>,
    action: Action,
    table: &'static Table,
    values: &[Value],
) -> Result<(), Error> {
    let has_value = |place: &usize| values[*place] != Value::Null;
    let named: Vec<_> = (0..values.len()).filter(has_value).collect();
    let values = named.iter().map(|place| &values[*place]);
    let written = prepared.execute_on_row((action, table), &named, values)?;
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
