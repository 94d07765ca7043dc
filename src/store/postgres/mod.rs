//! The executor for PostgreSQL: runs statements, and transactions in one round trip. What they say is
//! in `store::statements`.

mod connect;
mod migrate;
mod pool;
mod tls;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::maybe_done;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

pub use self::connect::PreparedStatements;
use self::connect::{Connection, Connector, SharedConnector};
pub(super) use self::migrate::{migrate, status};
pub use self::pool::PoolSize;
use self::pool::{Pool, Readers, unreachable};
use super::Step;
use super::migrations::{Migrations, require_all};
use super::row::{FromRow, Value};
use super::statements::Sql;
use crate::config::Secret;
use crate::error::{Cause, Error};

/// The longest that one statement or transaction may take; it is cancelled then.
const LONGEST_CALL: Duration = Duration::from_secs(10);

/// How long to wait for the outcome of what was cancelled.
const CANCEL_GRACE: Duration = Duration::from_secs(2);

/// Where PostgreSQL is, and how it is used.
#[derive(Clone, Debug)]
pub struct PostgresConfig {
    pub url: Secret,
    pub schema: String,
    pub pool: PoolSize,
    pub prepared_statements: PreparedStatements,
}

impl PostgresConfig {
    /// Whether the URL can be understood, before anything is connected.
    pub fn check_url(&self) -> Result<(), Cause> {
        connect::parse(self.url.expose()).map(|_| ())
    }
}

/// An open database.
pub(super) struct Postgres {
    connector: SharedConnector,
    readers: Readers,
    pool: Pool,
}

type Answer = Result<Vec<Row>, tokio_postgres::Error>;

impl Postgres {
    /// Connects once, so that a wrong address is found at start.
    pub(super) async fn open(
        config: &PostgresConfig,
        migrations: Migrations,
    ) -> Result<Self, Error> {
        match migrations {
            Migrations::Apply(now) => _ = migrate(config, now).await?,
            Migrations::Require => require_all(&status(config).await?)?,
        }
        let mut connector = Connector::new(config).map_err(unreachable)?;
        connector
            .choose_statements(config.prepared_statements)
            .await;
        let connector = Arc::new(connector);
        let postgres = Self {
            readers: Readers::new(connector.clone(), config.pool),
            pool: Pool::new(connector.clone(), config.pool),
            connector,
        };
        postgres.pool.borrow().await?.give_back();
        Ok(postgres)
    }

    /// Runs one statement that changes nothing.
    pub(super) async fn read<T: FromRow>(
        &self,
        sql: Sql,
        values: &[Value],
    ) -> Result<Vec<T>, Error> {
        if self.readers.is_empty() {
            let loan = self.pool.borrow().await?;
            let answer = self.read_on(loan.connection()?, sql, values).await?;
            loan.give_back();
            return decode(&answer.map_err(translate)?);
        }
        let (connection, _place) = self.readers.share().await?;
        match self.read_on(&connection, sql, values).await {
            Ok(Ok(rows)) => decode(&rows),
            // The line broke while we waited: a read can be asked again without harm, once.
            Ok(Err(error)) if error.is_closed() => {
                let (connection, _place) = self.readers.share().await?;
                let answer = self.read_on(&connection, sql, values).await?;
                decode(&answer.map_err(translate)?)
            }
            Ok(Err(error)) => Err(translate(error)),
            Err(error) => {
                self.readers.suspend(connection);
                Err(error)
            }
        }
    }

    async fn read_on(
        &self,
        connection: &Connection,
        sql: Sql,
        values: &[Value],
    ) -> Result<Answer, Error> {
        let asking = self.connector.query(connection, sql, values);
        tokio::time::timeout(LONGEST_CALL, asking)
            .await
            .map_err(|_| too_slow())
    }

    /// Runs the steps as one transaction, in one round trip, and gives the rows of the last one.
    /// On an error nothing was changed.
    pub(super) async fn write<T: FromRow>(&self, steps: &[Step]) -> Result<Vec<T>, Error> {
        let loan = self.pool.borrow().await?;
        let outcome = {
            let connection = loan.connection()?;
            let mut transaction = pin!(transact(&self.connector, connection, steps));
            if let Ok(outcome) = tokio::time::timeout(LONGEST_CALL, &mut transaction).await {
                outcome
            } else {
                // Its commit is already on the way: only its end tells whether it happened.
                self.connector.cancel(connection).await;
                tokio::time::timeout(CANCEL_GRACE, transaction)
                    .await
                    .map_err(|_| too_slow())?
            }
        };
        match &outcome {
            // Its server has changed roles or goes down: the next connection may find a better one. What else
            // may fail fails on a line that is in order.
            Err(error) if is_of_no_use(error) => drop(loan.finish()),
            _ => loan.give_back(),
        }
        decode(&outcome.map_err(translate)?)
    }
}

fn is_of_no_use(error: &tokio_postgres::Error) -> bool {
    error.code().is_none_or(|state| {
        let code = state.code();
        *state == SqlState::READ_ONLY_SQL_TRANSACTION
            || code.starts_with("08")
            || code.starts_with("57P")
    })
}

/// Sends all statements of a transaction before it awaits the first answer.
async fn transact(connector: &Connector, connection: &Connection, steps: &[Step]) -> Answer {
    let mut calls: Vec<_> = std::iter::once((Sql::Begin, [].as_slice()))
        .chain(steps.iter().map(|step| (step.sql, step.values.as_slice())))
        .map(|(sql, values)| Box::pin(maybe_done(connector.query(connection, sql, values))))
        .collect();

    // A query is sent when it is first polled. If one cannot be sent, what went before must not be committed.
    let all_sent = poll_fn(|context| {
        let all_sent = calls.iter_mut().all(|call| {
            let _ = call.as_mut().poll(context);
            !matches!(call.as_mut().output_mut(), Some(Err(_)))
        });
        Poll::Ready(all_sent)
    });
    let end = if all_sent.await {
        Sql::Commit
    } else {
        Sql::Rollback
    };
    let ended = connector.query(connection, end, &[]).await;

    let mut rows = Vec::new();
    for mut call in calls {
        call.as_mut().await;
        // The first error is the cause; those after it only say that the transaction has failed.
        rows = call.as_mut().take_output().transpose()?.unwrap_or_default();
    }
    ended?;
    Ok(rows)
}

fn decode<T: FromRow>(rows: &[Row]) -> Result<Vec<T>, Error> {
    rows.iter()
        .map(T::from_row)
        .collect::<Result<_, _>>()
        .map_err(Error::Internal)
}

fn too_slow() -> Error {
    unreachable("no answer in time".into())
}

/// Tells a database that is away, or full, or changing roles, from a fault of ours.
fn translate(error: tokio_postgres::Error) -> Error {
    let Some(state) = error.code() else {
        // Without a state the error came from the line and not from the server.
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
    if passing.contains(state) || away.iter().any(|class| state.code().starts_with(class)) {
        unreachable(error.into())
    } else {
        Error::Internal(error.into())
    }
}
