//! The connections to PostgreSQL: a few that many reads share, and a pool that lends one at a time to a write.
//! Together they are never more than the settings allow.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::AbortOnDropHandle;

use super::super::gate::{Gate, RETRY_AFTER};
use super::connect::{Connection, SharedConnector};
use crate::error::{Cause, Error};

/// Connections that reads share. More do not help: each is a process of the server that competes for a core.
const MOST_READERS: usize = 4;

/// Reads that may be under way on one shared connection before further ones wait.
const READS_PER_READER: usize = 64;

/// How long a read waits for its shared connection to be opened or brought to rest.
const LONGEST_OPENING: Duration = Duration::from_secs(6);

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
    fn put(&self, connection: Connection) {
        if !connection.client.is_closed() {
            self.lock().push_back((Instant::now(), connection));
        }
    }

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
    pub(super) async fn borrow(&self) -> Result<Loan, Error> {
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
                connector: self.connector.clone(),
                idle: self.idle.clone(),
                held: Some((connection, place)),
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

/// A borrowed connection. Whoever drops it without a word (a caller that went away, a time limit) may leave the
/// server at work on it: it then keeps its place in the pool until the server has ended that.
pub(super) struct Loan {
    connector: SharedConnector,
    idle: Arc<Idle>,
    /// `None` only once the loan has ended.
    held: Option<(Connection, OwnedSemaphorePermit)>,
}

impl Loan {
    pub(super) fn connection(&self) -> Result<&Connection, Error> {
        let held = self.held.as_ref().map(|(connection, _)| connection);
        held.ok_or_else(|| Error::Internal("a loan was used after its end".into()))
    }

    /// For the next one: what was asked has been answered.
    pub(super) fn give_back(mut self) {
        if let Some((connection, _place)) = self.held.take() {
            self.idle.put(connection);
        }
    }

    /// Not to be used again: it was answered, but its server is of no use.
    pub(super) fn close(mut self) {
        self.held = None;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some((connection, place)) = self.held.take() else {
            return;
        };
        let (connector, idle) = (self.connector.clone(), self.idle.clone());
        settle_in_background(async move {
            if connector.settle(&connection).await {
                idle.put(connection);
            }
            drop(place);
        });
    }
}

/// A connection that was given up on is brought to rest by a task of its own; shutdown need not wait for that.
fn settle_in_background(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}

/// A few connections on which many reads are under way at once: they share system calls on both sides.
pub(super) struct Readers {
    connector: SharedConnector,
    gate: Gate,
    seats: Vec<Arc<Seat>>,
    next: AtomicUsize,
}

#[derive(Default)]
struct Seat {
    connection: ArcSwapOption<Connection>,
    /// Held while a connection is checked, opened, or brought to rest, so that there is never a second one.
    opening: Arc<tokio::sync::Mutex<()>>,
}

impl Readers {
    pub(super) fn new(connector: SharedConnector, size: PoolSize) -> Self {
        let readers = size.readers();
        Self {
            connector,
            gate: Gate::new(readers * READS_PER_READER, "too many reads are under way"),
            seats: (0..readers).map(|_| Arc::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// A place among the reads under way, and a connection to share.
    pub(super) async fn share(&self) -> Result<(Arc<Connection>, OwnedSemaphorePermit), Error> {
        let place = self.gate.enter().await?;
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let seats =
            (0..self.seats.len()).map(|step| &self.seats[(first + step) % self.seats.len()]);
        for seat in seats {
            if let Some(connection) = seat.connection.load_full()
                && self.connector.is_fresh(&connection)
            {
                return Ok((connection, place));
            }
        }
        let seat = &self.seats[first % self.seats.len()];
        let opening = tokio::time::timeout(LONGEST_OPENING, self.open(seat)).await;
        Ok((
            opening.map_err(|_| unreachable("no connection in time".into()))??,
            place,
        ))
    }

    async fn open(&self, seat: &Seat) -> Result<Arc<Connection>, Error> {
        let _opening = seat.opening.lock().await;
        if let Some(connection) = seat.connection.load_full()
            && self.connector.is_usable(&connection).await
        {
            return Ok(connection);
        }
        let connection = Arc::new(self.connector.open().await.map_err(unreachable)?);
        seat.connection.store(Some(connection.clone()));
        Ok(connection)
    }

    /// Stops using a connection that did not answer, until it does.
    pub(super) fn suspend(&self, connection: Arc<Connection>) {
        for seat in &self.seats {
            let current = seat.connection.load();
            if !current
                .as_ref()
                .is_some_and(|current| Arc::ptr_eq(current, &connection))
            {
                continue;
            }
            // If somebody is at it already, there is nothing to do.
            let Ok(opening) = seat.opening.clone().try_lock_owned() else {
                return;
            };
            seat.connection.store(None);
            let (connector, seat) = (self.connector.clone(), seat.clone());
            settle_in_background(async move {
                if connector.settle(&connection).await {
                    seat.connection.store(Some(connection));
                }
                drop(opening);
            });
            return;
        }
    }
}
