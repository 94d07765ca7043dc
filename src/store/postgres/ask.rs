//! Asking on a connection: statements that are known by number, those on many rows, and those of filters, which are
//! prepared when they are first asked.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::super::filtered::Query;
use super::super::row::Value;
use super::super::row_statements::creation::{FORMS, NEW_ROWS};
use super::super::row_statements::{self, Action};
use super::super::statements::{Sql, each};
use super::super::tables::Table;
use super::connect::Connector;
use super::connection::Connection;
use super::save::Creations;

impl Connector {
    /// Runs one statement. It is on its way as soon as the future is first polled, so that several can share a round
    /// trip.
    pub(super) async fn query(
        &self,
        connection: &Connection,
        sql: Sql,
        values: &[Value],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        debug_assert_eq!(sql.template().0.len(), values.len(), "{sql:?}");
        let values: Vec<_> = values.iter().map(|value| value as _).collect();
        self.run(connection, sql as usize, &values).await
    }

    /// As [`Connector::query`], for many rows: a list of values for each parameter, for some of the rows at a time.
    pub(super) async fn query_rows(
        &self,
        connection: &Connection,
        (action, table): (Action, &Table),
        rows: &[Vec<Value>],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let mut all = row_statements::ALL.iter();
        let place = all.position(|(of, on)| *of == action && on.name == table.name);
        let number = Sql::ALL.len() + place.expect("all that is done with rows is listed");
        let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
        let parts = rows.chunks(row_statements::AT_ONCE);
        let answers = join_all(parts.map(|rows| self.run_on_rows(connection, number, rows))).await;
        let answers: Result<Vec<_>, _> = answers.into_iter().collect();
        Ok(answers?.into_iter().flatten().collect())
    }

    /// As [`Connector::query`], for several askers. Behind each row stands the number of whose it is, from 1 on.
    pub(super) async fn query_for_each(
        &self,
        connection: &Connection,
        sql: Sql,
        askers: &[&[Value]],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let place = each::ALL.iter().position(|known| *known == sql);
        let place = place.expect("only those are asked");
        let number = Sql::ALL.len() + row_statements::ALL.len() + place;
        self.run_on_rows(connection, number, askers).await
    }

    /// Saves creations, with one statement.
    pub(super) async fn query_creations(
        &self,
        connection: &Connection,
        Creations(tables): &Creations,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let [accounts, new_rows @ ..] = tables;
        let is_enough = |form: usize| new_rows[form..].iter().all(Vec::is_empty);
        let form = FORMS.iter().position(|form| is_enough(*form));
        let form = form.expect("the last one has all tables");
        let number = Sql::ALL.len() + row_statements::ALL.len() + each::ALL.len() + form;
        let new_rows = &new_rows[..FORMS[form]];
        let widths = NEW_ROWS.iter().map(|table| table.columns.len());
        let all = new_rows.iter().zip(widths);
        let all = [(accounts, accounts.first().map_or(0, Vec::len))]
            .into_iter()
            .chain(all);
        let columns: Vec<Vec<&Value>> = all
            .flat_map(|(rows, width)| {
                (0..width).map(|column| rows.iter().map(|row| &row[column]).collect())
            })
            .collect();
        let columns: Vec<_> = columns.iter().map(|column| column as _).collect();
        self.run(connection, number, &columns).await
    }

    async fn run_on_rows(
        &self,
        connection: &Connection,
        number: usize,
        rows: &[&[Value]],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let count = self.texts()[number].1.len();
        let columns: Vec<Vec<&Value>> = (0..count)
            .map(|column| rows.iter().map(|row| &row[column]).collect())
            .collect();
        let columns: Vec<_> = columns.iter().map(|column| column as _).collect();
        self.run(connection, number, &columns).await
    }

    /// Runs a statement that was made for one question. Where statements are prepared, those of the same shape share
    /// one, which costs a round trip on each connection.
    pub(super) async fn query_text(
        &self,
        connection: &Connection,
        query: &Query,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        connection
            .last_used_ms
            .store(self.elapsed_ms(), Ordering::Relaxed);
        let kinds = query.values.iter().map(|value| value.kind().postgres());
        if !self.prepared {
            let values = query.values.iter().map(|value| value as _).zip(kinds);
            let values: Vec<_> = values.collect();
            return connection.client.query_typed(&query.text, &values).await;
        }
        let statement = if let Some(statement) = connection.shapes.find(&query.text) {
            statement
        } else {
            let kinds: Vec<_> = kinds.collect();
            let preparing = connection.client.prepare_typed(&query.text, &kinds);
            let statement = preparing.await?;
            connection.shapes.keep(&query.text, &statement);
            statement
        };
        let values: Vec<_> = query.values.iter().map(|value| value as _).collect();
        connection.client.query(&statement, &values).await
    }

    async fn run(
        &self,
        connection: &Connection,
        number: usize,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        connection
            .last_used_ms
            .store(self.elapsed_ms(), Ordering::Relaxed);
        if let Some(statement) = connection.statements.get(number) {
            return connection.client.query(statement, values).await;
        }
        let (text, kinds) = &self.texts()[number];
        let values = values.iter().copied().zip(kinds.iter().cloned());
        connection
            .client
            .query_typed(text, &values.collect::<Vec<_>>())
            .await
    }
}
