//! Applies migrations to PostgreSQL: all that are pending, in one transaction, one server at a time.

use super::super::dialect::Dialect;
use super::super::migrations::{self, Applied, MigrationStatus};
use super::super::row::{Columns, FromRow, Kind, Value};
use super::connect::{Connection, Connector};
use super::reply::Failure;
use super::{PostgresConfig, translate, unreachable};
use crate::clock::Timestamp;
use crate::error::{Cause, Error};

/// The number that servers lock while they migrate: the ASCII letters of `tickbox`.
/// The lock belongs to the transaction, so that it also holds behind a pooler.
const LOCK: i64 = 0x0074_6963_6b62_6f78;

/// What the database has and what it needs. Changes nothing.
pub(in super::super) async fn status(
    config: &PostgresConfig,
) -> Result<Vec<MigrationStatus>, Error> {
    let connector = Connector::new(config).map_err(unreachable)?;
    let connection = connector.open_bare().await.map_err(unreachable)?;
    let dialect = Dialect::postgres(&config.schema);
    let applied = read_journal(&connection, &config.schema, &dialect)
        .await
        .map_err(translate)?;
    compare(&applied, &dialect)
}

/// Applies what is pending; gives the state before.
pub(in super::super) async fn migrate(
    config: &PostgresConfig,
    now: Timestamp,
) -> Result<Vec<MigrationStatus>, Error> {
    let connector = Connector::new(config).map_err(unreachable)?;
    let connection = connector.open_bare().await.map_err(unreachable)?;
    let dialect = Dialect::postgres(&config.schema);

    connection.script("BEGIN").await.map_err(translate)?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    connection
        .ask::<()>(lock, &[Kind::Int], &[Value::Int(LOCK)])
        .await
        .map_err(translate)?;
    let applied = read_journal(&connection, &config.schema, &dialect)
        .await
        .map_err(translate)?;
    let before = compare(&applied, &dialect)?;
    apply(&connection, &config.schema, &dialect, &before, now)
        .await
        .map_err(translate)?;
    connection.script("COMMIT").await.map_err(translate)?;
    Ok(before)
}

async fn apply(
    connection: &Connection,
    schema: &str,
    dialect: &Dialect,
    before: &[MigrationStatus],
    now: Timestamp,
) -> Result<(), Failure> {
    if before
        .iter()
        .all(|migration| migration.applied_at.is_some())
    {
        return Ok(());
    }
    // A role that may not create schemas can still use one that was made for it.
    if !schema_exists(connection, schema).await? {
        let name = schema.replace('"', "\"\"");
        connection
            .script(&format!("CREATE SCHEMA \"{name}\""))
            .await?;
    }
    connection
        .script(&dialect.render(migrations::CREATE_JOURNAL))
        .await?;
    for (migration, status) in migrations::ALL.iter().zip(before) {
        let Some(sql) = &status.sql else { continue };
        connection.script(sql).await?;
        let (number, name, checksum, at) = migrations::journal_line(migration, now);
        let text = |text: &str| Value::Text(text.into());
        connection
            .ask::<()>(
                &dialect.render(migrations::WRITE_JOURNAL),
                &[Kind::Int, Kind::Text, Kind::Text, Kind::Text],
                &[Value::Int(number), text(&name), text(&checksum), text(&at)],
            )
            .await?;
    }
    Ok(())
}

async fn schema_exists(connection: &Connection, schema: &str) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
    is_any(connection, sql, schema).await
}

/// Whether a statement about a schema gives anything.
async fn is_any(connection: &Connection, sql: &str, schema: &str) -> Result<bool, Failure> {
    let found: Vec<()> = connection
        .ask(sql, &[Kind::Text], &[Value::Text(schema.into())])
        .await?;
    Ok(!found.is_empty())
}

async fn read_journal(
    connection: &Connection,
    schema: &str,
    dialect: &Dialect,
) -> Result<Vec<Applied>, Failure> {
    let exists = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'schema_migrations'";
    if !is_any(connection, exists, schema).await? {
        return Ok(Vec::new());
    }
    connection
        .ask(&dialect.render(migrations::READ_JOURNAL), &[], &[])
        .await
}

impl FromRow for Applied {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            number: row.int(0)?,
            checksum: row.text(1)?,
            at: row.text(2)?,
        })
    }
}

fn compare(applied: &[Applied], dialect: &Dialect) -> Result<Vec<MigrationStatus>, Error> {
    Ok(migrations::compare(applied, |migration| {
        dialect.render(migration.postgres)
    })?)
}
