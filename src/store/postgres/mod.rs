//! The executor for PostgreSQL: reads share a few connections; writes are done in groups by a few workers, each on a
//! connection of its own. What the statements say is in `store::statements` and `store::row_statements`.

mod ask;
mod attempt;
mod backends;
mod connect;
mod connection;
mod distribution;
mod failure;
mod hosts;
mod known;
mod load;
mod migrate;
mod pool;
mod save;
mod silence;
mod tls;
mod transfer;
mod workers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use tokio_postgres::Row;

pub use self::connect::PreparedStatements;
use self::connect::{Connector, SharedConnector};
use self::connection::Connection;
use self::failure::{is_of_no_use, translate, unreachable};
pub(super) use self::migrate::{migrate, status};
pub use self::pool::PoolSize;
use self::pool::{Pool, Readers};
use self::silence::NoAnswer;
pub(super) use self::transfer::{export, import};
use self::workers::Workers;
use super::Step;
use super::dialect::Dialect;
use super::filtered::Query;
use super::migrations::{Migrations, require_all};
use super::queue::Queue;
use super::readings::PoolReading;
use super::row::{FromRow, Value};
use super::statements::Sql;
use crate::domain::Refusal;
use crate::error::{Cause, Error};
use crate::secret::Secret;

/// The longest that one statement or transaction may take; it is cancelled then.
const LONGEST_CALL: Duration = Duration::from_secs(10);

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
    pool: Arc<Pool>,
    _workers: Workers,
}

/// What is read: by a statement that is known, or by one that was made for it and has until then.
#[derive(Clone, Copy)]
enum Question<'a> {
    Known(Sql, &'a [Value]),
    Made(&'a Query, Instant),
}

impl Question<'_> {
    /// Whether it may take its whole time once more.
    fn has_time_again(&self) -> bool {
        matches!(self, Question::Known(..))
    }

    fn unanswered(&self, why: NoAnswer) -> Error {
        match (self, why) {
            (Question::Made(..), NoAnswer::Late) => Refusal::FilterTooWide.into(),
            (_, why) => why.into(),
        }
    }
}

type Read = Result<Vec<Row>, tokio_postgres::Error>;

impl Postgres {
    /// Connects once, so that a wrong address is found at start.
    pub(super) async fn open(
        config: &PostgresConfig,
        migrations: Migrations,
        queue: Arc<Queue>,
    ) -> Result<Self, Error> {
        match migrations {
            Migrations::Apply(now) => _ = migrate(config, now).await?,
            Migrations::Require => require_all(&status(config).await?)?,
        }
        let mut connector = Connector::new(config).map_err(unreachable)?;
        connector.look_around(config.prepared_statements).await;
        let connector = Arc::new(connector);
        let pool = Arc::new(Pool::new(connector.clone(), config.pool));
        pool.borrow().await?.give_back();
        Ok(Self {
            readers: Readers::new(connector.clone(), config.pool),
            _workers: Workers::start(connector.clone(), pool.clone(), queue),
            pool,
            connector,
        })
    }

    /// Of the connections that read, and of those that write.
    pub(super) fn readings(&self) -> (PoolReading, PoolReading) {
        (self.readers.reading(), self.pool.reading())
    }

    pub(super) fn dialect(&self) -> &Dialect {
        self.connector.dialect()
    }

    /// Runs one statement that changes nothing.
    pub(super) async fn read<T: FromRow>(
        &self,
        sql: Sql,
        values: &[Value],
    ) -> Result<Vec<T>, Error> {
        self.answer(Question::Known(sql, values)).await
    }

    /// Runs a statement that was made for one question, and gives it up when its time is over.
    pub(super) async fn ask<T: FromRow>(
        &self,
        query: &Query,
        until: Instant,
    ) -> Result<Vec<T>, Error> {
        self.answer(Question::Made(query, until)).await
    }

    async fn answer<T: FromRow>(&self, question: Question<'_>) -> Result<Vec<T>, Error> {
        if self.readers.is_empty() {
            let loan = self.pool.borrow().await?;
            let answer = self.ask_on(loan.connection()?, question).await;
            let answer = answer.map_err(|why| question.unanswered(why))?;
            loan.give_back();
            return decode(&answer.map_err(translate)?).map_err(Error::Internal);
        }
        let (connection, place) = self.readers.share().await?;
        match self.ask_on(&connection, question).await {
            Ok(Ok(rows)) => return decode(&rows).map_err(Error::Internal),
            Ok(Err(error)) => {
                let outdated = self.connector.were_distributed(&connection, &error);
                if !is_of_no_use(&error) && !outdated.await {
                    return Err(translate(error));
                }
                self.connector.note(&connection, &error);
            }
            Err(NoAnswer::Hung) if question.has_time_again() => {}
            Err(why) => {
                self.readers.suspend(connection);
                return Err(question.unanswered(why));
            }
        }
        // The connection broke while we waited, or its server goes or hangs: a read can be asked again without harm, once.
        // Not with two places: if all did so, nobody would get a second one.
        drop(place);
        let (connection, _place) = self.readers.share().await?;
        let answer = self.ask_on(&connection, question).await;
        let answer = answer.map_err(|why| question.unanswered(why))?;
        decode(&answer.map_err(translate)?).map_err(Error::Internal)
    }

    async fn ask_on(
        &self,
        connection: &Connection,
        question: Question<'_>,
    ) -> Result<Read, NoAnswer> {
        match question {
            Question::Known(sql, values) => {
                let asking = self.connector.query(connection, sql, values);
                self.connector.hear(connection, LONGEST_CALL, asking).await
            }
            Question::Made(query, until) => {
                let asking = self.connector.query_text(connection, query);
                let left = until.saturating_duration_since(Instant::now());
                self.connector.hear(connection, left, asking).await
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
        let answer = self.connector.hear(&connection, LONGEST_CALL, asking).await;
        answer?.map_err(unreachable)
    }

    /// Runs steps as one transaction, in one round trip; gives the rows of the last one.
    pub(super) async fn write<T: FromRow>(&self, steps: &[Step]) -> Result<Vec<T>, Error> {
        let loan = self.pool.borrow().await?;
        let connection = loan.connection()?;
        let query = |sql, values| self.connector.query(connection, sql, values);
        let begun = query(Sql::Begin, &[]);
        let all = join_all(steps.iter().map(|step| query(step.sql, &step.values)));
        // Each is on its way before the first is answered: a future sends when it is first polled.
        let running = join(join(begun, all), query(Sql::Commit, &[]));
        // Whoever drops the loan without a word leaves the connection to be brought to rest first.
        let answer = self.connector.hear(connection, LONGEST_CALL, running).await;
        let late = |_| Error::OutcomeUnknown("no answer in time".into());
        let ((begun, all), committed) = answer.map_err(late)?;
        let mut rows = Vec::new();
        for answer in [begun].into_iter().chain(all).chain([committed]) {
            match answer {
                Ok(answer) if answer.is_empty() => {}
                Ok(answer) => rows = answer,
                Err(error) => {
                    // For whoever comes next.
                    self.connector.were_distributed(connection, &error).await;
                    if is_of_no_use(&error) {
                        self.connector.note(connection, &error);
                        drop(loan.finish());
                    }
                    return Err(translate(error));
                }
            }
        }
        loan.give_back();
        decode(&rows).map_err(Error::Internal)
    }
}

fn decode<T: FromRow>(rows: &[Row]) -> Result<Vec<T>, Cause> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        T::add_row(&mut found, row)?;
    }
    Ok(found)
}
