//! The executor for PostgreSQL: runs statements, and transactions in one round trip. What they say is
//! in `store::statements`.

mod connect;
mod migrate;
mod pool;
mod tls;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

pub use self::connect::PreparedStatements;
use self::connect::{Connection, Connector, SharedConnector};
pub(super) use self::migrate::{migrate, status};
pub use self::pool::PoolSize;
use self::pool::{Pool, Readers, unreachable};
use super::migrations::{Migrations, require_all};
use super::row::{FromRow, Value};
use super::statements::Sql;
use super::{Judge, Kept, Step, Verdict};
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
            return decode(&answer.map_err(translate)?).map_err(Error::Internal);
        }
        let (connection, _place) = self.readers.share().await?;
        match self.read_on(&connection, sql, values).await {
            Ok(Ok(rows)) => decode(&rows).map_err(Error::Internal),
            // The line broke while we waited: a read can be asked again without harm, once.
            Ok(Err(error)) if error.is_closed() => {
                let (connection, _place) = self.readers.share().await?;
                let answer = self.read_on(&connection, sql, values).await?;
                decode(&answer.map_err(translate)?).map_err(Error::Internal)
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

    /// Runs the steps as one transaction and gives the rows that they keep: in one round trip, or in two if a judge
    /// has to see them first. On an error nothing was changed.
    pub(super) async fn write<T: FromRow>(
        &self,
        steps: &[Step],
        judge: Option<Judge<T>>,
    ) -> Result<Kept<T>, Error> {
        let loan = self.pool.borrow().await?;
        let mut cancelled = false;
        let outcome = {
            let connection = loan.connection()?;
            let mut transaction = pin!(transact(&self.connector, connection, steps, judge));
            if let Ok(outcome) = tokio::time::timeout(LONGEST_CALL, &mut transaction).await {
                outcome
            } else {
                cancelled = true;
                // Its commit may be on the way already: only its end tells whether it happened.
                self.connector.cancel(connection).await;
                tokio::time::timeout(CANCEL_GRACE, transaction)
                    .await
                    .map_err(|_| too_slow())?
            }
        };
        match &outcome {
            // Its server has changed roles or goes down: the next connection may find a better one. What else
            // may fail fails on a line that is in order.
            Err(Failure::Driver(error)) if is_of_no_use(error) => drop(loan.finish()),
            // The cancellation may still be on its way, and would end what is asked next.
            _ if cancelled => drop(loan.finish()),
            _ => loan.give_back(),
        }
        outcome.map_err(|failure| match failure {
            Failure::Driver(error) => translate(error),
            Failure::Row(cause) => Error::Internal(cause),
        })
    }
}

/// Why a transaction gave nothing.
enum Failure {
    Driver(tokio_postgres::Error),
    /// A row was not what its reader expects.
    Row(Cause),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Driver(error)
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

async fn transact<T: FromRow>(
    connector: &Connector,
    connection: &Connection,
    steps: &[Step],
    judge: Option<Judge<T>>,
) -> Result<Kept<T>, Failure> {
    let end = |sql| call(connector, connection, sql, &[]);
    let mut calls = vec![call(connector, connection, Sql::Begin, &[])];
    calls.extend(call_all(connector, connection, steps));
    let all_sent = send(&mut calls).await;

    let Some(judge) = judge else {
        return finish(calls, all_sent, end, steps).await;
    };
    let rows = match gather(calls, steps).await {
        Ok(rows) => rows,
        Err(failure) => {
            answer_of(end(Sql::Rollback)).await?;
            return Err(failure);
        }
    };
    match judge(&rows) {
        Verdict::Rollback => drop(answer_of(end(Sql::Rollback)).await?),
        Verdict::Commit(more) => {
            let mut calls: Vec<_> = call_all(connector, connection, &more).collect();
            let all_sent = send(&mut calls).await;
            finish::<()>(calls, all_sent, end, &[]).await?;
        }
    }
    Ok(rows)
}

/// Commits, behind the calls that are on their way, and gives what these gave. If one could not be sent, what went
/// before it must not be committed.
async fn finish<'a, T: FromRow>(
    calls: Vec<Call<'a>>,
    all_sent: bool,
    end: impl Fn(Sql) -> Call<'a>,
    steps: &[Step],
) -> Result<Kept<T>, Failure> {
    let mut end = end(if all_sent { Sql::Commit } else { Sql::Rollback });
    send(std::slice::from_mut(&mut end)).await;
    // In order: the driver reads on only when somebody takes what came first.
    let rows = gather(calls, steps).await;
    let ended = answer_of(end).await;
    let rows = rows?;
    ended?;
    Ok(rows)
}

/// A query that is sent when it is first polled.
type Call<'a> = MaybeDone<BoxFuture<'a, Answer>>;

fn call<'a>(
    connector: &'a Connector,
    connection: &'a Connection,
    sql: Sql,
    values: &'a [Value],
) -> Call<'a> {
    maybe_done(Box::pin(connector.query(connection, sql, values)))
}

fn call_all<'a>(
    connector: &'a Connector,
    connection: &'a Connection,
    steps: &'a [Step],
) -> impl Iterator<Item = Call<'a>> {
    steps
        .iter()
        .map(move |step| call(connector, connection, step.sql, &step.values))
}

/// Sends all before the first answer is awaited; says whether all could be sent.
async fn send(calls: &mut [Call<'_>]) -> bool {
    poll_fn(|context| {
        let all_sent = calls.iter_mut().all(|call| {
            let _ = Pin::new(&mut *call).poll(context);
            !matches!(Pin::new(call).output_mut(), Some(Err(_)))
        });
        Poll::Ready(all_sent)
    })
    .await
}

async fn answer_of(mut call: Call<'_>) -> Answer {
    (&mut call).await;
    Pin::new(&mut call)
        .take_output()
        .unwrap_or_else(|| Ok(Vec::new()))
}

/// The rows that the steps keep; a call before those of the steps is that which began the transaction. The first
/// error is the cause: those after it only say that the transaction has failed.
async fn gather<T: FromRow>(calls: Vec<Call<'_>>, steps: &[Step]) -> Result<Kept<T>, Failure> {
    let mut kept = Vec::new();
    let first = calls.len().saturating_sub(steps.len());
    for (place, call) in calls.into_iter().enumerate() {
        let rows = answer_of(call).await?;
        let step = place.checked_sub(first).and_then(|place| steps.get(place));
        if step.is_some_and(|step| step.keep) {
            kept.push(decode(&rows).map_err(Failure::Row)?);
        }
    }
    Ok(kept)
}

fn decode<T: FromRow>(rows: &[Row]) -> Result<Vec<T>, Cause> {
    rows.iter().map(T::from_row).collect()
}

fn too_slow() -> Error {
    unreachable("no answer in time".into())
}

/// Tells a key that is taken, and a database that is away, or full, or changing roles, from a fault of ours.
fn translate(error: tokio_postgres::Error) -> Error {
    let Some(state) = error.code() else {
        // Without a state the error came from the line and not from the server.
        return unreachable(error.into());
    };
    if *state == SqlState::UNIQUE_VIOLATION {
        return Error::KeyTaken;
    }
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
