//! The database file: who owns it, and how a connection to it is set up.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{deadline, translate, unavailable};
use crate::error::Error;
use crate::new_file::{OWNER_ONLY, own_like, with_ending};

/// Pages that every connection may keep in memory, in KiB. The file is not mapped into memory besides: whoever
/// reads a whole list would make the process look as large as the file.
const CACHE_KIB: i64 = 2 * 1024;

/// Those of the writer, which finds what it wrote a moment ago in the log and would have to read it back from there.
/// Only pages that were used are kept: an idle server needs nothing for it.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// How many statements of filters are kept prepared: the usual filters have the same few shapes all day.
const MOST_SHAPES: usize = 128;

/// Only `migrate` and foreign tools can hold the file beside us, and not for long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The right to serve a file, held until dropped. The operating system also ends it with the process,
/// however that ends.
///
/// It is a lock on a file beside it, and, on Linux, one on the file itself, so that a second name of the file (a hard
/// link, a mount of the file alone) does not lead to it past the lock. Elsewhere such a lock would get in the way of
/// those that SQLite takes.
#[derive(Debug)]
pub(super) struct Ownership {
    path: PathBuf,
    /// Not to be closed before SQLite has closed the file: that would take its locks away.
    file: File,
    _lock: File,
}

/// The first bytes of every database (SQLite file format, §1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

impl Ownership {
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        let file = open_private(path)?;
        // Beside the file itself, by whatever link it was reached.
        let real = path
            .canonicalize()
            .map_err(|error| cannot_open(path, &error))?;
        let lock = open_private(&with_ending(&real, ".lock"))?;
        if let Ok(database) = file.metadata() {
            own_like(&lock, &database);
        }
        take_lock(&lock, path)?;
        if cfg!(target_os = "linux") {
            take_lock(&file, path)?;
        }
        let names = file.metadata().map_or(1, |it| it.nlink());
        if names > 1 {
            tracing::warn!(
                names,
                "the database file has several names (hard links): its log stands beside the one that it is \
                 served by, so never serve it by another"
            );
        }
        Ok(Self {
            path: real,
            file,
            _lock: lock,
        })
    }

    /// Whether the file is still at its path, and begins as a database does.
    pub(super) fn check(&self) -> Result<(), Error> {
        let unusable = |problem: String| {
            let text = format!("{} {problem}", self.path.display());
            unavailable("the database file cannot be used", Some(text.into()))
        };
        let place = |meta: &Metadata| (meta.dev(), meta.ino());
        let ours = self.file.metadata().map(|meta| place(&meta));
        let there = fs::metadata(&self.path).map(|meta| place(&meta));
        match (ours, there) {
            (Ok(ours), Ok(there)) if ours == there => {}
            (_, Err(error)) => return Err(unusable(format!("is not there any more: {error}"))),
            _ => return Err(unusable("is another file now".to_owned())),
        }
        let mut start = [0; MAGIC.len()];
        match self.file.read_exact_at(&mut start, 0) {
            Ok(()) if start == *MAGIC => Ok(()),
            Ok(()) => Err(unusable("was overwritten".to_owned())),
            Err(error) => Err(unusable(format!("cannot be read: {error}"))),
        }
    }
}

fn take_lock(file: &File, path: &Path) -> Result<(), Error> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let text = format!(
                "another tickbox serves {}: stop it, or set DATABASE_URL to another file, \
                 or to PostgreSQL, which many servers can share",
                path.display()
            );
            Err(unavailable(
                "the database file is in use",
                Some(text.into()),
            ))
        }
        Err(TryLockError::Error(error)) => Err(unavailable(
            "the database file cannot be locked",
            Some(error.into()),
        )),
    }
}

/// Makes the file, if it is not there. SQLite gives the files beside it the same mode.
fn open_private(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(OWNER_ONLY)
        .open(path)
        .map_err(|error| cannot_open(path, &error))
}

fn cannot_open(path: &Path, error: &io::Error) -> Error {
    let text = format!("{} cannot be opened: {error}", path.display());
    unavailable("the database file cannot be used", Some(text.into()))
}

/// Opens the file for the writer, or for migrations.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let mut connection = connection.map_err(translate)?;
    set_up(&mut connection).map_err(translate)?;
    connection
        // Every commit is on disk before it is answered: an acknowledged write survives a power cut.
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .map_err(translate)?;
    connection
        .pragma_update(None, "cache_size", -WRITER_CACHE_KIB)
        .map_err(translate)?;
    connection
        // Otherwise a commit would sometimes move the log into the file, while all others wait.
        .pragma_update(None, "wal_autocheckpoint", 0)
        .map_err(translate)?;
    Ok(connection)
}

/// Opens the file for a reader.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let mut connection = connection.map_err(translate)?;
    set_up(&mut connection).map_err(translate)?;
    Ok(connection)
}

fn set_up(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Plans must not depend on the bound values: otherwise each new value means a new plan,
    // which costs more than the query.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(MOST_SHAPES);
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    deadline::watch(connection)
}
