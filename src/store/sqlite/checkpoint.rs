//! Moves committed pages from the write-ahead log into the database file, beside the writer, so that no
//! write waits for it. What is committed, and when, is decided by the writer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::file;
use crate::error::Error;

/// Rows that may be written before the log is moved. Each costs about two pages in the log, which grows to about
/// 200 MiB; a page that was written often meanwhile is moved once. And the disk, which has to take all that was moved
/// at once, delays commits for a moment: with this number of rows that affects fewer than one write in a hundred.
const ROWS_BETWEEN: u64 = 30_000;

/// Pages that are left to the writer: it moves them quickly, and only when all are moved can the log start
/// anew.
const FEW_PAGES: i64 = 256;

/// While pages are moved, others are added; each round has less to do than the one before.
const MOST_ROUNDS: usize = 4;

/// The thread that moves pages.
pub(super) struct Checkpointer {
    calls: Option<crossbeam_channel::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    nearly_done: Arc<AtomicBool>,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Result<Self, Error> {
        // One waiting call is enough: it moves everything that has been written since.
        let (calls, waiting) = crossbeam_channel::bounded::<()>(1);
        let connection = file::open_to_write(path)?;
        let nearly_done = Arc::new(AtomicBool::new(false));
        let done = nearly_done.clone();
        let thread = thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || {
                for () in waiting {
                    if move_most(&connection) {
                        done.store(true, Ordering::Release);
                    }
                }
            })
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(Self {
            calls: Some(calls),
            thread: Some(thread),
            nearly_done,
        })
    }

    /// Whether so much was written since `moved` that the log should be moved.
    pub(super) fn is_due(written: u64, moved: u64) -> bool {
        written - moved >= ROWS_BETWEEN
    }

    /// Starts a checkpoint in the background.
    pub(super) fn begin(&self) {
        if let Some(calls) = &self.calls {
            let _ = calls.try_send(());
        }
    }

    /// Ends what was begun, on the connection of the writer, while nobody writes: the log begins anew then, unless
    /// somebody reads what is in it.
    pub(super) fn finish(&self, connection: &Connection) {
        if self.nearly_done.swap(false, Ordering::Acquire) {
            move_pages(connection);
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether only a few pages are left.
fn move_most(connection: &Connection) -> bool {
    (0..MOST_ROUNDS).any(|_| move_pages(connection).is_some_and(|left| left <= FEW_PAGES))
}

/// Moves the pages that no reader needs in the log; gives how many are left.
fn move_pages(connection: &Connection) -> Option<i64> {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
    });
    // What could not be moved now is moved the next time.
    moved
        .inspect_err(|error| tracing::warn!(%error, "the log could not be moved into the database"))
        .ok()
}
