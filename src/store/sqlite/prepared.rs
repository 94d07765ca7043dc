//! A connection together with its prepared statements: each thread of the executor has one.

use std::collections::hash_map::Entry;
use std::time::Instant;

use rusqlite::{Connection, Statement};

use super::super::filtered::Query;
use super::super::row::{FromRow, Value};
use super::super::row_statements::{Action, for_sqlite};
use super::super::statements::Sql;
use super::super::tables::Table;
use super::deadline::within;
use super::{read_rows, run, translate};
use crate::domain::Map;
use crate::error::Error;

pub(super) struct Prepared<'c> {
    pub(super) connection: &'c Connection,
    texts: &'c [String],
    /// By number, each from its first use on. A cache by text takes longer to find a statement than
    /// some statements take.
    statements: Vec<Option<Statement<'c>>>,
    data_version: Option<Statement<'c>>,
    /// Statements on single rows, by action, table and named columns.
    on_rows: Map<(Action, &'static str, u64), Statement<'c>>,
}

impl<'c> Prepared<'c> {
    pub(super) fn new(connection: &'c Connection, texts: &'c [String]) -> Self {
        Self {
            connection,
            texts,
            statements: texts.iter().map(|_| None).collect(),
            data_version: None,
            on_rows: Map::default(),
        }
    }

    /// Runs one statement and reads all its rows.
    pub(super) fn read<T: FromRow>(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<T>, Error> {
        read_rows(self.statement(sql)?, values)
    }

    /// Runs a statement that was built for one query, and interrupts it when its time is over.
    pub(super) fn ask<T: FromRow>(
        &mut self,
        query: &Query,
        until: Instant,
    ) -> Result<Vec<T>, Error> {
        within(until, || run(self.connection, &query.text, &query.values))
    }

    /// Runs one statement that gives no rows; says how many it has written.
    pub(super) fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<usize, Error> {
        let parameters = rusqlite::params_from_iter(values);
        self.statement(sql)?.execute(parameters).map_err(translate)
    }

    /// A number that changes when another connection has written to the file.
    pub(super) fn data_version(&mut self) -> Result<i64, Error> {
        let statement = match &mut self.data_version {
            Some(statement) => statement,
            none => none.insert(
                self.connection
                    .prepare("PRAGMA data_version")
                    .map_err(translate)?,
            ),
        };
        let version = statement.query_row([], |row| row.get(0));
        version.map_err(translate)
    }

    /// As [`Prepared::execute`], with the error as SQLite gives it.
    pub(super) fn execute_raw(&mut self, sql: Sql) -> rusqlite::Result<usize> {
        let place = &mut self.statements[sql as usize];
        match place {
            Some(statement) => statement.execute([]),
            None => place
                .insert(self.connection.prepare(&self.texts[sql as usize])?)
                .execute([]),
        }
    }

    /// Runs a statement on one row; says how many rows it has written. What is inserted or changed has the columns in `named`.
    pub(super) fn execute_on_row<'v>(
        &mut self,
        (action, table): (Action, &'static Table),
        named: &[usize],
        values: impl IntoIterator<Item = &'v Value>,
    ) -> Result<usize, Error> {
        let parameters = rusqlite::params_from_iter(values);
        let statement = self.row_statement(action, table, named)?;
        statement.execute(parameters).map_err(translate)
    }

    /// Reads the row of a key.
    pub(super) fn load_row<T: FromRow>(
        &mut self,
        table: &'static Table,
        key: &[Value],
    ) -> Result<Vec<T>, Error> {
        read_rows(self.row_statement(Action::Load, table, &[])?, key)
    }

    fn row_statement(
        &mut self,
        action: Action,
        table: &'static Table,
        named: &[usize],
    ) -> Result<&mut Statement<'c>, Error> {
        // As numbers, because building and looking up a text takes as long as some statements do.
        let columns = named.iter().fold(0, |bits, place| bits | 1 << place);
        match self.on_rows.entry((action, table.name, columns)) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let text = for_sqlite(action, table, named);
                let statement = self.connection.prepare(&text).map_err(translate)?;
                Ok(entry.insert(statement))
            }
        }
    }

    fn statement(&mut self, sql: Sql) -> Result<&mut Statement<'c>, Error> {
        let place = &mut self.statements[sql as usize];
        if let Some(statement) = place {
            return Ok(statement);
        }
        let statement = self.connection.prepare(&self.texts[sql as usize]);
        Ok(place.insert(statement.map_err(translate)?))
    }
}
