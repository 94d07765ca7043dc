//! Loading what the works of a group need: first the accounts, locked, and what the works name, in one round trip; then
//! what only that tells is needed.

use std::collections::HashMap;

use futures_util::future::{join, join4};
use tokio_postgres::Row;

use super::super::group::first_needs;
use super::super::queue::Turn;
use super::super::row::{Columns, FromRow, Value};
use super::super::row_statements::Action;
use super::super::statements::Sql;
use super::super::tables::{
    ACCOUNTS, ANSWERS, REFERENCES, StoredAnswer, StoredReference, StoredTask, TASKS, Table,
    reference_key, space_value,
};
use super::attempt::{Failure, Locked};
use super::connect::Connector;
use super::connection::Connection;
use super::{Read, decode};
use crate::domain::limits::{SWEPT_CHANGES, SWEPT_TASKS};
use crate::domain::{Account, Need, SpaceId, State};
use crate::error::Cause;

/// Said with each transaction, so that a process that hangs or is cut off does not hold accounts for ever; also behind
/// a pooler, which forgets what a session was told.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = '10s'; \
    SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '15s'";

/// Locks the accounts, and loads what the works name; gives the spaces whose accounts are locked now.
pub(super) async fn load(
    connector: &Connector,
    connection: &Connection,
    locked: Locked,
    turns: &[Turn],
) -> Result<HashMap<SpaceId, State>, Failure> {
    let needs: Vec<_> = turns.iter().map(first_needs).collect();
    let (mut tasks, mut keys) = (Vec::new(), Vec::new());
    for (turn, needs) in turns.iter().zip(&needs) {
        for need in needs {
            let space = space_value(&turn.space);
            match need {
                Need::Task(id) => tasks.push(vec![space, Value::Uuid(id.0)]),
                Need::Key(key) => keys.push(vec![space, Value::Text(key.clone())]),
                _ => {}
            }
        }
    }
    let sql = match locked {
        Locked::Skip => Sql::SystemLockFreeAccounts,
        Locked::Wait => Sql::SystemLockAccounts,
    };
    let spaces = turns.iter().map(|turn| turn.space.as_arc()).collect();
    let spaces = [Value::Texts(spaces)];
    let (begun, accounts, found_tasks, found_keys) = join4(
        connection.client.batch_execute(BEGIN),
        connector.query(connection, sql, &spaces),
        load_rows(connector, connection, &TASKS, &tasks),
        load_rows(connector, connection, &ANSWERS, &keys),
    )
    .await;
    begun?;
    let mut states = HashMap::new();
    for row in accounts? {
        let account = Account::from_row(&row)?;
        states.insert(space_of(&row, &ACCOUNTS)?, State::new(account));
    }
    for row in found_tasks? {
        let space = space_of(&row, &TASKS)?;
        if let Some(state) = states.get_mut(&space) {
            let task = StoredTask::from_row(&row)?.of(&space);
            state.load_task(task.id, Some(task));
        }
    }
    for row in found_keys? {
        if let Some(state) = states.get_mut(&space_of(&row, &ANSWERS)?) {
            let StoredAnswer { key, kept } = StoredAnswer::from_row(&row)?;
            state.load_key(key.into(), Some(kept));
        }
    }
    // What was asked for and did not come is not there.
    for (turn, needs) in turns.iter().zip(needs) {
        if let Some(state) = states.get_mut(&turn.space) {
            let asked = needs
                .into_iter()
                .filter(|need| matches!(need, Need::Task(_) | Need::Key(_)));
            asked.for_each(|need| state.load_nothing(need));
        }
    }
    Ok(states)
}

/// It stands behind all else.
pub(super) fn space_of(row: &Row, table: &Table) -> Result<SpaceId, Cause> {
    Ok(SpaceId::stored(&row.text(table.columns.len() - 1)?))
}

async fn load_rows(
    connector: &Connector,
    connection: &Connection,
    table: &'static Table,
    keys: &[Vec<Value>],
) -> Read {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    connector
        .query_rows(connection, (Action::Load, table), keys)
        .await
}

/// Rows of which only what was loaded tells that they are needed.
pub(super) async fn load_more(
    connector: &Connector,
    connection: &Connection,
    turn: &Turn,
    state: &mut State,
) -> Result<(), Failure> {
    for pending in &turn.works {
        loop {
            let missing = state.missing(&pending.work);
            if missing.is_empty() {
                break;
            }
            let (keyed, others): (Vec<_>, Vec<_>) = missing
                .into_iter()
                .partition(|need| matches!(need, Need::Task(_) | Need::Reference(_)));
            load_keyed(connector, connection, &turn.space, state, keyed).await?;
            for need in others {
                load_need(connector, connection, &turn.space, state, need).await?;
            }
        }
    }
    Ok(())
}

/// Tasks and references, those of each table by one statement, in one round trip.
async fn load_keyed(
    connector: &Connector,
    connection: &Connection,
    space: &SpaceId,
    state: &mut State,
    needs: Vec<Need>,
) -> Result<(), Failure> {
    let (mut tasks, mut references) = (Vec::new(), Vec::new());
    for need in &needs {
        match need {
            Need::Task(id) => tasks.push(vec![space_value(space), Value::Uuid(id.0)]),
            Need::Reference(reference) => references.push(reference_key(space, reference)),
            _ => {}
        }
    }
    let (tasks, references) = join(
        load_rows(connector, connection, &TASKS, &tasks),
        load_rows(connector, connection, &REFERENCES, &references),
    )
    .await;
    for task in decode::<StoredTask>(&tasks?)? {
        state.load_task(task.id, Some(task.of(space)));
    }
    for stored in decode::<StoredReference>(&references?)? {
        state.load_reference(stored.reference, Some(stored.holder));
    }
    // What did not come is not there.
    for need in needs {
        state.load_nothing(need);
    }
    Ok(())
}

async fn load_need(
    connector: &Connector,
    connection: &Connection,
    space: &SpaceId,
    state: &mut State,
    need: Need,
) -> Result<(), Failure> {
    let owner = space_value(space);
    let query = async |sql, values: Vec<Value>| connector.query(connection, sql, &values).await;
    match need {
        Need::Task(_) | Need::Reference(_) => {
            load_keyed(connector, connection, space, state, vec![need]).await?;
        }
        Need::Key(key) => {
            let keys = [vec![owner, Value::Text(key.clone())]];
            let rows = load_rows(connector, connection, &ANSWERS, &keys).await?;
            let found = decode::<StoredAnswer>(&rows)?.pop();
            state.load_key(key, found.map(|stored| stored.kept));
        }
        Need::Changes(numbers) => {
            let values = vec![owner, Value::Int(numbers.first), Value::Int(numbers.last())];
            let rows = query(Sql::ListChangesBetween, values).await?;
            state.load_changes(numbers, decode(&rows)?);
        }
        Need::Later { task, after } => {
            let values = vec![owner, Value::Uuid(task.0), Value::Int(after)];
            let rows = query(Sql::ListLaterChanges, values).await?;
            state.load_later(task, decode(&rows)?);
        }
        Need::Trash { until } => {
            let values = vec![owner, Value::Time(until), count(SWEPT_TASKS)];
            let rows = query(Sql::ListOldTrash, values).await?;
            let tasks = decode::<StoredTask>(&rows)?.into_iter();
            state.load_trash(tasks.map(|task| task.of(space)).collect());
        }
        Need::OldestChanges => {
            let after = Value::Int(state.account.forgotten_seq);
            let values = vec![owner, after, count(SWEPT_CHANGES + 1)];
            let rows = query(Sql::ListOldestChanges, values).await?;
            state.load_oldest(decode(&rows)?);
        }
    }
    Ok(())
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
