//! One connection to PostgreSQL: from the URL, with its statements prepared or, behind a pooler that would lose them,
//! sent whole each time. How a line is opened is said in `socket`; how many connections there are is the pool's business.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::super::dialect::Dialect;
use super::super::row::{Columns, FromRow, Kind, Value};
use super::super::statements::Sql;
use super::PostgresConfig;
use super::reply::Failure;
use super::request::Request;
use super::sessions::{Session, Sessions};
use super::socket::{Address, Canceller, Opener};
use super::tls::{self, Verify};
use super::wire::{Asked, Wire};
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

/// Each of our statements finds its rows by an index. So its plan is the same for all values, and to make one each
/// time, as the server does where it looks cheaper for few rows, costs more than it saves; and a plan that was made when
/// the tables were small must not read all of them when they have grown. None runs long enough to be worth compiling.
const PLANNING: &str =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

/// What the server does with a transaction that nobody began: it ends with the Sync behind the statements. Said aloud, as
/// in [`Sql::Begin`], because a server or role may have another default.
const ISOLATION: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// Knows how to open a connection.
pub(super) struct Connector {
    opener: Opener,
    /// The text of each statement, and the name under which it is prepared, by number.
    texts: Vec<String>,
    names: Vec<String>,
    prepared: bool,
    /// Whether the server at the other end is PostgreSQL itself, whose session is ours alone.
    direct: bool,
    sessions: Sessions,
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
        let texts = Dialect::postgres(&config.schema).render_all();
        Ok(Self {
            opener: Opener::new(driver, tls::connector(verify)?),
            names: (0..texts.len())
                .map(|number| format!("s{number}"))
                .collect(),
            texts,
            prepared: false,
            direct: false,
            sessions: Sessions::default(),
            started: Instant::now(),
        })
    }

    /// Finds out whether anything stands between, and with it whether statements can be prepared, where that is not
    /// decided by the setting.
    pub(super) async fn choose_statements(&mut self, setting: PreparedStatements) {
        // What is known of the line is of use to prepared statements alone.
        if setting != PreparedStatements::Off {
            let asking = tokio::time::timeout(CONNECT_TIMEOUT, self.is_direct());
            self.direct = asking.await.is_ok_and(|direct| direct.unwrap_or(false));
        }
        self.prepared = self.direct || setting == PreparedStatements::On;
        let Self {
            prepared, direct, ..
        } = self;
        tracing::debug!(prepared, direct, "chose how statements are sent");
    }

    /// Whether the server sees our own socket, and not that of a pooler, at the other end of the line.
    /// Two sockets are compared, so that a chance agreement of port numbers does not count.
    async fn is_direct(&self) -> Result<bool, Cause> {
        // Of several servers only one would be asked.
        let [Host::Tcp(_)] = self.opener.config().get_hosts() else {
            return Ok(false);
        };
        for _ in 0..2 {
            let connection = self.open_bare().await?;
            let asked = "SELECT CAST(inet_client_port() AS bigint)";
            let seen: Vec<Seen> = connection.ask(asked, &[], &[]).await?;
            let ours = connection.port.map(i64::from);
            if ours.is_none() || ours != seen.first().and_then(|seen| seen.0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Opens a connection without statements: for migrations and checks.
    pub(super) async fn open_bare(&self) -> Result<Connection, Cause> {
        let opening = async {
            let mut failure: Cause = "names no address".into();
            for address in self.opener.addresses().await? {
                match self.open_at(address).await {
                    Ok(connection) => return Ok(connection),
                    Err(cause) => failure = cause,
                }
            }
            Err(failure)
        };
        // The time limit of the configuration is for TCP alone.
        tokio::time::timeout(CONNECT_TIMEOUT, opening)
            .await
            .map_err(|_| "connecting took too long")?
    }

    /// Fails too if this server is not of the kind that the URL asks for.
    async fn open_at(&self, address: Address) -> Result<Connection, Cause> {
        let opened = self.opener.log_in(address).await?;
        let connection = Connection {
            wire: Wire::new(opened.stream),
            canceller: opened.canceller,
            port: opened.port,
            is_prepared: false,
            session: None,
            last_used_ms: AtomicU64::new(self.elapsed_ms()),
        };
        let wanted = match self.opener.config().get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            _ => return Ok(connection),
        };
        let found: Vec<Shown> = connection
            .ask("SHOW transaction_read_only", &[], &[])
            .await?;
        if found.first().is_some_and(|shown| shown.0 == wanted) {
            Ok(connection)
        } else {
            Err("the server does not have the target_session_attrs of the URL".into())
        }
    }

    /// Prepares all statements, where they are prepared at all. Until that has ended, the server is at work.
    pub(super) async fn prepare(&self, connection: &mut Connection) -> Result<(), Cause> {
        if !self.prepared {
            return Ok(());
        }
        let mut request = Request::new();
        for (sql, (name, text)) in Sql::ALL.iter().zip(self.names.iter().zip(&self.texts)) {
            request.prepare(name, text, sql.template().0)?;
        }
        if self.direct {
            request.run_text("SELECT CAST(pg_backend_pid() AS bigint)", &[], &[])?;
        }
        // All are sent before the first is answered.
        let settings = self
            .direct
            .then(|| [ISOLATION, PLANNING].map(|sql| connection.script(sql)));
        let preparing = connection.wire.send(request);
        let prepared = async {
            if let Some([isolation, planning]) = settings {
                isolation.await?;
                // A server that does not know these settings plans as it likes.
                if let Err(error) = planning.await {
                    tracing::debug!(%error, "could not say how to plan");
                }
            }
            let mut reply = preparing.reply().await?;
            let number = if self.direct {
                reply.rows::<Seen>()?.pop().and_then(|seen| seen.0)
            } else {
                None
            };
            reply.end()?;
            Ok::<_, Failure>(number)
        };
        let number = tokio::time::timeout(CONNECT_TIMEOUT, prepared)
            .await
            .map_err(|_| "preparing statements took too long")??;
        connection.session = number.map(|number| self.sessions.enter(number));
        connection.is_prepared = true;
        Ok(())
    }

    /// Whether nobody but this process has a session in this database. That is seen only where our own are known.
    pub(super) async fn is_alone(&self, connection: &Connection) -> Result<bool, Failure> {
        if !self.direct {
            return Ok(false);
        }
        // Strangers are seen by anybody, though not what they do.
        let strangers = "SELECT count(*) FROM pg_catalog.pg_stat_activity
            WHERE datname = current_database() AND pid <> ALL (CAST($1 AS integer[]))";
        let ours = Value::Text(self.sessions.to_array().into());
        let seen: Vec<Seen> = connection.ask(strangers, &[Kind::Text], &[ours]).await?;
        Ok(seen.first().and_then(|seen| seen.0) == Some(0))
    }

    /// Whether [`Connector::prepare`] has done its work.
    pub(super) fn is_prepared(&self, connection: &Connection) -> bool {
        !self.prepared || connection.is_prepared
    }

    /// Whether a connection can be used without asking it first.
    pub(super) fn is_fresh(&self, connection: &Connection) -> bool {
        let last_used = connection.last_used_ms.load(Ordering::Relaxed);
        let silent = Duration::from_millis(self.elapsed_ms().saturating_sub(last_used));
        !connection.is_closed() && silent < IDLE_BEFORE_CHECK
    }

    /// Asks a connection that was silent for long whether it still lives.
    pub(super) async fn is_usable(&self, connection: &Connection) -> bool {
        if self.is_fresh(connection) {
            return true;
        }
        if connection.is_closed() {
            return false;
        }
        let check = self.ask::<()>(connection, Sql::Ping, &[]);
        matches!(tokio::time::timeout(CHECK_TIMEOUT, check).await, Ok(Ok(_)))
    }

    /// Runs one statement.
    pub(super) async fn ask<T: FromRow>(
        &self,
        connection: &Connection,
        sql: Sql,
        values: &[Value],
    ) -> Result<Vec<T>, Failure> {
        let asked = self.send(connection, [(sql, values)])?;
        asked.reply().await?.rows()
    }

    /// Sends some statements at once, so that they share a round trip; what is awaited is the reply.
    pub(super) fn send<'a>(
        &self,
        connection: &Connection,
        statements: impl IntoIterator<Item = (Sql, &'a [Value])>,
    ) -> Result<Asked, Failure> {
        let mut request = Request::new();
        for (sql, values) in statements {
            let kinds = sql.template().0;
            debug_assert_eq!(kinds.len(), values.len(), "{sql:?}");
            if connection.is_prepared {
                request.run(&self.names[sql as usize], values)?;
            } else {
                request.run_text(&self.texts[sql as usize], kinds, values)?;
            }
        }
        connection
            .last_used_ms
            .store(self.elapsed_ms(), Ordering::Relaxed);
        Ok(connection.wire.send(request))
    }

    /// Brings a connection to rest on which something may still be under way, also a transaction that nobody will
    /// end: waits for the server, and cancels what takes long. `true` if it can be used again: not after a
    /// cancellation, which takes a way of its own and may arrive late, when it would end what is asked next.
    pub(super) async fn settle(&self, connection: &Connection) -> bool {
        for attempt in 0..SETTLE_TRIES {
            if connection.is_closed() {
                return false;
            }
            let resting = self.ask::<()>(connection, Sql::Rollback, &[]);
            match tokio::time::timeout(SETTLE_PAUSE, resting).await {
                Ok(answer) => return answer.is_ok() && attempt == 0,
                Err(_) => self.cancel(connection).await,
            }
        }
        false
    }

    /// Asks the server to give up what this connection is doing.
    pub(super) async fn cancel(&self, connection: &Connection) {
        let cancelling = self.opener.cancel(&connection.canceller);
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
    wire: Wire,
    canceller: Canceller,
    /// Our own port, over TCP.
    port: Option<u16>,
    is_prepared: bool,
    /// Where it is ours alone.
    session: Option<Session>,
    last_used_ms: AtomicU64,
}

impl Connection {
    pub(super) fn is_closed(&self) -> bool {
        self.wire.is_closed()
    }

    /// Whether the statements of one request are a transaction by themselves (PostgreSQL manual, "Pipelining"), of the
    /// kind that ours need.
    pub(super) fn commits_at_sync(&self) -> bool {
        self.session.is_some()
    }

    /// Runs some statements of which nothing is wanted. They are on their way before they are awaited.
    pub(super) fn script(&self, sql: &str) -> impl Future<Output = Result<(), Failure>> + use<> {
        let sent = Request::script(sql).map(|request| self.wire.send(request));
        async { sent?.reply().await?.end() }
    }

    /// Runs a statement that is none of [`Sql`].
    pub(super) async fn ask<T: FromRow>(
        &self,
        sql: &str,
        kinds: &[Kind],
        values: &[Value],
    ) -> Result<Vec<T>, Failure> {
        let mut request = Request::new();
        request.run_text(sql, kinds, values)?;
        self.wire.send(request).reply().await?.rows()
    }
}

/// A number, or none: the port over a Unix socket.
struct Seen(Option<i64>);

impl FromRow for Seen {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        // Null has no number.
        Ok(Self(row.int(0).ok()))
    }
}

/// The value of a setting.
struct Shown(String);

impl FromRow for Shown {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        row.text(0).map(Self)
    }
}

/// Shared by the readers and the pool.
pub(super) type SharedConnector = Arc<Connector>;
