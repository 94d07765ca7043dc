//! All rows of the schema as lines, and lines as the rows of an empty one.

use std::io::{BufRead, Write};
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::super::dialect::Dialect;
use super::super::migrations::require_all;
use super::super::row::Value;
use super::super::row_statements::{Action, LOCK_ACCOUNTS, all_rows, any_row, for_postgres};
use super::super::tables::{ALL_TABLES, Table};
use super::super::transfer::{Exporter, Importer, Moved};
use super::connect::Connector;
use super::connection::Connection;
use super::{PostgresConfig, migrate, status, translate, unreachable};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::new_file::said;

/// It reads all there is, which takes as long as it takes.
const PATIENCE: &str = "SET LOCAL statement_timeout = 0; \
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '10s'";

/// How much goes with one statement.
const MOST_ROWS: usize = 1000;
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What the schema has at this moment. It may be served meanwhile.
pub(in super::super) async fn export(
    config: &PostgresConfig,
    out: &mut dyn Write,
) -> Result<Moved, Error> {
    require_all(&status(config).await?)?;
    let connection = open(config).await?;
    let client = &connection.client;
    let dialect = Dialect::postgres(&config.schema);
    begin(client, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut exporter = Exporter::begin(out)?;
    for table in ALL_TABLES {
        exporter.table(table)?;
        let text = all_rows(&dialect, table);
        let none: [(Value, Type); 0] = [];
        let rows = client.query_typed_raw(&text, none).await;
        let mut rows = pin!(rows.map_err(translate)?);
        while let Some(row) = rows.try_next().await.map_err(translate)? {
            exporter.row(table, &row)?;
        }
    }
    exporter.end()
}

/// All or nothing, into a schema that has no rows yet. Servers that run wait until it is done.
pub(in super::super) async fn import(
    config: &PostgresConfig,
    lines: &mut dyn BufRead,
    now: Timestamp,
) -> Result<Moved, Error> {
    let mut importer = Importer::begin(lines)?;
    migrate(config, now).await?;
    let connection = open(config).await?;
    let client = &connection.client;
    let dialect = Dialect::postgres(&config.schema);
    begin(client, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    client
        .batch_execute(&dialect.render(LOCK_ACCOUNTS))
        .await
        .map_err(translate)?;
    for table in ALL_TABLES {
        let found = client.query_typed(&any_row(&dialect, table), &[]).await;
        if !found.map_err(translate)?.is_empty() {
            return Err(said(format!(
                "the schema {} is not empty: import into another database or DATABASE_SCHEMA",
                config.schema
            )));
        }
    }
    let mut waiting = Waiting::default();
    while let Some((table, row)) = importer.next()? {
        if !waiting.takes(table) {
            waiting.insert(client, &dialect, &importer).await?;
        }
        waiting.add(table, row);
    }
    waiting.insert(client, &dialect, &importer).await?;
    client.batch_execute("COMMIT").await.map_err(translate)?;
    Ok(importer.moved())
}

async fn open(config: &PostgresConfig) -> Result<Connection, Error> {
    let connector = Connector::new(config).map_err(unreachable)?;
    connector.open_bare().await.map_err(unreachable)
}

async fn begin(client: &Client, begin: &str) -> Result<(), Error> {
    let text = format!("{begin}; {PATIENCE}");
    client.batch_execute(&text).await.map_err(translate)
}

/// Rows of one table that go together.
#[derive(Default)]
struct Waiting {
    table: Option<&'static Table>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl Waiting {
    fn takes(&self, table: &Table) -> bool {
        let is_full = self.rows.len() >= MOST_ROWS || self.bytes >= MOST_BYTES;
        !is_full && self.table.is_none_or(|waiting| waiting.name == table.name)
    }

    fn add(&mut self, table: &'static Table, row: Vec<Value>) {
        self.table = Some(table);
        self.bytes += row.iter().map(Value::size).sum::<usize>();
        self.rows.push(row);
    }

    async fn insert(
        &mut self,
        client: &Client,
        dialect: &Dialect,
        importer: &Importer<'_>,
    ) -> Result<(), Error> {
        let (rows, Some(table)) = (std::mem::take(&mut self.rows), self.table.take()) else {
            return Ok(());
        };
        self.bytes = 0;
        let columns: Vec<Vec<&Value>> = (0..table.columns.len())
            .map(|column| rows.iter().map(|row| &row[column]).collect())
            .collect();
        let kinds = table.columns.iter();
        let parameters: Vec<_> = columns
            .iter()
            .map(|column| column as &(dyn ToSql + Sync))
            .zip(kinds.map(|(_, kind)| kind.postgres_array()))
            .collect();
        let text = for_postgres(dialect, Action::Insert, table, false);
        let inserted = client.execute_typed(&text, &parameters).await;
        let inserted = inserted.map_err(|error| refused(importer, error))?;
        // An account that comes twice is passed over.
        if inserted == rows.len() as u64 {
            return Ok(());
        }
        Err(importer.wrong_so_far(&format!("a row of {} comes twice", table.name)))
    }
}

/// What the tables do not take (classes 22 and 23: data, integrity) is a fault of the file; all else is the server's.
fn refused(importer: &Importer<'_>, error: tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        Some(said)
            if ["22", "23"]
                .iter()
                .any(|it| said.code().code().starts_with(it)) =>
        {
            importer.wrong_so_far(said.message())
        }
        _ => translate(error),
    }
}
