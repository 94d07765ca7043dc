//! The executor for SQLite: one thread that writes and commits in groups, and a few that read.
//! What the statements say is in `store::statements`.

mod backup;
mod checkpoint;
mod deadline;
mod failure;
mod file;
mod known;
mod migrate;
mod prepared;
mod reader;
mod rows;
mod transfer;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use self::failure::{thread_lost, translate, unavailable};
use self::file::Ownership;
use self::reader::Readers;
use self::writer::Writer;
use super::Step;
use super::dialect::Dialect;
use super::filtered::Query;
use super::migrations::{MigrationStatus, Migrations, require_all};
use super::queue::Queue;
use super::readings::PoolReading;
use super::row::{FromRow, Value};
use super::statements::Sql;
use crate::clock::Timestamp;
use crate::error::Error;

pub(super) use self::backup::{backup, refuse_own_files, restore};
pub(super) use self::migrate::status;
pub(super) use self::transfer::{export, import};

/// An open database file, which no other server can open meanwhile.
pub(super) struct Sqlite {
    // Before the lock, so that the threads end before the file is free for others.
    readers: Readers,
    writer: Writer,
    dialect: Dialect,
    ownership: Arc<Ownership>,
}

impl Sqlite {
    /// Locks the file for this process, before anything in it is changed.
    pub(super) fn open(
        path: &Path,
        migrations: Migrations,
        queue: Arc<Queue>,
    ) -> Result<Self, Error> {
        let ownership = Ownership::take(path)?;
        match migrations {
            Migrations::Apply(now) => _ = migrate::migrate(path, now)?,
            Migrations::Require => require_all(&status(path)?)?,
        }
        let texts: Arc<[String]> = Dialect::sqlite().render_all().into();
        let connection = file::open_to_write(path)?;
        Ok(Self {
            writer: Writer::start(path, connection, texts.clone(), queue)?,
            readers: Readers::start(path, &texts)?,
            dialect: Dialect::sqlite(),
            ownership: Arc::new(ownership),
        })
    }

    /// Whether the file is still at the path where it was opened, and still is a database.
    pub(super) async fn check_file(&self) -> Result<(), Error> {
        let ownership = self.ownership.clone();
        // A disk that hangs must not block other tasks of the thread.
        let checking = tokio::task::spawn_blocking(move || ownership.check());
        checking.await.map_err(|_| thread_lost())?
    }

    /// Runs one statement that changes nothing.
    pub(super) async fn read<T: FromRow>(
        &self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<T>, Error> {
        self.readers.read(sql, values).await
    }

    /// Of the threads that read, and of the one that writes.
    pub(super) fn readings(&self) -> (PoolReading, PoolReading) {
        (self.readers.reading(), self.writer.reading())
    }

    pub(super) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Runs a statement that was built for one query, and interrupts it when its time is over.
    pub(super) async fn ask<T: FromRow>(
        &self,
        query: Query,
        until: Instant,
    ) -> Result<Vec<T>, Error> {
        self.readers.ask(query, until).await
    }

    /// Runs steps as one transaction; gives the rows of the last one. What was committed is on disk then; on an error
    /// nothing was changed.
    pub(super) async fn write<T: FromRow>(&self, steps: Vec<Step>) -> Result<Vec<T>, Error> {
        self.writer.write(steps).await
    }
}

/// For how many spaces the counts disagree with the tasks; the file may be served meanwhile.
pub(super) fn count_wrong_accounts<T: FromRow>(path: &Path) -> Result<Vec<T>, Error> {
    let text = Dialect::sqlite().render(Sql::SystemCountWrongAccounts.template().1);
    run(&file::open_to_read(path)?, &text, &[])
}

/// Applies pending migrations to a file that no server uses; returns the state before.
pub(super) fn migrate(path: &Path, now: Timestamp) -> Result<Vec<MigrationStatus>, Error> {
    let _ownership = Ownership::take(path)?;
    migrate::migrate(path, now)
}

/// Where the file of a `sqlite://` URL is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteConfig {
    pub path: PathBuf,
}

/// Runs one statement, prepared by its text, and reads all its rows.
fn run<T: FromRow>(
    connection: &rusqlite::Connection,
    text: &str,
    values: &[Value],
) -> Result<Vec<T>, Error> {
    read_rows(
        &mut *connection.prepare_cached(text).map_err(translate)?,
        values,
    )
}

fn read_rows<T: FromRow>(
    statement: &mut rusqlite::Statement<'_>,
    values: &[Value],
) -> Result<Vec<T>, Error> {
    let mut rows = statement
        .query(rusqlite::params_from_iter(values))
        .map_err(translate)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(translate)? {
        T::add_row(&mut found, row).map_err(Error::Internal)?;
    }
    Ok(found)
}
