//! All rows of a file as lines, and lines as the rows of an empty one.

use std::io::{BufRead, Write};
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::super::dialect::Dialect;
use super::super::migrations::require_all;
use super::super::row_statements::{Action, all_rows, any_row, for_sqlite};
use super::super::tables::ALL_TABLES;
use super::super::transfer::{Exporter, Importer, Moved};
use super::file::{self, Ownership};
use super::{migrate, status, translate};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::new_file::said;

/// Exports the file as of this moment. A server may use it meanwhile.
pub(in super::super) fn export(path: &Path, out: &mut dyn Write) -> Result<Moved, Error> {
    if !path.exists() {
        return Err(said(format!("there is no database {}", path.display())));
    }
    require_all(&status(path)?)?;
    let mut connection = file::open_to_read(path)?;
    // All is read in one transaction: what is written meanwhile is not seen.
    let transaction = connection.transaction().map_err(translate)?;
    let mut exporter = Exporter::begin(out)?;
    for table in ALL_TABLES {
        exporter.table(table)?;
        let text = all_rows(&Dialect::sqlite(), table);
        let mut statement = transaction.prepare(&text).map_err(translate)?;
        let mut rows = statement.query([]).map_err(translate)?;
        while let Some(row) = rows.next().map_err(translate)? {
            exporter.row(table, row)?;
        }
    }
    exporter.end()
}

/// Imports all or nothing, into a file that no server uses and that has no rows yet.
pub(in super::super) fn import(
    path: &Path,
    lines: &mut dyn BufRead,
    now: Timestamp,
) -> Result<Moved, Error> {
    let mut importer = Importer::begin(lines)?;
    let _ownership = Ownership::take(path)?;
    migrate::migrate(path, now)?;
    let mut connection = file::open_to_write(path)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(translate)?;
    for table in ALL_TABLES {
        let mut statement = transaction
            .prepare(&any_row(&Dialect::sqlite(), table))
            .map_err(translate)?;
        if statement.exists([]).map_err(translate)? {
            return Err(said(format!(
                "{} is not empty: import into a new database",
                path.display()
            )));
        }
    }
    insert_all(&transaction, &mut importer)?;
    transaction.commit().map_err(translate)?;
    Ok(importer.moved())
}

fn insert_all(connection: &Connection, importer: &mut Importer<'_>) -> Result<(), Error> {
    while let Some((table, row)) = importer.next()? {
        let all: Vec<_> = (0..table.columns.len()).collect();
        let text = for_sqlite(Action::Insert, table, &all);
        let mut statement = connection.prepare_cached(&text).map_err(translate)?;
        let parameters = rusqlite::params_from_iter(&row);
        statement
            .execute(parameters)
            .map_err(|error| refused(importer, error))?;
    }
    Ok(())
}

/// What the tables refuse is a fault of the export; all other errors are of the machine.
fn refused(importer: &Importer<'_>, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation | rusqlite::ErrorCode::TypeMismatch) => {
            importer.wrong(&error.to_string())
        }
        _ => translate(error),
    }
}
