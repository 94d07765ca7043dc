//! A connection together with the statements that were prepared on it: what a thread of the executor works with.

use rusqlite::{Connection, Statement};

use super::super::row::{FromRow, Value};
use super::super::statements::Sql;
use super::{read_rows, translate};
use crate::error::Error;

pub(super) struct Prepared<'c> {
    pub(super) connection: &'c Connection,
    texts: &'c [String],
    /// By number, each from its first use on. A cache that is asked by text takes longer to find a statement than
    /// some statements take.
    prepared: Vec<Option<Statement<'c>>>,
}

impl<'c> Prepared<'c> {
    pub(super) fn new(connection: &'c Connection, texts: &'c [String]) -> Self {
        Self {
            connection,
            texts,
            prepared: texts.iter().map(|_| None).collect(),
        }
    }

    /// Runs one statement and reads all its rows.
    pub(super) fn read<T: FromRow>(&mut self, sql: Sql, values: &[Value]) -> Result<Vec<T>, Error> {
        read_rows(self.statement(sql)?, values)
    }

    /// Runs one statement that gives no rows; says how many it has written.
    pub(super) fn execute(&mut self, sql: Sql, values: &[Value]) -> Result<usize, Error> {
        let parameters = rusqlite::params_from_iter(values);
        self.statement(sql)?.execute(parameters).map_err(translate)
    }

    /// As [`Prepared::execute`], with the error as SQLite gives it.
    pub(super) fn execute_raw(&mut self, sql: Sql) -> rusqlite::Result<usize> {
        let place = &mut self.prepared[sql as usize];
        match place {
            Some(statement) => statement.execute([]),
            None => place
                .insert(self.connection.prepare(&self.texts[sql as usize])?)
                .execute([]),
        }
    }

    /// Runs a statement that was made from a list of columns; says how many rows it has written.
    pub(super) fn execute_text(&mut self, text: &str, values: &[Value]) -> Result<usize, Error> {
        let mut statement = self.connection.prepare_cached(text).map_err(translate)?;
        let written = statement.execute(rusqlite::params_from_iter(values));
        written.map_err(translate)
    }

    /// As [`Prepared::execute_text`], of one that reads.
    pub(super) fn read_text<T: FromRow>(
        &mut self,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<T>, Error> {
        super::run(self.connection, text, values)
    }

    fn statement(&mut self, sql: Sql) -> Result<&mut Statement<'c>, Error> {
        let place = &mut self.prepared[sql as usize];
        if let Some(statement) = place {
            return Ok(statement);
        }
        let statement = self.connection.prepare(&self.texts[sql as usize]);
        Ok(place.insert(statement.map_err(translate)?))
    }
}
