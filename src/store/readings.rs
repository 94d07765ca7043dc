//! What the store tells of itself for the metrics: its connections, what waits to be written, and its groups.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Engine, Store};
use crate::tally::{Bound, Counted, DURATIONS, Histogram};

/// Bounds for how many works are done together; a group takes no more.
const WORKS: [Bound; 7] = [
    (1, "1"),
    (2, "2"),
    (4, "4"),
    (8, "8"),
    (16, "16"),
    (32, "32"),
    (64, "64"),
];

/// What was done in groups so far.
pub(super) struct GroupTally {
    pub(super) works: Histogram<{ WORKS.len() }>,
    pub(super) durations: Histogram<{ DURATIONS.len() }>,
}

impl Default for GroupTally {
    fn default() -> Self {
        Self {
            works: Histogram::new(&WORKS),
            durations: Histogram::new(&DURATIONS),
        }
    }
}

/// How many there are of something now.
#[derive(Debug, Default)]
pub(super) struct Level(AtomicUsize);

/// One of them, until it is dropped.
pub(super) struct OneMore<'a>(&'a Level);

impl Level {
    pub(super) fn rise(&self) -> OneMore<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        OneMore(self)
    }

    pub(super) fn read(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for OneMore<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Connections of one kind: of SQLite each belongs to a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolReading {
    /// The most that there can be.
    pub size: usize,
    /// Open, and used by nobody.
    pub idle: usize,
    /// Those who wait for one.
    pub waiting: usize,
}

/// How the store stands at a moment.
#[derive(Clone, Debug)]
pub struct StoreReadings {
    pub read: PoolReading,
    pub write: PoolReading,
    /// Works that wait for their group, and their size.
    pub waiting_works: usize,
    pub waiting_bytes: usize,
    /// Works of each group.
    pub groups: Counted<{ WORKS.len() }>,
    /// From the moment when a group has its works until it is over.
    pub durations: Counted<{ DURATIONS.len() }>,
}

impl Store {
    pub fn readings(&self) -> StoreReadings {
        let (read, write) = match &self.engine {
            Engine::Postgres(postgres) => postgres.readings(),
            Engine::Sqlite(sqlite) => sqlite.readings(),
        };
        let (waiting_works, waiting_bytes) = self.queue.waiting();
        let tally = self.queue.tally();
        StoreReadings {
            read,
            write,
            waiting_works,
            waiting_bytes,
            groups: tally.works.read(),
            durations: tally.durations.read(),
        }
    }
}
