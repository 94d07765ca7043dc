//! What the server says when something fails: whether it may pass, whether the connection is of any use afterwards, and
//! whether a commit that failed can still have happened.

use tokio_postgres::error::{Severity, SqlState};

use super::super::gate::RETRY_AFTER;
use crate::error::{Cause, Error};

/// From PostgreSQL 17 on; the driver has no name for it.
const TRANSACTION_TIMEOUT: &str = "25P04";

/// The server cannot be reached, lets us not in, or gives up what it was asked.
pub(super) fn unreachable(source: Cause) -> Error {
    Error::Unavailable {
        what: "the database cannot be used now",
        retry_after: RETRY_AFTER,
        source: Some(source),
    }
}

pub(super) fn too_slow() -> Error {
    unreachable("no answer in time".into())
}

/// Tells a database that is away, or full, or changing roles, from a fault of ours.
pub(super) fn translate(error: tokio_postgres::Error) -> Error {
    let Some(state) = error.code() else {
        // Without a state the error came from the connection and not from the server.
        return unreachable(error.into());
    };
    let passing = [
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    // Classes of the manual's appendix A: connection, resources, operator intervention, system.
    let away = ["08", "53", "57", "58"];
    if *state == SqlState::DISK_FULL {
        return Error::Unavailable {
            what: "the disk of the database is full",
            retry_after: RETRY_AFTER,
            source: Some(error.into()),
        };
    }
    let is_passing = passing.contains(state) || state.code() == TRANSACTION_TIMEOUT;
    if is_passing || away.iter().any(|class| state.code().starts_with(class)) {
        unreachable(error.into())
    } else {
        Error::Internal(error.into())
    }
}

/// Whether the server of this connection has changed roles or goes down: the next connection may find a better one.
/// What else may fail fails on a connection that is in order.
pub(super) fn is_of_no_use(error: &tokio_postgres::Error) -> bool {
    error.code().is_none_or(|state| {
        let code = state.code();
        *state == SqlState::READ_ONLY_SQL_TRANSACTION
            || code.starts_with("08")
            || code.starts_with("57P")
    })
}

/// Whether rows were not as the statement takes them to be, or are being changed by somebody else.
pub(super) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    let conflicts = [
        // What a statement divides by, if it has not found all rows.
        SqlState::DIVISION_BY_ZERO,
        SqlState::UNIQUE_VIOLATION,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    error.code().is_some_and(|state| conflicts.contains(state))
}

/// Whether the server has said that it did not do what it was asked, and goes on. Not if the connection broke, or if
/// the server ended it, or if it says that it does not know: it may have committed before.
pub(super) fn is_refused(error: &tokio_postgres::Error) -> bool {
    let Some(error) = error.as_db_error() else {
        return false;
    };
    let state = error.code();
    error.parsed_severity() == Some(Severity::Error)
        && !state.code().starts_with("08")
        && *state != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
}
