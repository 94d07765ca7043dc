//! What is remembered, and the promise about it.
//!
//! - **A user's rows are reached only in that user's name.** Every method takes the user first, and every
//!   statement says it again. A method that crosses users would be called `system_…`.
//! - **A method is atomic by itself.** When it fails, nothing has changed. When it has answered, the change is on
//!   disk (SQLite: `synchronous=FULL`) or committed by PostgreSQL.
//! - **Writes of one user happen one after the other**, each with the user's next change number (`seq`), without a
//!   gap, in the order in which they become visible.
//! - **The counts in `accounts` are exact**: they change in the transaction that changes the tasks.
//! - **Nothing waits for ever.** When the database is away, busy or slow, the answer is [`Error::Unavailable`].
//!
//! Which rules a task obeys is not decided here (`tasks`), nor is the wording of SQL (`statements`).

mod answers;
mod changes;
mod dialect;
mod gate;
mod history;
pub mod meter;
mod migrations;
mod plan;
mod postgres;
mod row;
mod sqlite;
mod statements;
mod sweep;
mod tasks;
mod tickets;
mod writes;

use std::time::Instant;

pub use self::migrations::{MigrationError, MigrationStatus, Migrations};
use self::postgres::Postgres;
pub use self::postgres::{PoolSize, PostgresConfig, PreparedStatements};
use self::row::{FromRow, Value};
use self::sqlite::Sqlite;
pub use self::sqlite::SqliteConfig;
use self::statements::Sql;
use crate::clock::Timestamp;
use crate::error::Error;

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

    /// What the database has and what it needs. Changes nothing.
    pub async fn migration_status(&self) -> Result<Vec<MigrationStatus>, Error> {
        match self {
            Self::Postgres(config) => postgres::status(config).await,
            Self::Sqlite(config) => sqlite::status(&config.path),
        }
    }

    /// For how many users the counts in `accounts` disagree with their tasks: none, unless rows were changed by hand.
    pub async fn system_count_wrong_accounts(&self) -> Result<i64, Error> {
        let counts: Vec<Count> = match self {
            Self::Postgres(config) => {
                // It reads whole tables, which prepared statements are told not to do.
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
    engine: Engine,
}

enum Engine {
    Postgres(Box<Postgres>),
    Sqlite(Box<Sqlite>),
}

/// One statement of a transaction, with its parameters.
struct Step {
    sql: Sql,
    values: Vec<Value>,
    /// Whether anybody wants to see its rows.
    keep: bool,
}

impl Step {
    fn new(sql: Sql, values: impl Into<Vec<Value>>) -> Self {
        let values = values.into();
        debug_assert_eq!(sql.template().0.len(), values.len(), "{sql:?}");
        Self {
            sql,
            values,
            keep: false,
        }
    }

    /// One whose rows are wanted.
    fn kept(sql: Sql, values: impl Into<Vec<Value>>) -> Self {
        Self {
            keep: true,
            ..Self::new(sql, values)
        }
    }
}

/// The rows of each step that keeps them, in order.
type Kept<T> = Vec<Vec<T>>;

/// Looks at what the steps of an open transaction gave, and says what becomes of it.
type Judge<T> = Box<dyn FnOnce(&Kept<T>) -> Verdict + Send>;

enum Verdict {
    /// After these further steps, whose rows nobody wants.
    Commit(Vec<Step>),
    Rollback,
}

impl Store {
    /// Opens a database, and brings it up to date or insists that it is.
    pub async fn open(config: &StoreConfig, migrations: Migrations) -> Result<Self, Error> {
        let engine = match config {
            StoreConfig::Postgres(config) => {
                Engine::Postgres(Box::new(Postgres::open(config, migrations).await?))
            }
            StoreConfig::Sqlite(config) => {
                Engine::Sqlite(Box::new(Sqlite::open(&config.path, migrations)?))
            }
        };
        Ok(Self { engine })
    }

    /// Whether the database answers.
    pub async fn system_ping(&self) -> Result<(), Error> {
        self.read::<()>(Sql::Ping, vec![]).await.map(|_| ())
    }

    /// Whether nobody but this process can have written lately.
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

    /// Runs the steps as one transaction. Without a judge it is committed at once, in one round trip.
    async fn write<T: FromRow>(
        &self,
        steps: Vec<Step>,
        judge: Option<Judge<T>>,
    ) -> Result<Kept<T>, Error> {
        let started = Instant::now();
        let rows = match &self.engine {
            Engine::Postgres(postgres) => postgres.write(&steps, judge).await,
            Engine::Sqlite(sqlite) => sqlite.write(steps, judge).await,
        };
        meter::record(started.elapsed());
        rows
    }
}
