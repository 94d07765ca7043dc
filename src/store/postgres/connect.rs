//! One connection to PostgreSQL: from the URL, over TLS or not, with its statements prepared or, behind a
//! pooler that would lose them, sent whole each time. How many connections there are is the pool's business.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::net::TcpStream;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::dialect::Dialect;
use super::super::statements::Sql;
use super::PostgresConfig;
use super::backends::Backends;
use super::connection::{Connection, first};
use super::distribution::{Distribution, Texts};
use super::failure::is_of_no_use;
use super::hosts::{CONNECT_TIMEOUT, Hosts};
use super::known::KnownAccounts;
use super::tls::{self, Verify};
use crate::error::Cause;

/// A connection that was silent for this long is asked whether it still lives before it is used.
const IDLE_BEFORE_CHECK: Duration = Duration::from_secs(30);

/// How long a check may take; a dead peer must not hold up a request for longer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection on which nothing moves for this long is tried by the kernel: that of a machine that has started anew says
/// at once that it knows nothing of it.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// How long a connection may take to come to rest before what it does is cancelled, and how often that is tried:
/// a cancellation ends one statement, and several may be queued.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);
const SETTLE_TRIES: usize = 60;

/// Whether statements are prepared under a name, once for each connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreparedStatements {
    /// Where the server itself is at the other end of the connection. A pooler in transaction mode may lose a name,
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

/// Each of our statements finds its rows by an index. So its plan is the same for all values, and to make one each
/// time, as the server does where it looks cheaper for few rows, costs more than it saves; and a plan that was made when
/// the tables were small must not read all of them when they have grown. Where an index has the order that is asked for,
/// nothing is sorted: a plan made for few rows would sort all that a user has. None runs long enough to be worth
/// compiling.
const PLANNING: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET jit = off";

/// Knows how to open a connection.
pub(super) struct Connector {
    config: Config,
    pub(super) hosts: Hosts,
    tls: MakeRustlsConnect,
    pub(super) texts: Texts,
    pub(super) prepared: bool,
    /// Whether the server at the other end is PostgreSQL itself, whose session is ours alone.
    direct: bool,
    pub(super) distribution: Distribution,
    pub(super) schema: String,
    dialect: Dialect,
    backends: Backends,
    pub(super) known: KnownAccounts,
    started: Instant,
    /// How often the server that we were connected to has turned out to be of no use any more.
    generation: AtomicU64,
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
        if driver.get_keepalives_idle() == Config::new().get_keepalives_idle() {
            driver.keepalives_idle(KEEPALIVE);
        }
        Ok(Self {
            hosts: Hosts::of(&driver),
            generation: AtomicU64::new(0),
            config: driver,
            tls: tls::connector(verify)?,
            texts: Texts::of(&Dialect::postgres(&config.schema)),
            prepared: false,
            direct: false,
            distribution: Distribution::default(),
            schema: config.schema.clone(),
            dialect: Dialect::postgres(&config.schema),
            backends: Backends::default(),
            known: KnownAccounts::default(),
            started: Instant::now(),
        })
    }

    /// Finds out whether anything stands between, and with it whether statements can be prepared, where that is not
    /// decided by the setting; and whether the tables are spread over several servers.
    pub(super) async fn look_around(&mut self, setting: PreparedStatements) {
        // What is known of the connection is of use to prepared statements alone.
        if setting != PreparedStatements::Off {
            let asking = tokio::time::timeout(CONNECT_TIMEOUT, self.is_direct());
            self.direct = asking.await.is_ok_and(|direct| direct.unwrap_or(false));
        }
        self.prepared = self.direct || setting == PreparedStatements::On;
        self.look_for_distribution().await;
        tracing::debug!(
            prepared = self.prepared,
            direct = self.direct,
            distributed = self.is_distributed(),
            "chose how statements are sent"
        );
    }

    /// Whether the server sees our own socket, and not that of a pooler, at the other end of the connection.
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
            let connection = Connection::new(client, connection, 0);
            let asked = "SELECT COALESCE(inet_client_port(), 0)";
            if first::<i32>(&connection.client.query_typed(asked, &[]).await?)? != ours {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Opens a connection without statements: for migrations and checks.
    pub(super) async fn open_bare(&self) -> Result<Connection, Cause> {
        // Before, so that it is not taken for newer than it is.
        let generation = self.generation.load(Ordering::Relaxed);
        let (host, (client, connection)) = self.hosts.connect(&self.tls).await?;
        let mut connection = Connection::new(client, connection, self.elapsed_ms());
        connection.host = host;
        connection.generation = generation;
        Ok(connection)
    }

    /// Prepares all statements, where they are prepared at all. Until that has ended, the server is at work.
    pub(super) async fn prepare(&self, connection: &mut Connection) -> Result<(), Cause> {
        if !self.prepared {
            return Ok(());
        }
        let client = &connection.client;
        let preparing = self.texts().iter();
        let preparing = preparing.map(|(text, kinds)| client.prepare_typed(text, kinds));
        let preparing = async {
            if self.direct
                // A server that does not know these settings plans as it likes; and a plan for many servers is made
                // for the values.
                && !self.is_distributed()
                && let Err(error) = client.batch_execute(PLANNING).await
            {
                tracing::debug!(%error, "could not say how to plan");
            }
            // All at once: they share one round trip.
            let statements = try_join_all(preparing).await?;
            let number = client.query_typed("SELECT pg_backend_pid()", &[]).await?;
            Ok::<_, Cause>((statements, first::<i32>(&number)?))
        };
        let prepared = self.hear(connection, CONNECT_TIMEOUT, preparing).await;
        let (statements, number) = prepared.map_err(|_| "preparing statements took too long")??;
        connection.statements = statements;
        connection.backend = self.direct.then(|| self.backends.enter(number));
        Ok(())
    }

    /// Whether each transaction says how to plan, because no session is ours that could be told once.
    pub(super) fn plans_by_transaction(&self) -> bool {
        !self.direct && !self.is_distributed()
    }

    /// Whether nobody but this process has a session in this database. That is seen only where our own are known.
    pub(super) async fn is_alone(&self, connection: &Connection) -> Result<bool, Cause> {
        if !self.direct {
            return Ok(false);
        }
        // Strangers are seen by anybody, though not what they do.
        let strangers = "SELECT count(*) FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND pid <> ALL ($1)";
        let ours = (
            &self.backends.numbers() as &(dyn ToSql + Sync),
            Type::INT4_ARRAY,
        );
        let rows = connection.client.query_typed(strangers, &[ours]).await?;
        Ok(first::<i64>(&rows)? == 0)
    }

    /// Whether [`Connector::prepare`] has done its work.
    pub(super) fn is_prepared(&self, connection: &Connection) -> bool {
        !self.prepared || !connection.statements.is_empty()
    }

    /// Whether a connection can be used without asking it first.
    pub(super) fn is_fresh(&self, connection: &Connection) -> bool {
        let last_used = connection.last_used_ms.load(Ordering::Relaxed);
        let silent = Duration::from_millis(self.elapsed_ms().saturating_sub(last_used));
        !self.is_given_up(connection) && silent < IDLE_BEFORE_CHECK
    }

    /// Asks a connection that was silent for long whether it still lives.
    pub(super) async fn is_usable(&self, connection: &Connection) -> bool {
        if self.is_fresh(connection) {
            return true;
        }
        if self.is_given_up(connection) {
            return false;
        }
        let check = self.query(connection, Sql::Ping, &[]);
        matches!(self.hear(connection, CHECK_TIMEOUT, check).await, Ok(Ok(_)))
    }

    pub(super) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Brings a connection to rest on which something may still be in flight, also a transaction that nobody will
    /// end: waits for the server, and cancels what takes long. `true` if it can be used again: not after a
    /// cancellation, which takes a way of its own and may arrive late, when it would end what is asked next.
    pub(super) async fn settle(&self, connection: &Connection) -> bool {
        for attempt in 0..SETTLE_TRIES {
            if self.is_given_up(connection) {
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
            Err(_) => {
                tracing::warn!("could not cancel a statement in time");
                // Nothing comes from there any more.
                self.give_up_those_like(connection);
            }
        }
    }

    /// What went wrong on a connection may be so on all that lead to the same server. One that only broke says nothing of
    /// the others.
    pub(super) fn note(&self, connection: &Connection, error: &tokio_postgres::Error) {
        if is_of_no_use(error) && error.code().is_some() {
            self.give_up_those_like(connection);
        }
    }

    /// The server has changed its role, goes down, or hangs: all that is connected to it as this is goes, and what comes
    /// next may find a better one.
    pub(super) fn give_up_those_like(&self, connection: &Connection) {
        if self.renew_those_like(connection) {
            self.hosts.avoid(connection.host);
        }
    }

    /// All that is connected as this is goes, and what comes next begins anew, at the same server. `false` if that has
    /// happened since.
    pub(super) fn renew_those_like(&self, connection: &Connection) -> bool {
        let (known, next) = (connection.generation, connection.generation + 1);
        let order = Ordering::Relaxed;
        let generation = &self.generation;
        let is_first = generation.compare_exchange(known, next, order, order);
        if is_first.is_ok() {
            tracing::warn!(
                "the connections to the database are of no use any more: connecting anew"
            );
        }
        is_first.is_ok()
    }

    /// Whether a connection is not to be used any more.
    pub(super) fn is_given_up(&self, connection: &Connection) -> bool {
        connection.is_closed() || self.is_former(connection)
    }

    /// Whether its server was left since.
    pub(super) fn is_former(&self, connection: &Connection) -> bool {
        connection.generation < self.generation.load(Ordering::Relaxed)
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Shared by the readers and the pool.
pub(super) type SharedConnector = Arc<Connector>;
