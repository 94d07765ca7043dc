//! Applies migrations to a SQLite file: all that are pending, in one transaction, one program at a time.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::super::dialect::Dialect;
use super::super::migrations::{self, Applied, MigrationStatus};
use super::{file, translate};
use crate::clock::Timestamp;
use crate::error::Error;

/// What the file has and what it needs. Changes nothing, and makes no file.
pub(in super::super) fn status(path: &Path) -> Result<Vec<MigrationStatus>, Error> {
    let applied = if path.exists() {
        read_journal(&file::open_to_read(path)?).map_err(translate)?
    } else {
        Vec::new()
    };
    compare(&applied)
}

/// Applies what is pending; gives the state before. The caller owns the file.
pub(super) fn migrate(path: &Path, now: Timestamp) -> Result<Vec<MigrationStatus>, Error> {
    let mut connection = file::open_to_write(path)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(translate)?;
    let before = compare(&read_journal(&transaction).map_err(translate)?)?;
    apply(&transaction, &before, now).map_err(translate)?;
    transaction.commit().map_err(translate)?;
    Ok(before)
}

fn apply(
    connection: &Connection,
    before: &[MigrationStatus],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let dialect = Dialect::sqlite();
    connection.execute_batch(&dialect.render(migrations::CREATE_JOURNAL))?;
    for (migration, status) in migrations::ALL.iter().zip(before) {
        let Some(sql) = &status.sql else { continue };
        connection.execute_batch(sql)?;
        connection.execute(
            &dialect.render(migrations::WRITE_JOURNAL),
            migrations::journal_line(migration, now),
        )?;
    }
    Ok(())
}

/// Whether a file has the tables of some version of this program.
pub(super) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let is_there = connection.column_exists(None, "schema_migrations", "checksum")?;
    Ok(is_there && !read_journal(connection)?.is_empty())
}

/// Fails unless this version can use the file, perhaps after migrating it.
pub(super) fn check(connection: &Connection) -> Result<(), Error> {
    compare(&read_journal(connection).map_err(translate)?).map(|_| ())
}

fn read_journal(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(&Dialect::sqlite().render(migrations::READ_JOURNAL))?;
    let rows = statement.query_map([], |row| {
        Ok(Applied {
            number: row.get(0)?,
            checksum: row.get(1)?,
            at: row.get(2)?,
        })
    })?;
    rows.collect()
}

fn compare(applied: &[Applied]) -> Result<Vec<MigrationStatus>, Error> {
    Ok(migrations::compare(applied, |migration| {
        migration.sqlite.to_owned()
    })?)
}
