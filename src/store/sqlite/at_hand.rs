//! Reading on the caller's own thread, what is looked up in less time than it takes to wake another one.
//!
//! To begin and to end a transaction takes SQLite three system calls, and locks that all connections share: about as
//! long as finding a row. So the snapshot of a read stays open for the reads after it, for as long as nothing was
//! committed meanwhile: they see what they would see in one of their own.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::super::row::{FromRow, Value};
use super::{file, run};
use crate::error::Error;

/// How long a snapshot is kept at most: an open one keeps foreign tools from beginning the log anew, and does not
/// show what they write.
const LONGEST_KEPT: Duration = Duration::from_millis(50);

/// How often something was committed, times two. Odd while a commit is under way: then one reader sees it already,
/// and another one must not look at its older snapshot any more.
#[derive(Default)]
struct Commits(AtomicU64);

impl Commits {
    fn moment(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn step(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Connections, as many as cores, for whoever comes.
pub(super) struct AtHand {
    places: Box<[Mutex<Place>]>,
    commits: Commits,
    /// Whether somebody will come and end what is kept.
    ending: AtomicBool,
}

impl AtHand {
    pub(super) fn open(path: &Path) -> Result<Arc<Self>, Error> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let places = (0..cores)
            .map(|_| file::open_to_read(path).map(Place::new).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        Ok(Arc::new(Self {
            places,
            commits: Commits::default(),
            ending: AtomicBool::new(false),
        }))
    }

    /// Reads, unless all connections are in use.
    pub(super) fn read<T: FromRow>(
        self: &Arc<Self>,
        text: &str,
        values: &[Value],
    ) -> Option<Result<Vec<T>, Error>> {
        let mut place = self
            .places
            .iter()
            .find_map(|place| match place.try_lock() {
                Ok(place) => Some(place),
                // Whoever panicked with it was reading: nothing is left half done.
                Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            })?;
        let rows = place.read(self.commits.moment(), text, values);
        if place.keeps && !self.ending.swap(true, Ordering::SeqCst) {
            self.end_later();
        }
        Some(rows)
    }

    /// Commits, so that whoever reads afterwards sees it, and nobody sees less than another one before.
    pub(super) fn around_commit<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.commits.step();
        let outcome = commit();
        self.commits.step();
        outcome
    }

    /// Nobody reads here as long as this is held, and no snapshot is open.
    pub(super) fn quiet(&self) -> Vec<MutexGuard<'_, Place>> {
        let places = self.places.iter();
        places
            .map(|place| {
                let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
                place.let_go();
                place
            })
            .collect()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "nobody has to wait for it: what it would end is ended by closing, too"
    )]
    fn end_later(self: &Arc<Self>) {
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LONGEST_KEPT).await;
                match this.upgrade() {
                    Some(this) if !this.end_kept() => {}
                    _ => break,
                }
            }
        });
    }

    /// Ends all snapshots, or says that somebody is reading and this has to be done again.
    fn end_kept(&self) -> bool {
        // First: whoever keeps one from now on sees to its end.
        self.ending.store(false, Ordering::SeqCst);
        let mut all = true;
        for place in &self.places {
            match place.try_lock() {
                Ok(mut place) => place.let_go(),
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().let_go(),
                Err(TryLockError::WouldBlock) => all = false,
            }
        }
        all || self.ending.swap(true, Ordering::SeqCst)
    }
}

/// A connection, and when it was last read with.
pub(super) struct Place {
    connection: Connection,
    moment: Option<u64>,
    /// Whether the snapshot of that moment is open.
    keeps: bool,
}

impl Place {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            moment: None,
            keeps: false,
        }
    }

    fn read<T: FromRow>(
        &mut self,
        now: u64,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<T>, Error> {
        let unchanged = self.moment == Some(now);
        if !unchanged {
            self.let_go();
        } else if !self.keeps && now.is_multiple_of(2) {
            // Where there is a commit between two reads, it would only cost.
            self.keeps = run::<()>(&self.connection, "BEGIN", &[]).is_ok();
        }
        self.moment = Some(now);
        let rows = run(&self.connection, text, values);
        if rows.is_err() {
            self.let_go();
        }
        rows
    }

    fn let_go(&mut self) {
        if self.keeps {
            // If it fails, SQLite has ended it by itself.
            let _ = run::<()>(&self.connection, "COMMIT", &[]);
        }
        self.keeps = false;
    }
}

#[cfg(test)]
mod tests;
