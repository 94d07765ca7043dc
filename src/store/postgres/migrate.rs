//! Applies migrations to PostgreSQL: all that are pending, in one transaction, one server at a time.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::super::dialect::Dialect;
use super::super::migrations::{self, Applied, MigrationStatus};
use super::connect::Connector;
use super::{PostgresConfig, translate, unreachable};
use crate::clock::Timestamp;
use crate::error::Error;

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
    let applied = read_journal(&connection.client, &config.schema, &dialect)
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
    let client = &connection.client;
    let dialect = Dialect::postgres(&config.schema);

    client.batch_execute("BEGIN").await.map_err(translate)?;
    client
        .query_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)])
        .await
        .map_err(translate)?;
    let applied = read_journal(client, &config.schema, &dialect)
        .await
        .map_err(translate)?;
    let before = compare(&applied, &dialect)?;
    apply(client, &config.schema, &dialect, &before, now)
        .await
        .map_err(translate)?;
    client.batch_execute("COMMIT").await.map_err(translate)?;
    Ok(before)
}

async fn apply(
    client: &Client,
    schema: &str,
    dialect: &Dialect,
    before: &[MigrationStatus],
    now: Timestamp,
) -> Result<(), tokio_postgres::Error> {
    if before
        .iter()
        .all(|migration| migration.applied_at.is_some())
    {
        return Ok(());
    }
    // A role that may not create schemas can still use one that was made for it.
    if !schema_exists(client, schema).await? {
        let name = schema.replace('"', "\"\"");
        client
            .batch_execute(&format!("CREATE SCHEMA \"{name}\""))
            .await?;
    }
    client
        .batch_execute(&dialect.render(migrations::CREATE_JOURNAL))
        .await?;
    for (migration, status) in migrations::ALL.iter().zip(before) {
        let Some(sql) = &status.sql else { continue };
        client.batch_execute(sql).await?;
        let (number, name, checksum, at) = migrations::journal_line(migration, now);
        client
            .query_typed(
                &dialect.render(migrations::WRITE_JOURNAL),
                &[
                    (&number, Type::INT8),
                    (&name, Type::TEXT),
                    (&checksum, Type::TEXT),
                    (&at, Type::TEXT),
                ],
            )
            .await?;
    }
    Ok(())
}

async fn schema_exists(client: &Client, schema: &str) -> Result<bool, tokio_postgres::Error> {
    let sql = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
    let rows = client.query_typed(sql, &[(&schema, Type::TEXT)]).await?;
    Ok(!rows.is_empty())
}

async fn read_journal(
    client: &Client,
    schema: &str,
    dialect: &Dialect,
) -> Result<Vec<Applied>, tokio_postgres::Error> {
    let exists = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'schema_migrations'";
    if client
        .query_typed(exists, &[(&schema, Type::TEXT)])
        .await?
        .is_empty()
    {
        return Ok(Vec::new());
    }
    let rows = client
        .query_typed(&dialect.render(migrations::READ_JOURNAL), &[])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Applied {
                number: row.try_get(0)?,
                checksum: row.try_get(1)?,
                at: row.try_get(2)?,
            })
        })
        .collect()
}

fn compare(applied: &[Applied], dialect: &Dialect) -> Result<Vec<MigrationStatus>, Error> {
    Ok(migrations::compare(applied, |migration| {
        dialect.render(migration.postgres)
    })?)
}
