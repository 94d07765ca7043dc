//! The executor for PostgreSQL: runs statements, and transactions in one round trip. What they say is
//! in `store::statements`.

mod connect;
mod migrate;
mod pool;
mod reply;
mod request;
mod sessions;
mod socket;
mod tls;
mod wire;

use std::iter;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::error::SqlState;

pub use self::connect::PreparedStatements;
use self::connect::{Connection, Connector, SharedConnector};
pub(super) use self::migrate::{migrate, status};
pub use self::pool::PoolSize;
use self::pool::{Pool, Readers, unreachable};
use self::reply::{Failure, Refusal, Reply};
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
            let asking = self.connector.ask(loan.connection()?, sql, values);
            let answer = in_time(asking).await?;
            loan.give_back();
            return answer.map_err(translate);
        }
        let (connection, _place) = self.readers.share().await?;
        match in_time(self.connector.ask(&connection, sql, values)).await {
            // The line broke while we waited: a read can be asked again without harm, once.
            Ok(Err(Failure::Closed)) => {
                let (connection, _place) = self.readers.share().await?;
                let asking = self.connector.ask(&connection, sql, values);
                in_time(asking).await?.map_err(translate)
            }
            Ok(answer) => answer.map_err(translate),
            Err(error) => {
                self.readers.suspend(connection);
                Err(error)
            }
        }
    }

    /// Whether nobody but this process can have written.
    pub(super) async fn is_alone(&self) -> Result<bool, Error> {
        if self.readers.is_empty() {
            return Ok(false);
        }
        let (connection, _place) = self.readers.share().await?;
        let asking = self.connector.is_alone(&connection);
        in_time(asking).await?.map_err(translate)
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
            Err(failure) if is_of_no_use(failure) => drop(loan.finish()),
            // The cancellation may still be on its way, and would end what is asked next.
            _ if cancelled => drop(loan.finish()),
            _ => loan.give_back(),
        }
        outcome.map_err(translate)
    }
}

fn is_of_no_use(failure: &Failure) -> bool {
    let Failure::Refused(Refusal { state, .. }) = failure else {
        return matches!(failure, Failure::Closed);
    };
    let code = state.code();
    *state == SqlState::READ_ONLY_SQL_TRANSACTION
        || code.starts_with("08")
        || code.starts_with("57P")
}

async fn transact<T: FromRow>(
    connector: &Connector,
    connection: &Connection,
    steps: &[Step],
    judge: Option<Judge<T>>,
) -> Result<Kept<T>, Failure> {
    if judge.is_none() && connection.commits_at_sync() {
        return run(connector, connection, steps.iter()).await;
    }
    let (begin, commit) = (Step::new(Sql::Begin, []), Step::new(Sql::Commit, []));
    let opening = iter::once(&begin).chain(steps);
    let Some(judge) = judge else {
        return run(connector, connection, opening.chain([&commit])).await;
    };
    let rows = run(connector, connection, opening).await?;
    match judge(&rows) {
        Verdict::Rollback => roll_back(connector, connection).await?,
        Verdict::Commit(more) => {
            let rest = more.iter().chain([&commit]);
            run::<()>(connector, connection, rest).await?;
        }
    }
    Ok(rows)
}

/// Runs the steps in one round trip, and gives the rows of those that keep them. If one fails, those behind it do not
/// run, and what those before it did is taken back.
async fn run<'a, T: FromRow>(
    connector: &Connector,
    connection: &Connection,
    steps: impl Iterator<Item = &'a Step> + Clone,
) -> Result<Kept<T>, Failure> {
    let statements = steps.clone().map(|step| (step.sql, &*step.values));
    let asked = connector.send(connection, statements)?;
    let mut reply = asked.reply().await?;
    let kept = read_kept(&mut reply, steps);
    if kept.is_err() && reply.leaves_transaction() {
        roll_back(connector, connection).await?;
    }
    kept
}

fn read_kept<'a, T: FromRow>(
    reply: &mut Reply,
    steps: impl Iterator<Item = &'a Step>,
) -> Result<Kept<T>, Failure> {
    let mut kept = Vec::new();
    for step in steps {
        if step.keep {
            kept.push(reply.rows()?);
        } else {
            reply.rows::<()>()?;
        }
    }
    reply.end()?;
    Ok(kept)
}

async fn roll_back(connector: &Connector, connection: &Connection) -> Result<(), Failure> {
    connector
        .ask::<()>(connection, Sql::Rollback, &[])
        .await
        .map(drop)
}

async fn in_time<T>(asking: impl Future<Output = T>) -> Result<T, Error> {
    let answer = tokio::time::timeout(LONGEST_CALL, asking).await;
    answer.map_err(|_| too_slow())
}

fn too_slow() -> Error {
    unreachable("no answer in time".into())
}

/// Tells a key that is taken, and a database that is away, or full, or changing roles, from a fault of ours.
fn translate(failure: Failure) -> Error {
    let state = match &failure {
        Failure::Closed => return unreachable(failure.into()),
        Failure::Words(_) => return Error::Internal(failure.into()),
        Failure::Refused(Refusal { state, .. }) => state,
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
        unreachable(failure.into())
    } else {
        Error::Internal(failure.into())
    }
}
