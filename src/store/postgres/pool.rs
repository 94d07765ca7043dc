//! The connections to PostgreSQL: a few that many reads share, and a pool that lends one at a time to a write.
//! Together they are never more than the settings allow.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::SemaphorePermit;
use tokio_util::task::AbortOnDropHandle;

use super::super::gate::{Gate, RETRY_AFTER};
use super::connect::{Connection, SharedConnector};
use crate::error::{Cause, Error};

/// Connections that reads share. More do not help: each is a process of the server that competes for a core.
const MOST_READERS: usize = 4;

/// Reads that may be under way on one shared connection before further ones wait.
const READS_PER_READER: usize = 64;

/// The server cannot be reached, lets us not in, or gives up what it was asked.
pub(super) fn unreachable(source: Cause) -> Error {
    Error::Unavailable {
        what: "the database cannot be used now",
        retry_after: RETRY_AFTER,
        source: Some(source),
    }
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize {
    /// Kept open.
    pub kept: usize,
    /// Opened beyond those under load, and closed when they have lain idle for a while.
    pub overflow: usize,
}

impl PoolSize {
    fn total(self) -> usize {
        (self.kept + self.overflow).max(1)
    }

    /// With a single connection there is nothing to share: reads then borrow it as writes do.
    fn readers(self) -> usize {
        MOST_READERS.min(self.total() / 2)
    }
}

/// How long a connection beyond those that are kept may lie idle: closing one at once would mean to open the
/// next one in a moment while the load lasts.
const SURPLUS_LINGER: Duration = Duration::from_secs(10);

/// Lends a connection to one user at a time.
pub(super) struct Pool {
    connector: SharedConnector,
    gate: Gate,
    idle: Arc<Idle>,
    _sweeper: AbortOnDropHandle<()>,
}

/// Connections that nobody uses.
#[derive(Default)]
struct Idle {
    /// The latest used last: it is the likeliest to live.
    connections: Mutex<VecDeque<(Instant, Connection)>>,
    /// More than this many are closed after a while.
    kept: usize,
}

impl Idle {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(Instant, Connection)>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes what lay idle for long, as far as it is more than what is kept.
    fn sweep(&self) {
        let mut connections = self.lock();
        while connections.len() > self.kept
            && connections
                .front()
                .is_some_and(|(since, _)| since.elapsed() >= SURPLUS_LINGER)
        {
            connections.pop_front();
        }
    }
}

impl Pool {
    pub(super) fn new(connector: SharedConnector, size: PoolSize) -> Self {
        let idle = Arc::new(Idle {
            connections: Mutex::default(),
            kept: size.kept.saturating_sub(size.readers()),
        });
        Self {
            connector,
            gate: Gate::new(
                size.total() - size.readers(),
                "all database connections are busy",
            ),
            _sweeper: start_sweeper(&idle),
            idle,
        }
    }

    /// # Errors
    /// [`Error::Unavailable`] when none comes free in time, or none can be opened.
    pub(super) async fn borrow(&self) -> Result<Loan<'_>, Error> {
        let place = self.gate.enter().await?;
        loop {
            // The guard must go before anything is awaited.
            let idle = self.idle.lock().pop_back();
            let connection = match idle {
                Some((_, connection)) if self.connector.is_usable(&connection).await => connection,
                Some(_) => continue,
                None => self.connector.open().await.map_err(unreachable)?,
            };
            return Ok(Loan {
                pool: self,
                connection,
                _place: place,
            });
        }
    }
}

fn start_sweeper(idle: &Arc<Idle>) -> AbortOnDropHandle<()> {
    let idle = Arc::downgrade(idle);
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with the pool that owns it"
    )]
    let task = tokio::task::spawn(async move {
        let mut ticks = tokio::time::interval(SURPLUS_LINGER / 2);
        loop {
            ticks.tick().await;
            let Some(idle) = idle.upgrade() else { return };
            idle.sweep();
        }
    });
    AbortOnDropHandle::new(task)
}

/// A borrowed connection. Dropping it closes the connection, so that whatever was left half done on it
/// (a caller that went away, a time limit) cannot reach the next user; [`Loan::give_back`] keeps it.
pub(super) struct Loan<'a> {
    pool: &'a Pool,
    connection: Connection,
    _place: SemaphorePermit<'a>,
}

impl Loan<'_> {
    pub(super) fn give_back(self) {
        let Self {
            pool, connection, ..
        } = self;
        if !connection.client.is_closed() {
            pool.idle.lock().push_back((Instant::now(), connection));
        }
    }
}

impl Deref for Loan<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// A few connections on which many reads are under way at once: they share system calls on both sides.
pub(super) struct Readers {
    connector: SharedConnector,
    gate: Gate,
    seats: Vec<Seat>,
    next: AtomicUsize,
}

#[derive(Default)]
struct Seat {
    connection: ArcSwapOption<Connection>,
    /// Held while a connection is checked or opened, so that it is done once.
    opening: tokio::sync::Mutex<()>,
}

impl Readers {
    pub(super) fn new(connector: SharedConnector, size: PoolSize) -> Self {
        let readers = size.readers();
        Self {
            connector,
            gate: Gate::new(readers * READS_PER_READER, "too many reads are under way"),
            seats: (0..readers).map(|_| Seat::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// A place among the reads under way, and a connection to share.
    pub(super) async fn share(&self) -> Result<(Arc<Connection>, SemaphorePermit<'_>), Error> {
        let place = self.gate.enter().await?;
        let seat = &self.seats[self.next.fetch_add(1, Ordering::Relaxed) % self.seats.len()];
        if let Some(connection) = seat.connection.load_full()
            && self.connector.is_fresh(&connection)
        {
            return Ok((connection, place));
        }
        let _opening = seat.opening.lock().await;
        if let Some(connection) = seat.connection.load_full()
            && self.connector.is_usable(&connection).await
        {
            return Ok((connection, place));
        }
        let connection = Arc::new(self.connector.open().await.map_err(unreachable)?);
        seat.connection.store(Some(connection.clone()));
        Ok((connection, place))
    }

    /// Stops using a connection that did not answer.
    pub(super) fn discard(&self, connection: &Arc<Connection>) {
        for seat in &self.seats {
            let current = seat.connection.load();
            if current
                .as_ref()
                .is_some_and(|current| Arc::ptr_eq(current, connection))
            {
                seat.connection.compare_and_swap(&current, None);
            }
        }
    }
}
