//! The errors of SQLite: whether they are temporary, and whether they are ours.

use super::super::gate::RETRY_AFTER;
use crate::domain::Refusal;
use crate::error::{Cause, Error};

/// Distinguishes a locked file or a full disk from a fault of the program.
pub(super) fn translate(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OperationInterrupted, ReadOnly,
        SystemIoFailure,
    };
    match error.sqlite_error_code() {
        Some(DiskFull) => unavailable("the disk of the database file is full", Some(error.into())),
        Some(CannotOpen | DatabaseBusy | DatabaseLocked | SystemIoFailure) => {
            unavailable("the database file cannot be used now", Some(error.into()))
        }
        Some(ReadOnly) => unavailable(
            "the database file, or the directory in which its log stands beside it, cannot be written",
            Some(error.into()),
        ),
        // The only clock that ends a statement is the one of a filter.
        Some(OperationInterrupted) => Refusal::FilterTooWide.into(),
        _ => Error::Internal(error.into()),
    }
}

pub(super) fn unavailable(what: &'static str, source: Option<Cause>) -> Error {
    Error::Unavailable {
        what,
        retry_after: RETRY_AFTER,
        source,
    }
}

/// There is no result: the call must have panicked.
pub(super) fn thread_lost() -> Error {
    Error::Internal("a call to the database panicked".into())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::error::chain;

    #[test]
    fn a_disk_that_is_full_is_called_so() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("PRAGMA max_page_count = 4")
            .unwrap();
        let written = connection.execute("CREATE TABLE t AS VALUES (zeroblob(100000))", []);
        let error = translate(written.unwrap_err());
        let said = "unavailable: the disk of the database file is full: database or disk is full";
        assert!(chain(&error).starts_with(said), "{}", chain(&error));
    }
}
