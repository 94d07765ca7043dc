//! The connections to PostgreSQL: a few that many reads share, and a pool that lends one at a time to a write.
//! Together they are never more than the settings allow.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use tokio::sync::SemaphorePermit;

use super::super::gate::{Gate, RETRY_AFTER};
use super::connect::{Connection, SharedConnector};
use crate::error::{Cause, Error};

/// Connections that reads share. More do not help: each is a process of the server that competes for a core.
const MOST_READERS: usize = 4;

/// Reads that may be under way on one shared connection before further ones wait.
const READS_PER_READER: usize = 64;

/// The server cannot be reached, or let nobody in.
pub(super) fn unreachable(source: Cause) -> Error {
    Error::Unavailable {
        what: "the database cannot be reached",
        retry_after: RETRY_AFTER,
        source: Some(source),
    }
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize {
    /// Kept open.
    pub kept: usize,
    /// Opened beyond those under load, and closed after use.
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

/// Lends a connection to one user at a time.
pub(super) struct Pool {
    connector: SharedConnector,
    gate: Gate,
    /// The latest used last: it is the likeliest to live.
    idle: Mutex<VecDeque<Connection>>,
    most_idle: usize,
}

impl Pool {
    pub(super) fn new(connector: SharedConnector, size: PoolSize) -> Self {
        Self {
            connector,
            gate: Gate::new(
                size.total() - size.readers(),
                "all database connections are busy",
            ),
            idle: Mutex::default(),
            most_idle: size.kept.saturating_sub(size.readers()),
        }
    }

    /// # Errors
    /// [`Error::Unavailable`] when none comes free in time, or none can be opened.
    pub(super) async fn borrow(&self) -> Result<Loan<'_>, Error> {
        let place = self.gate.enter().await?;
        loop {
            let idle = self.lock_idle().pop_back();
            let connection = match idle {
                Some(connection) if self.connector.is_usable(&connection).await => connection,
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

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, VecDeque<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let mut idle = pool.lock_idle();
        if idle.len() < pool.most_idle && !connection.client.is_closed() {
            idle.push_back(connection);
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
