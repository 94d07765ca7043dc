//! The connections to PostgreSQL: a few that many reads share, and a pool that lends one at a time to a group of writes.
//! Together they are never more than the settings allow.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::AbortOnDropHandle;

use super::super::gate::Gate;
use super::super::readings::PoolReading;
use super::connect::SharedConnector;
use super::connection::Connection;
use super::failure::unreachable;
use crate::error::Error;

/// Connections that reads share: one for each core, within these bounds. More do not help: the fewer they are, the
/// more requests travel in one packet.
const FEWEST_READERS: usize = 2;
const MOST_READERS: usize = 8;

/// Reads that may be in flight on one shared connection before further ones wait.
const READS_PER_READER: usize = 64;

/// How long a read waits for its shared connection to be opened or brought to rest.
const LONGEST_OPENING: Duration = Duration::from_secs(6);

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize {
    /// Kept open.
    pub kept: usize,
    /// Opened beyond those under load, and closed when they have lain idle for a while.
    pub overflow: usize,
}

impl PoolSize {
    pub(in super::super) fn total(self) -> usize {
        (self.kept + self.overflow).max(1)
    }

    /// With a single connection there is nothing to share: reads then borrow it as writes do.
    fn readers(self) -> usize {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        cores
            .clamp(FEWEST_READERS, MOST_READERS)
            .min(self.total() / 2)
    }
}

/// How long a connection beyond those that are kept may lie idle: closing one at once would mean to open the
/// next one in a moment while the load lasts.
const SURPLUS_LINGER: Duration = Duration::from_secs(10);

/// Lends a connection to one user at a time.
pub(super) struct Pool {
    connector: SharedConnector,
    gate: Gate,
    size: usize,
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
        if !connection.is_closed() {
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
        let places = size.total() - size.readers();
        Self {
            connector,
            gate: Gate::new(places, "all database connections are busy"),
            size: places,
            _sweeper: start_sweeper(&idle),
            idle,
        }
    }

    /// How many it lends at most.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn reading(&self) -> PoolReading {
        PoolReading {
            size: self.size,
            idle: self.idle.lock().len(),
            waiting: self.gate.level().1,
        }
    }

    /// # Errors
    /// [`Error::Unavailable`] when none comes free in time, or none can be opened.
    pub(super) async fn borrow(&self) -> Result<Loan, Error> {
        let mut place = self.gate.enter().await?;
        loop {
            // The guard must go before anything is awaited.
            let idle = self.idle.lock().pop_back();
            let Some((_, connection)) = idle else {
                let connection = self.connector.open_bare().await.map_err(unreachable)?;
                let mut loan = Loan::new(&self.connector, Some(&self.idle), connection, place);
                loan.prepare().await?;
                return Ok(loan);
            };
            if self.connector.is_given_up(&connection) {
                continue;
            }
            let loan = Loan::new(&self.connector, Some(&self.idle), connection, place);
            if self.connector.is_usable(loan.connection()?).await {
                return Ok(loan);
            }
            if !self.connector.is_given_up(loan.connection()?) {
                // It may only be slow: its place is not free until that is known.
                return Err(unreachable("a connection does not answer".into()));
            }
            (_, place) = loan.finish()?;
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

/// A connection in the hands of one user, and what else must not be free while the server may be at work on it:
/// a place in the pool, or a seat of the readers. Whoever drops it without a word (a caller that went away, a time
/// limit) leaves it to be brought to rest first.
pub(super) struct Loan<P: Send + 'static = OwnedSemaphorePermit> {
    connector: SharedConnector,
    /// Where it goes afterwards, if it goes anywhere.
    idle: Option<Arc<Idle>>,
    /// `None` only once the loan has ended.
    held: Option<(Connection, P)>,
}

impl<P: Send + 'static> Loan<P> {
    fn new(
        connector: &SharedConnector,
        idle: Option<&Arc<Idle>>,
        connection: Connection,
        place: P,
    ) -> Self {
        Self {
            connector: connector.clone(),
            idle: idle.cloned(),
            held: Some((connection, place)),
        }
    }

    /// Prepares the statements of a new connection.
    async fn prepare(&mut self) -> Result<(), Error> {
        let Some((connection, _)) = &mut self.held else {
            return Err(ended());
        };
        let prepared = self.connector.prepare(connection).await;
        prepared.map_err(unreachable)
    }

    pub(super) fn connection(&self) -> Result<&Connection, Error> {
        let held = self.held.as_ref().map(|(connection, _)| connection);
        held.ok_or_else(ended)
    }

    /// For the next one: what was asked has been answered.
    pub(super) fn give_back(mut self) {
        if let (Some((connection, _place)), Some(idle)) = (self.held.take(), &self.idle) {
            idle.put(connection);
        }
    }

    /// Takes the connection out of the loan: what was asked has been answered.
    pub(super) fn finish(mut self) -> Result<(Connection, P), Error> {
        self.held.take().ok_or_else(ended)
    }
}

fn ended() -> Error {
    Error::Internal("a loan was used after its end".into())
}

impl<P: Send + 'static> Drop for Loan<P> {
    fn drop(&mut self) {
        let Some((connection, place)) = self.held.take() else {
            return;
        };
        let (connector, idle) = (self.connector.clone(), self.idle.clone());
        settle_in_background(async move {
            let rests = connector.settle(&connection).await;
            match idle {
                Some(idle) if rests && connector.is_prepared(&connection) => idle.put(connection),
                _ => drop(connection),
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

/// A few connections on which many reads are in flight at once: they share system calls on both sides.
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
            gate: Gate::new(readers * READS_PER_READER, "too many reads are in flight"),
            seats: (0..readers).map(|_| Arc::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// Reads in flight are spread evenly: so many connections are used, if there are so many.
    pub(super) fn reading(&self) -> PoolReading {
        let (in_flight, waiting) = self.gate.level();
        let seats = self.seats.iter();
        let open = seats.filter(|seat| seat.connection.load().is_some());
        PoolReading {
            size: self.seats.len(),
            idle: open.count().saturating_sub(in_flight),
            waiting,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// A place among the reads in flight, and a connection to share.
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
        let opening = seat.opening.clone().lock_owned().await;
        if let Some(connection) = seat.connection.load_full() {
            if self.connector.is_usable(&connection).await {
                return Ok(connection);
            }
            if !self.connector.is_given_up(&connection) {
                drop(opening);
                self.suspend(connection);
                return Err(unreachable("a connection does not answer".into()));
            }
        }
        let connection = self.connector.open_bare().await.map_err(unreachable)?;
        let mut loan = Loan::new(&self.connector, None, connection, opening);
        loan.prepare().await?;
        let (connection, _opening) = loan.finish()?;
        let connection = Arc::new(connection);
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
