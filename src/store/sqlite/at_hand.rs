//! Reading on the caller's own thread, what is looked up in less time than it takes to wake another one.
//!
//! To begin and to end a transaction takes SQLite three system calls, and locks that all connections share: about as
//! long as finding a row. So the snapshot of a read stays open for the reads after it, for as long as nothing was
//! committed meanwhile, by whomever: they see what they would see in one of their own.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::super::row::{FromRow, Value};
use super::{file, run};
use crate::error::Error;

/// An open snapshot keeps foreign tools from beginning the log anew, so one that is not used ends after this time, or
/// twice as long.
const LONGEST_FORGOTTEN: Duration = Duration::from_millis(50);

/// The head of the index of the write-ahead log, which each commit changes: it counts them, and stands there twice, so
/// that one that is being written is equal to none before (<https://sqlite.org/walformat.html>, §2.1).
type Head = [u8; 96];

/// Connections, as many as cores, for whoever comes.
pub(super) struct AtHand {
    places: Box<[Mutex<Place>]>,
    index: Arc<File>,
    /// Whether somebody will come and end what is kept.
    ending: AtomicBool,
}

impl AtHand {
    /// The index must be there, and be closed after all connections to the file: it takes their locks with it.
    pub(super) fn open(path: &Path, index: Arc<File>) -> Result<Arc<Self>, Error> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let places = (0..cores)
            .map(|_| file::open_to_read(path).map(Place::new).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        Ok(Arc::new(Self {
            places,
            index,
            ending: AtomicBool::new(false),
        }))
    }

    /// Reads, unless all connections are in use.
    pub(super) fn read<T: FromRow>(
        self: &Arc<Self>,
        text: &str,
        values: &[Value],
    ) -> Option<Result<Vec<T>, Error>> {
        let mut place = self.places.iter().find_map(free)?;
        let rows = place.read(self.head(), text, values);
        if place.keeps && !self.ending.swap(true, Ordering::SeqCst) {
            self.end_later();
        }
        Some(rows)
    }

    /// Nothing, if it cannot be read: then nothing is kept.
    fn head(&self) -> Option<Head> {
        let mut head = [0; _];
        let read = self.index.read_exact_at(&mut head, 0);
        read.is_ok().then_some(head)
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
                tokio::time::sleep(LONGEST_FORGOTTEN).await;
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
            match free(place) {
                Some(mut place) => place.let_go(),
                None => all = false,
            }
        }
        all || self.ending.swap(true, Ordering::SeqCst)
    }
}

/// Unless somebody reads with it. Whoever panicked with it was reading: nothing is left half done.
fn free(place: &Mutex<Place>) -> Option<MutexGuard<'_, Place>> {
    match place.try_lock() {
        Ok(place) => Some(place),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// A connection, and what the index said before it was last read with.
pub(super) struct Place {
    connection: Connection,
    head: Option<Head>,
    /// Whether the snapshot of the last read is open.
    keeps: bool,
}

impl Place {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            head: None,
            keeps: false,
        }
    }

    fn read<T: FromRow>(
        &mut self,
        head: Option<Head>,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<T>, Error> {
        let unchanged = head.is_some() && self.head == head;
        self.head = head;
        if !unchanged {
            self.let_go();
        } else if !self.keeps {
            // Not before the second read: where there is a commit between two, it would only cost.
            self.keeps = run::<()>(&self.connection, "BEGIN", &[]).is_ok();
        }
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
