//! The rows that a group saves: which they are, and the statements that save them, one for each table and kind.

use futures_util::future::{BoxFuture, FutureExt};

use super::super::group::Decided;
use super::super::queue::Turn;
use super::super::row::Value;
use super::super::row_statements::creation::NEW_ROWS;
use super::super::row_statements::{AT_ONCE, Action};
use super::super::tables::{
    ACCOUNTS, ANSWERS, CHANGES, LISTS, REFERENCES, Stored, TAGS, TASKS, Table, account_row,
    answer_row, change_row, record_key, record_row, reference_key, reference_row, space_value,
    tag_row,
};
use super::Read;
use super::connect::Connector;
use super::connection::Connection;
use crate::domain::{Account, Row, SpaceId};

/// The rows of tasks, or of lists.
#[derive(Default)]
struct Records {
    new: Vec<Vec<Value>>,
    changed: Vec<Vec<Value>>,
    gone: Vec<Vec<Value>>,
}

impl Records {
    fn add<C: Stored>(&mut self, row: &Row<C>) {
        match (&row.loaded, &row.now) {
            (None, Some(record)) => self.new.push(record_row(record)),
            (Some(_), Some(record)) => self.changed.push(record_row(record)),
            (Some(record), None) => self.gone.push(record_key(record).to_vec()),
            (None, None) => {}
        }
    }

    fn actions(&self, table: &'static Table) -> [(Action, &'static Table, &Vec<Vec<Value>>); 3] {
        [
            (Action::Insert, table, &self.new),
            (Action::Update, table, &self.changed),
            (Action::Delete, table, &self.gone),
        ]
    }
}

/// The first row of a space that has none, with the id that it is sorted by.
pub(super) fn new_account(turn: &Turn) -> (SpaceId, Vec<Value>) {
    let epoch = turn.works.first().map_or(0, |pending| pending.work.epoch);
    let account = Account {
        epoch,
        ..Account::default()
    };
    (turn.space.clone(), account_row(&turn.space, &account))
}

/// All rows that a group saves, by what is done with them.
#[derive(Default)]
pub(super) struct Rows {
    accounts: Vec<Vec<Value>>,
    tasks: Records,
    lists: Records,
    references: Vec<Vec<Value>>,
    gone_references: Vec<Vec<Value>>,
    tags: Vec<Vec<Value>>,
    gone_tags: Vec<Vec<Value>>,
    changes: Vec<Vec<Value>>,
    answers: Vec<Vec<Value>>,
    gone_changes: Vec<Vec<Value>>,
}

impl Rows {
    pub(super) fn of(decided: &[Decided]) -> Self {
        let mut rows = Self::default();
        for Decided { space, state, .. } in decided {
            if let Some((_, account)) = state.changed_account() {
                rows.accounts.push(account_row(space, account));
            }
            state.changed_tasks().for_each(|row| rows.tasks.add(row));
            state.changed_lists().for_each(|row| rows.lists.add(row));
            for (reference, holder) in state.changed_references() {
                match holder.now {
                    Some(task) => rows.references.push(reference_row(space, reference, task)),
                    None => rows.gone_references.push(reference_key(space, reference)),
                }
            }
            for (task, tag, has) in state.changed_tags() {
                let rows = if has {
                    &mut rows.tags
                } else {
                    &mut rows.gone_tags
                };
                rows.push(tag_row(space, tag, task));
            }
            let changes = state.new_changes().iter();
            rows.changes
                .extend(changes.map(|change| change_row(space, change)));
            let keys = state.written_keys();
            rows.answers
                .extend(keys.map(|(key, kept)| answer_row(space, key, kept)));
            let gone = state.removed_changes().iter();
            let gone = gone.map(|seq| vec![space_value(space), Value::Int(*seq)]);
            rows.gone_changes.extend(gone);
        }
        rows
    }

    /// Whether nothing that was there is changed, but for accounts.
    fn are_new(&self) -> bool {
        let others = [
            &self.tasks.changed,
            &self.tasks.gone,
            &self.lists.new,
            &self.lists.changed,
            &self.lists.gone,
            &self.references,
            &self.gone_references,
            &self.gone_tags,
            &self.gone_changes,
        ];
        others.iter().all(|rows| rows.is_empty())
    }

    pub(super) fn statements<'a>(
        &'a self,
        connector: &'a Connector,
        connection: &'a Connection,
    ) -> Vec<BoxFuture<'a, Read>> {
        let mut on_rows = vec![(Action::Update, &ACCOUNTS, &self.accounts)];
        on_rows.extend(self.lists.actions(&LISTS));
        on_rows.extend(self.tasks.actions(&TASKS));
        on_rows.extend([
            (Action::Put, &REFERENCES, &self.references),
            (Action::Delete, &REFERENCES, &self.gone_references),
            (Action::Insert, &TAGS, &self.tags),
            (Action::Delete, &TAGS, &self.gone_tags),
            (Action::Insert, &CHANGES, &self.changes),
            (Action::Delete, &CHANGES, &self.gone_changes),
            (Action::Put, &ANSWERS, &self.answers),
        ]);
        let on_rows = on_rows.into_iter().filter(|(_, _, rows)| !rows.is_empty());
        let on_rows = on_rows.map(|(action, table, rows)| {
            connector
                .query_rows(connection, (action, table), rows)
                .boxed()
        });
        on_rows.collect()
    }
}

/// The rows of a group that only creates: for each account how it is to be and how it is known, and new rows of the other
/// tables.
pub(super) struct Creations(pub(super) [Vec<Vec<Value>>; 1 + NEW_ROWS.len()]);

impl Creations {
    /// Nothing, if there is more to do, if a decision stands on an account that no statement would look at, or if there
    /// are too many rows for one.
    pub(super) fn of(decided: &[Decided]) -> Option<Self> {
        let rows = Rows::of(decided);
        let account = |Decided { space, state, .. }: &Decided| {
            let (known, now) = state.changed_account()?;
            let mut row = account_row(space, now);
            row.extend(account_row(space, known).into_iter().skip(ACCOUNTS.key));
            Some(row)
        };
        let accounts: Option<_> = decided.iter().map(account).collect();
        let is_new = rows.are_new();
        let all = [
            accounts?,
            rows.tasks.new,
            rows.changes,
            rows.tags,
            rows.answers,
        ];
        let is_one = all.iter().all(|rows| rows.len() <= AT_ONCE);
        (is_new && is_one).then_some(Self(all))
    }
}
