//! Keeps the data, and guarantees the following.
//!
//! - **The rows of a space are reached only through that space.** Every method takes the space first, and every
//!   statement names it for each table. A method that crosses spaces is called `system_…`.
//! - **A work is done completely or not at all.** When it fails, nothing has changed, unless the error says that this
//!   is not known. When it succeeds, the change is on disk (SQLite: `synchronous=FULL`) or committed by PostgreSQL.
//! - **Works of one space are done one after the other**, and their changes have numbers (`seq`) without a gap, in the
//!   order in which they become visible.
//! - **The counts in `accounts` are exact**: they change in the transaction that changes the tasks.
//! - **Nothing waits for ever.** When the database is away, busy or slow, the answer is [`Error::Unavailable`].
//!
//! The rules of a task are not decided here (`domain`). A write is a work: it waits in the `queue` and becomes part
//! of a group, whose rows are loaded together, decided, and saved together (`group`, and `group` of each engine).

mod changes;
mod dialect;
#[cfg(test)]
mod distributed;
mod export;
mod filtered;
mod gate;
mod group;
mod health;
mod history;
mod imported;
mod leaving;
mod lists;
pub mod meter;
mod migrations;
mod needs;
mod postgres;
mod queue;
mod readings;
mod row;
mod row_statements;
mod sqlite;
mod statements;
mod sweep;
mod tables;
mod tasks;
mod tickets;
mod transfer;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::dialect::Dialect;
pub use self::export::Branch;
use self::filtered::Query;
pub use self::filtered::{FilteredPage, chunk_of};
use self::health::Health;
pub use self::migrations::{MigrationError, MigrationStatus, Migrations};
use self::postgres::Postgres;
pub use self::postgres::{PoolSize, PostgresConfig, PreparedStatements};
use self::queue::Queue;
pub use self::queue::{Applied, Encoder};
pub use self::readings::{PoolReading, StoreReadings};
use self::row::{FromRow, Value};
use self::sqlite::Sqlite;
pub use self::sqlite::SqliteConfig;
use self::statements::Sql;
pub use self::sweep::Old;
pub use self::transfer::Moved;
use crate::clock::Timestamp;
use crate::domain::Work;
use crate::error::Error;
use crate::new_file::said;

/// How long a work waits for its group before its caller gets a 503: then it is certain that nothing
/// has changed.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How long a group may take once it has begun, with all retries. Each engine has shorter limits for its
/// steps; this one is for what they do not see, such as a disk that hangs. With the time that a body may take to arrive
/// and that of the queue it is less than the time limit of http, which could not say that the outcome is not known.
const LONGEST_GROUP: Duration = Duration::from_secs(13);

/// Where tasks are kept.
#[derive(Clone, Debug)]
pub enum StoreConfig {
    Postgres(PostgresConfig),
    Sqlite(SqliteConfig),
}

impl StoreConfig {
    /// The engine's name, for people.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Sqlite(_) => "SQLite",
        }
    }

    /// How many connections to a server there may be.
    pub fn most_connections(&self) -> usize {
        match self {
            Self::Postgres(config) => config.pool.total(),
            Self::Sqlite(_) => 0,
        }
    }

    /// What the database has and what it needs. Changes nothing.
    pub async fn migration_status(&self) -> Result<Vec<MigrationStatus>, Error> {
        match self {
            Self::Postgres(config) => postgres::status(config).await,
            Self::Sqlite(config) => sqlite::status(&config.path),
        }
    }

    /// For how many spaces the counts in `accounts` disagree with their tasks: none, unless rows were changed by hand.
    pub async fn system_count_wrong_accounts(&self) -> Result<i64, Error> {
        let counts: Vec<Count> = match self {
            Self::Postgres(config) => {
                // It reads whole tables, which the settings of the other sessions avoid.
                let prepared_statements = PreparedStatements::Off;
                let config = PostgresConfig {
                    prepared_statements,
                    ..config.clone()
                };
                let store = Store::open(&Self::Postgres(config), Migrations::Require).await?;
                store.read(Sql::SystemCountWrongAccounts, vec![]).await?
            }
            Self::Sqlite(config) => sqlite::count_wrong_accounts(&config.path)?,
        };
        Ok(counts.first().map_or(0, |count| count.0))
    }

    /// Copies the database of this moment into a file, which appears when it is complete. It may be served meanwhile.
    pub fn system_backup(&self, target: &Path, replace: bool) -> Result<(), Error> {
        match self {
            Self::Postgres(config) => Err(said(format!(
                "PostgreSQL has its own tool for backups: pg_dump --format=custom --schema={} --file={} \
                 --dbname=DATABASE_URL",
                config.schema,
                target.display()
            ))),
            Self::Sqlite(config) => sqlite::backup(&config.path, target, replace),
        }
    }

    /// Puts a backup in the place of the database, which nobody may serve, and renews all epochs. Gives where the
    /// former database is kept, if there was one.
    pub fn system_restore(&self, source: &Path, now: Timestamp) -> Result<Option<PathBuf>, Error> {
        match self {
            Self::Postgres(_) => Err(said(format!(
                "PostgreSQL has its own tool to put backups back: pg_restore --dbname=DATABASE_URL {}; then renew \
                 the epochs, as docs/operations.md says for after a restore",
                source.display()
            ))),
            Self::Sqlite(config) => sqlite::restore(&config.path, source, now),
        }
    }

    /// Refuses a file that the database itself needs: it is not to be written over.
    pub fn refuse_own_files(&self, target: &Path) -> Result<(), Error> {
        match self {
            Self::Postgres(_) => Ok(()),
            Self::Sqlite(config) => sqlite::refuse_own_files(&config.path, target),
        }
    }

    /// Writes all rows of this moment as lines of JSON. It may be served meanwhile.
    pub async fn system_export(&self, out: &mut dyn Write) -> Result<Moved, Error> {
        match self {
            Self::Postgres(config) => postgres::export(config, out).await,
            Self::Sqlite(config) => sqlite::export(&config.path, out),
        }
    }

    /// Reads such lines into a database that has no rows yet; all of them, or none.
    pub async fn system_import(
        &self,
        lines: &mut dyn BufRead,
        now: Timestamp,
    ) -> Result<Moved, Error> {
        match self {
            Self::Postgres(config) => postgres::import(config, lines, now).await,
            Self::Sqlite(config) => sqlite::import(&config.path, lines, now),
        }
    }

    /// Applies what is pending, in one transaction; gives the state before. Two programs that do this
    /// at once take turns.
    pub async fn migrate(&self, now: Timestamp) -> Result<Vec<MigrationStatus>, Error> {
        match self {
            Self::Postgres(config) => postgres::migrate(config, now).await,
            Self::Sqlite(config) => sqlite::migrate(&config.path, now),
        }
    }
}

/// What a statement that counts gives.
struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &impl row::Columns) -> Result<Self, crate::error::Cause> {
        row.int(0).map(Self)
    }
}

/// An open database, on either engine.
pub struct Store {
    queue: Arc<Queue>,
    health: Health,
    engine: Engine,
}

enum Engine {
    Postgres(Box<Postgres>),
    Sqlite(Box<Sqlite>),
}

/// A statement with its parameters.
struct Step {
    sql: Sql,
    values: Vec<Value>,
}

impl Step {
    fn new(sql: Sql, values: impl Into<Vec<Value>>) -> Self {
        let values = values.into();
        debug_assert_eq!(sql.template().0.len(), values.len(), "{sql:?}");
        Self { sql, values }
    }
}

impl Store {
    /// Opens a database, and brings it up to date or insists that it is.
    pub async fn open(config: &StoreConfig, migrations: Migrations) -> Result<Self, Error> {
        let queue = Arc::new(Queue::default());
        let engine = match config {
            StoreConfig::Postgres(config) => {
                let postgres = Postgres::open(config, migrations, queue.clone()).await?;
                Engine::Postgres(Box::new(postgres))
            }
            StoreConfig::Sqlite(config) => {
                let sqlite = Sqlite::open(&config.path, migrations, queue.clone())?;
                Engine::Sqlite(Box::new(sqlite))
            }
        };
        Ok(Self {
            queue,
            health: Health::default(),
            engine,
        })
    }

    /// Does a work, in a group with others that wait. `bytes` is about its size.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Refused`]: nothing has changed. [`Error::OutcomeUnknown`]: that is not known.
    pub async fn apply(
        &self,
        work: Work,
        encode: Option<Encoder>,
        bytes: usize,
    ) -> Result<Applied, Error> {
        let started = Instant::now();
        let applied = self.wait(work, encode, bytes).await;
        meter::record(started.elapsed());
        applied
    }

    async fn wait(
        &self,
        work: Work,
        encode: Option<Encoder>,
        bytes: usize,
    ) -> Result<Applied, Error> {
        let (withdrawal, mut answer) = self.queue.enter(work, encode, bytes)?;
        let lost = |_| Err(Error::OutcomeUnknown("a group was given up".into()));
        if let Ok(answer) = tokio::time::timeout(LONGEST_WAIT, &mut answer).await {
            let answer = answer.unwrap_or_else(lost);
            self.health.note(&answer);
            return answer;
        }
        if withdrawal.withdraw() {
            return Err(Error::Unavailable {
                what: "the database is too busy",
                retry_after: gate::RETRY_AFTER,
                source: None,
            });
        }
        let answer = match tokio::time::timeout(LONGEST_GROUP, answer).await {
            Ok(answer) => answer.unwrap_or_else(lost),
            Err(_) => Err(Error::OutcomeUnknown("the database does not answer".into())),
        };
        self.health.note(&answer);
        answer
    }

    /// Whether the database answers.
    pub async fn system_ping(&self) -> Result<(), Error> {
        self.read::<()>(Sql::Ping, vec![]).await.map(|_| ())
    }

    /// Whether only this process can have written lately.
    pub async fn system_is_alone(&self) -> Result<bool, Error> {
        match &self.engine {
            Engine::Postgres(postgres) => postgres.is_alone().await,
            // The file is locked.
            Engine::Sqlite(_) => Ok(true),
        }
    }

    async fn read<T: FromRow>(&self, sql: Sql, values: Vec<Value>) -> Result<Vec<T>, Error> {
        let started = Instant::now();
        let rows = match &self.engine {
            Engine::Postgres(postgres) => postgres.read(sql, &values).await,
            Engine::Sqlite(sqlite) => sqlite.read(sql, values).await,
        };
        meter::record(started.elapsed());
        rows
    }

    fn dialect(&self) -> &Dialect {
        match &self.engine {
            Engine::Postgres(postgres) => postgres.dialect(),
            Engine::Sqlite(sqlite) => sqlite.dialect(),
        }
    }

    /// Runs a statement that was built for one query, and interrupts it when its time is over.
    async fn ask<T: FromRow>(&self, query: Query, until: Instant) -> Result<Vec<T>, Error> {
        let started = Instant::now();
        let rows = match &self.engine {
            Engine::Postgres(postgres) => postgres.ask(&query, until).await,
            Engine::Sqlite(sqlite) => sqlite.ask(query, until).await,
        };
        meter::record(started.elapsed());
        rows
    }

    /// Runs steps that need no account as one transaction; gives the rows of the last one.
    async fn write<T: FromRow>(&self, steps: Vec<Step>) -> Result<Vec<T>, Error> {
        let started = Instant::now();
        let rows = match &self.engine {
            Engine::Postgres(postgres) => postgres.write(&steps).await,
            Engine::Sqlite(sqlite) => sqlite.write(steps).await,
        };
        meter::record(started.elapsed());
        rows
    }
}
