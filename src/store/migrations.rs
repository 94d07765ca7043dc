//! The migrations inside the binary, and which of them a database still needs. How one is applied is
//! decided by each executor.

use std::fmt::Write;

use aws_lc_rs::digest;

use crate::clock::Timestamp;
use crate::error::Error;

/// One step of the schema, in both dialects.
pub(super) struct Migration {
    pub(super) number: i64,
    pub(super) name: &'static str,
    pub(super) postgres: &'static str,
    pub(super) sqlite: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            postgres: include_str!(concat!("../../migrations/postgres/000", $number, "_", $name, ".sql")),
            sqlite: include_str!(concat!("../../migrations/sqlite/000", $number, "_", $name, ".sql")),
        }),+]
    };
}

/// All of them, in order. A released one is never edited: the next one corrects it.
pub(super) const ALL: &[Migration] = migrations![1 "tasks"];

/// Where the applied ones are written down; `{schema}` as in the statements.
pub(super) const CREATE_JOURNAL: &str = "CREATE TABLE IF NOT EXISTS {schema}schema_migrations (
        number     bigint NOT NULL PRIMARY KEY,
        name       text NOT NULL,
        checksum   text NOT NULL,
        applied_at text NOT NULL
    )";
pub(super) const READ_JOURNAL: &str =
    "SELECT number, checksum, applied_at FROM {schema}schema_migrations ORDER BY number";
pub(super) const WRITE_JOURNAL: &str = "INSERT INTO {schema}schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";

/// The entry of one applied migration in the journal.
pub(super) struct Applied {
    pub(super) number: i64,
    pub(super) checksum: String,
    pub(super) at: String,
}

/// One migration, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MigrationStatus {
    pub number: i64,
    pub name: &'static str,
    /// RFC 3339, UTC; `None` while it is pending.
    pub applied_at: Option<String>,
    /// The SQL for this engine, of a pending one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
}

/// What to do about pending migrations before a database is used.
#[derive(Clone, Copy, Debug)]
pub enum Migrations {
    /// Apply them; the time is for the journal.
    Apply(Timestamp),
    /// Refuse to start.
    Require,
}

/// Why a database cannot be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error(
        "the database has migration {0}, which this version of tickbox does not know: it was used by a newer one"
    )]
    Newer(i64),
    #[error(
        "migration {0} in the database is not the one in this program: the database was made by another, unreleased \
         build. Move the file away, or name another DATABASE_SCHEMA"
    )]
    Edited(i64),
    #[error("migration {0} is pending: run `tickbox migrate`, or start without --no-migrate")]
    Pending(i64),
}

/// Fails if something is pending.
pub(super) fn require_all(status: &[MigrationStatus]) -> Result<(), MigrationError> {
    match status
        .iter()
        .find(|migration| migration.applied_at.is_none())
    {
        Some(pending) => Err(MigrationError::Pending(pending.number)),
        None => Ok(()),
    }
}

/// Compares the journal with the migrations of this program.
pub(super) fn compare(
    applied: &[Applied],
    sql: impl Fn(&Migration) -> String,
) -> Result<Vec<MigrationStatus>, MigrationError> {
    let known: Result<Vec<_>, _> = ALL
        .iter()
        .map(|migration| {
            let applied = applied
                .iter()
                .find(|applied| applied.number == migration.number);
            match applied {
                Some(applied) if applied.checksum != checksum(migration) => {
                    Err(MigrationError::Edited(migration.number))
                }
                _ => Ok(MigrationStatus {
                    number: migration.number,
                    name: migration.name,
                    applied_at: applied.map(|applied| applied.at.clone()),
                    sql: applied.is_none().then(|| sql(migration)),
                }),
            }
        })
        .collect();
    let known = known?;
    if let Some(unknown) = applied
        .iter()
        .find(|applied| ALL.iter().all(|known| known.number != applied.number))
    {
        return Err(MigrationError::Newer(unknown.number));
    }
    Ok(known)
}

/// The numbers and checksums of this program's migrations, in their order.
pub(super) fn checksums() -> impl Iterator<Item = String> {
    ALL.iter().map(checksum)
}

/// Both dialects together, so that twins stay twins.
fn checksum(migration: &Migration) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(migration.postgres.as_bytes());
    context.update(migration.sqlite.as_bytes());
    let sum = context.finish();
    sum.as_ref()[..8]
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The line that the journal gets for a migration that was applied now.
pub(super) fn journal_line(migration: &Migration, now: Timestamp) -> (i64, String, String, String) {
    (
        migration.number,
        migration.name.to_owned(),
        checksum(migration),
        now.to_string(),
    )
}

impl From<MigrationError> for Error {
    fn from(error: MigrationError) -> Self {
        Self::Internal(error.into())
    }
}
