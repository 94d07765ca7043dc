//! One connection to PostgreSQL: from the URL, over TLS or not, with its statements prepared or, behind a
//! pooler that would lose them, sent whole each time. How many connections there are is the pool's business.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_postgres::config::Host;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::AbortOnDropHandle;

use super::super::dialect::Dialect;
use super::super::row::{Kind, Value};
use super::super::statements::Sql;
use super::PostgresConfig;
use super::tls::{self, Verify};
use crate::error::Cause;

/// Name lookup, TCP, TLS and login, together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that was silent for this long is asked whether it still lives before it is used.
const IDLE_BEFORE_CHECK: Duration = Duration::from_secs(30);

/// How long a check may take; a dead peer must not hold up a request for longer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection may take to come to rest before what it does is cancelled, and how often that is tried:
/// a cancellation ends one statement, and several may be queued.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);
const SETTLE_TRIES: usize = 60;

/// Whether statements are prepared under a name, once for each connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreparedStatements {
    /// Where the server itself is at the other end of the line. A pooler in transaction mode may lose a name,
    /// or, worse, know it as another client's statement; so behind anything in between, no names.
    #[default]
    Auto,
    On,
    Off,
}

/// Reads a URL of PostgreSQL: libpq's parameters as far as the driver knows them, and libpq's `sslmode`.
pub(super) fn parse(url: &str) -> Result<(Config, Verify), Cause> {
    // The driver would name the rest of the password as an option that it does not know.
    if let (Some(query), Some(host)) = (url.find('?'), url.rfind('@'))
        && query < host
    {
        return Err("the user or the password has a ? in it: write it as %3F".into());
    }
    let (url, verify) = tls::split_ssl_parameters(url);
    let config = Config::from_str(&url)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err("names no host".into());
    }
    Ok((config, verify))
}

/// Knows how to open a connection.
pub(super) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
    /// The text of each statement, by number.
    texts: Vec<String>,
    prepared: bool,
    started: Instant,
}

impl Connector {
    /// Nothing is connected yet.
    pub(super) fn new(config: &PostgresConfig) -> Result<Self, Cause> {
        let (mut driver, verify) = parse(config.url.expose())?;
        if driver.get_connect_timeout().is_none() {
            driver.connect_timeout(CONNECT_TIMEOUT);
        }
        if driver.get_application_name().is_none() {
            driver.application_name("tickbox");
        }
        driver.keepalives_idle(Duration::from_mins(1));
        Ok(Self {
            config: driver,
            tls: tls::connector(verify)?,
            texts: Dialect::postgres(&config.schema).render_all(),
            prepared: false,
            started: Instant::now(),
        })
    }

    /// Finds out whether statements can be prepared, where that is not decided by the setting.
    pub(super) async fn choose_statements(&mut self, setting: PreparedStatements) {
        self.prepared = match setting {
            PreparedStatements::On => true,
            PreparedStatements::Off => false,
            PreparedStatements::Auto => tokio::time::timeout(CONNECT_TIMEOUT, self.is_direct())
                .await
                .is_ok_and(|direct| direct.unwrap_or(false)),
        };
        tracing::debug!(prepared = self.prepared, "chose how statements are sent");
    }

    /// Whether the server sees our own socket, and not that of a pooler, at the other end of the line.
    /// Two sockets are compared, so that a chance agreement of port numbers does not count.
    async fn is_direct(&self) -> Result<bool, Cause> {
        // Of several servers only one would be asked.
        let ([Host::Tcp(host)], Some(port)) = (
            self.config.get_hosts(),
            self.config.get_ports().first().or(Some(&5432)),
        ) else {
            return Ok(false);
        };
        for _ in 0..2 {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            let ours = i32::from(stream.local_addr()?.port());
            let mut make = self.tls.clone();
            let tls = tokio_postgres::tls::MakeTlsConnect::<TcpStream>::make_tls_connect(
                &mut make, host,
            )?;
            let (client, connection) = self.config.connect_raw(stream, tls).await?;
            let _driver = drive(connection);
            let rows = client.query_typed("SELECT inet_client_port()", &[]).await?;
            let seen: Option<i32> = rows.first().ok_or("no answer")?.try_get(0)?;
            if seen != Some(ours) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Opens a connection without statements: for migrations and checks.
    pub(super) async fn open_bare(&self) -> Result<Connection, Cause> {
        let connecting = self.config.connect(self.tls.clone());
        // The time limit of the configuration is for TCP alone.
        let (client, connection) = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| "connecting took too long")??;
        Ok(Connection {
            client,
            statements: Vec::new(),
            last_used_ms: AtomicU64::new(self.elapsed_ms()),
            _driver: drive(connection),
        })
    }

    /// Prepares all statements, where they are prepared at all. Until that has ended, the server is at work.
    pub(super) async fn prepare(&self, connection: &mut Connection) -> Result<(), Cause> {
        if !self.prepared {
            return Ok(());
        }
        let client = &connection.client;
        let preparing = Sql::ALL.iter().map(|sql| {
            let kinds: Vec<Type> = sql
                .template()
                .0
                .iter()
                .map(|kind| kind.postgres())
                .collect();
            async move {
                client
                    .prepare_typed(&self.texts[*sql as usize], &kinds)
                    .await
            }
        });
        // All at once: they share one round trip.
        let prepared = futures_util::future::try_join_all(preparing);
        connection.statements = tokio::time::timeout(CONNECT_TIMEOUT, prepared)
            .await
            .map_err(|_| "preparing statements took too long")??;
        Ok(())
    }

    /// Whether [`Connector::prepare`] has done its work.
    pub(super) fn is_prepared(&self, connection: &Connection) -> bool {
        !self.prepared || !connection.statements.is_empty()
    }

    /// Whether a connection can be used without asking it first.
    pub(super) fn is_fresh(&self, connection: &Connection) -> bool {
        let last_used = connection.last_used_ms.load(Ordering::Relaxed);
        let silent = Duration::from_millis(self.elapsed_ms().saturating_sub(last_used));
        !connection.client.is_closed() && silent < IDLE_BEFORE_CHECK
    }

    /// Asks a connection that was silent for long whether it still lives.
    pub(super) async fn is_usable(&self, connection: &Connection) -> bool {
        if self.is_fresh(connection) {
            return true;
        }
        if connection.client.is_closed() {
            return false;
        }
        let check = self.query(connection, Sql::Ping, &[]);
        matches!(tokio::time::timeout(CHECK_TIMEOUT, check).await, Ok(Ok(_)))
    }

    /// Runs one statement. It is on its way as soon as the future is first polled, so that
    /// several can share a round trip.
    pub(super) async fn query(
        &self,
        connection: &Connection,
        sql: Sql,
        values: &[Value],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let kinds = sql.template().0;
        debug_assert_eq!(kinds.len(), values.len(), "{sql:?}");
        connection
            .last_used_ms
            .store(self.elapsed_ms(), Ordering::Relaxed);
        if let Some(statement) = connection.statements.get(sql as usize) {
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
            connection.client.query(statement, &values).await
        } else {
            let values: Vec<(&(dyn ToSql + Sync), Type)> = values
                .iter()
                .zip(kinds.iter().copied().map(Kind::postgres))
                .map(|(value, kind)| (value as _, kind))
                .collect();
            let text = &self.texts[sql as usize];
            connection.client.query_typed(text, &values).await
        }
    }

    /// Brings a connection to rest on which something may still be under way, also a transaction that nobody will
    /// end: waits for the server, and cancels what takes long. `true` if it can be used again: not after a
    /// cancellation, which takes a way of its own and may arrive late, when it would end what is asked next.
    pub(super) async fn settle(&self, connection: &Connection) -> bool {
        for attempt in 0..SETTLE_TRIES {
            if connection.client.is_closed() {
                return false;
            }
            let resting = self.query(connection, Sql::Rollback, &[]);
            match tokio::time::timeout(SETTLE_PAUSE, resting).await {
                Ok(answer) => return answer.is_ok() && attempt == 0,
                Err(_) => self.cancel(connection).await,
            }
        }
        false
    }

    /// Asks the server to give up what this connection is doing.
    pub(super) async fn cancel(&self, connection: &Connection) {
        let cancelling = connection.client.cancel_token();
        let cancelling = cancelling.cancel_query(self.tls.clone());
        match tokio::time::timeout(CHECK_TIMEOUT, cancelling).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "could not cancel a statement"),
            Err(_) => tracing::warn!("could not cancel a statement in time"),
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// An open connection. Dropping it closes it.
pub(super) struct Connection {
    pub(super) client: Client,
    statements: Vec<Statement>,
    last_used_ms: AtomicU64,
    _driver: AbortOnDropHandle<()>,
}

/// Moves the bytes of one connection until it closes or its owner drops the handle.
fn drive<S, T>(connection: tokio_postgres::Connection<S, T>) -> AbortOnDropHandle<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with the connection that owns it"
    )]
    let task = tokio::task::spawn(async move {
        if let Err(error) = connection.await {
            // Whoever uses the connection hears of it too and reports it.
            tracing::debug!(%error, "a database connection ended");
        }
    });
    AbortOnDropHandle::new(task)
}

/// Shared by the readers and the pool.
pub(super) type SharedConnector = Arc<Connector>;
