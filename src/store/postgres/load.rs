//! Loading what the works of a group need: first the accounts, locked, and what the works name, in one round trip; then,
//! in one more for all of them each time, what only that tells is needed.

use futures_util::future::{FutureExt, join_all, join3};
use tokio_postgres::Row;

use super::super::group::{Decided, first_needs};
use super::super::needs::{Query, Rows, take_over};
use super::super::queue::Turn;
use super::super::row::{Columns, FromRow, Value};
use super::super::row_statements::Action;
use super::super::statements::{Sql, each};
use super::super::tables::{
    ACCOUNTS, ANSWERS, LISTS, REFERENCES, StoredAnswer, StoredList, StoredReference, StoredTask,
    TASKS, Table,
};
use super::attempt::{Failure, Locked};
use super::connect::Connector;
use super::connection::Connection;
use super::{Read, decode};
use crate::domain::{Account, Map, Need, SpaceId, State};
use crate::error::Cause;

/// Said with each transaction, so that a process that hangs or is cut off does not hold accounts for ever; also behind
/// a pooler, which forgets what a session was told.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = '10s'; \
    SET LOCAL idle_in_transaction_session_timeout = '15s'; SET LOCAL lock_timeout = ";
const PATIENT: &str = const_format::concatcp!(BEGIN, "'5s'");
const IMPATIENT: &str = const_format::concatcp!(BEGIN, "'10ms'");

/// Behind a pooler, where no session can be told how to plan: by indexes, as in a session of our own. A plan that reads whole tables is
/// chosen for few rows, and a task may have 10,000 below it.
const PLAN: &str = "; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; \
    SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off; SET LOCAL jit = off";

/// What opens a transaction: one that waits for rows that somebody else has locked, or hardly does.
pub(super) fn opening(connector: &Connector, waits: bool) -> &'static str {
    match (waits, connector.plans_by_transaction()) {
        (true, false) => PATIENT,
        (true, true) => const_format::concatcp!(PATIENT, PLAN),
        (false, false) => IMPATIENT,
        (false, true) => const_format::concatcp!(IMPATIENT, PLAN),
    }
}

/// Locks the accounts, and loads what the works name; gives the states of those spaces whose accounts are locked now.
pub(super) async fn load(
    connector: &Connector,
    connection: &Connection,
    locked: Locked,
    turns: &[Turn],
) -> Result<Map<SpaceId, State>, Failure> {
    let needs = turns.iter().flat_map(|turn| {
        let needs = first_needs(turn).into_iter();
        // That the account has forgotten some of it is not known yet, and not asked.
        needs.map(|need| Lacking::new(connector, &turn.space, 0, need))
    });
    let needs: Vec<Lacking> = needs
        .filter(|lacking| !matches!(lacking.need, Need::OldestChanges { .. }))
        .collect();
    let sql = match locked {
        Locked::Skip => Sql::SystemLockFreeAccounts,
        Locked::Wait => Sql::SystemLockAccounts,
    };
    let spaces = turns.iter().map(|turn| turn.space.as_arc()).collect();
    let spaces = [Value::Texts(spaces)];
    let (begun, accounts, found) = join3(
        connection.client.batch_execute(opening(connector, true)),
        connector.query(connection, sql, &spaces),
        Found::fetch(connector, connection, &needs),
    )
    .await;
    begun?;
    let mut states = Map::default();
    for row in accounts? {
        let account = Account::from_row(&row)?;
        states.insert(space_of(&row, &ACCOUNTS)?, State::new(account));
    }
    let mut borrowed = states.iter_mut().collect();
    found.take_over(&mut borrowed, needs)?;
    Ok(states)
}

/// Decides all works, and loads whatever that asks for.
pub(super) async fn load_and_decide(
    connector: &Connector,
    connection: &Connection,
    decided: &mut [Decided],
) -> Result<(), Failure> {
    loop {
        let mut needs = Vec::new();
        for decided in decided.iter_mut() {
            let asked = decided.go_on().into_iter();
            let forgotten_seq = decided.state.account.forgotten_seq;
            needs.extend(
                asked.map(|need| Lacking::new(connector, &decided.space, forgotten_seq, need)),
            );
        }
        if needs.is_empty() {
            return Ok(());
        }
        let found = Found::fetch(connector, connection, &needs).await;
        let states = decided.iter_mut();
        let mut states = states
            .map(|decided| (&decided.space, &mut decided.state))
            .collect();
        found.take_over(&mut states, needs)?;
    }
}

/// What one space lacks, and how it is asked for.
struct Lacking {
    space: SpaceId,
    need: Need,
    query: Query,
}

impl Lacking {
    fn new(connector: &Connector, space: &SpaceId, forgotten_seq: i64, need: Need) -> Self {
        Self {
            space: space.clone(),
            query: Query::of(space, forgotten_seq, &need, connector.dialect()),
            need,
        }
    }
}

/// Rows that were asked for in one round trip: those by their keys with one statement for each table, neighbours with one
/// for each kind, each of the others with one of its own.
struct Found {
    by_key: Vec<(&'static Table, Read)>,
    /// With the number of needs.
    for_each: Vec<(Sql, usize, Read)>,
    /// In the order of the needs.
    others: Vec<Read>,
}

const BY_KEY: [&Table; 4] = [&TASKS, &LISTS, &ANSWERS, &REFERENCES];

impl Found {
    async fn fetch(connector: &Connector, connection: &Connection, needs: &[Lacking]) -> Self {
        let mut keys: Vec<(&'static Table, Vec<Vec<Value>>)> =
            BY_KEY.iter().map(|table| (*table, Vec::new())).collect();
        let mut askers: Vec<(Sql, Vec<&[Value]>)> = Vec::new();
        let mut statements = Vec::new();
        // There, a server has to know whose rows are meant before it looks for them.
        let is_distributed = connector.is_distributed();
        for lacking in needs {
            match &lacking.query {
                Query::Row(table, key) => {
                    let known = keys.iter_mut().find(|(known, _)| known.name == table.name);
                    if let Some((_, keys)) = known {
                        keys.push(key.clone());
                    }
                }
                Query::Statement(sql, values) if each::ALL.contains(sql) && !is_distributed => {
                    match askers.iter_mut().find(|(known, _)| known == sql) {
                        Some((_, askers)) => askers.push(values),
                        None => askers.push((*sql, vec![values])),
                    }
                }
                Query::Statement(sql, values) => {
                    statements.push(connector.query(connection, *sql, values).boxed());
                }
                Query::Made(query) => {
                    statements.push(connector.query_text(connection, query).boxed());
                }
            }
        }
        keys.retain(|(_, keys)| !keys.is_empty());
        let by_key = keys.iter().map(async |(table, keys)| {
            let action = (Action::Load, *table);
            (*table, connector.query_rows(connection, action, keys).await)
        });
        let for_each = askers.iter().map(async |(sql, askers)| {
            let asking = connector.query_for_each(connection, *sql, askers);
            (*sql, askers.len(), asking.await)
        });
        let (by_key, for_each, others) =
            join3(join_all(by_key), join_all(for_each), join_all(statements)).await;
        Self {
            by_key,
            for_each,
            others,
        }
    }

    fn take_over(
        self,
        states: &mut Map<&SpaceId, &mut State>,
        needs: Vec<Lacking>,
    ) -> Result<(), Failure> {
        for (table, rows) in self.by_key {
            for row in rows? {
                let space = space_of(&row, table)?;
                if let Some(state) = states.get_mut(&space) {
                    load_row(&space, state, table, &row)?;
                }
            }
        }
        let mut for_each = Vec::new();
        for (sql, count, rows) in self.for_each {
            for_each.push((sql, shares(rows?, count)?.into_iter()));
        }
        let mut others = self.others.into_iter();
        for lacking in needs {
            let rows = match lacking.query {
                Query::Row(..) => None,
                Query::Statement(sql, _) => match for_each.iter_mut().find(|it| it.0 == sql) {
                    Some((_, shares)) => shares.next(),
                    None => others.next().transpose()?,
                },
                Query::Made(_) => others.next().transpose()?,
            };
            let Some(state) = states.get_mut(&lacking.space) else {
                continue;
            };
            match rows {
                Some(rows) => take_over(&lacking.space, state, lacking.need, Fetched(rows))?,
                // What did not come by its key is not there.
                None => state.load_nothing(lacking.need),
            }
        }
        Ok(())
    }
}

/// The rows of each asker, whose number stands behind them.
fn shares(rows: Vec<Row>, count: usize) -> Result<Vec<Vec<Row>>, Cause> {
    let mut shares: Vec<Vec<Row>> = (0..count).map(|_| Vec::new()).collect();
    for row in rows {
        let number = usize::try_from(row.int(row.len() - 1)?)?;
        let share = number
            .checked_sub(1)
            .and_then(|place| shares.get_mut(place));
        share.ok_or("rows for nobody")?.push(row);
    }
    Ok(shares)
}

fn load_row(
    space: &SpaceId,
    state: &mut State,
    table: &'static Table,
    row: &Row,
) -> Result<(), Cause> {
    if *table == TASKS {
        let task = StoredTask::from_row(row)?.of(space);
        state.load_task(task.id, Some(task));
    } else if *table == LISTS {
        let list = StoredList::from_row(row)?.of(space);
        state.load_list(list.id, Some(list));
    } else if *table == ANSWERS {
        let StoredAnswer { key, kept } = StoredAnswer::from_row(row)?;
        state.load_key(key.into(), Some(kept));
    } else {
        let StoredReference { reference, holder } = StoredReference::from_row(row)?;
        state.load_reference(reference, Some(holder));
    }
    Ok(())
}

struct Fetched(Vec<Row>);

impl Rows for Fetched {
    type Error = Cause;

    fn read<T: FromRow>(self) -> Result<Vec<T>, Cause> {
        decode(&self.0)
    }
}

/// It stands behind all else.
pub(super) fn space_of(row: &Row, table: &Table) -> Result<SpaceId, Cause> {
    Ok(SpaceId::stored(&row.text(table.read_columns())?))
}
