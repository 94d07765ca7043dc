//! Copies the database file as of one moment, while others write; and restores a copy in its place.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use url::Url;

use super::super::row_statements::RENEW_EPOCHS;
use super::file::{self, Ownership};
use super::migrate::{self, is_ours};
use super::translate;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::new_file::{NewFile, said, sync_folder, with_ending};

/// How many pages are copied in one step: a megabyte.
const STEP: i32 = 256;

/// After this many steps the copy is synced to the disk, so that it is not all synced at the end, when a commit
/// would wait behind it.
const STEPS_BETWEEN_SYNCS: usize = 4;

/// Copies the database as it is now. It may be served meanwhile.
pub(in super::super) fn backup(path: &Path, target: &Path, replace: bool) -> Result<(), Error> {
    if !path.exists() {
        return Err(said(format!("there is no database {}", path.display())));
    }
    refuse_own_files(path, target)?;
    let mut copy = NewFile::create(target, replace)?;
    let mut source = file::open_to_read(path)?;
    // All is read in one transaction: what is written meanwhile is not seen.
    let source = source.transaction().map_err(translate)?;
    if !is_ours(&source).map_err(|error| explain(path, error))? {
        return Err(said(format!(
            "{} is no database of tickbox",
            path.display()
        )));
    }
    copy_pages(&source, &mut copy)?;
    look_through(copy.draft(), path)?;
    copy.publish()
}

/// Replaces the database by a backup; no server may use it. Returns where the former one is kept.
pub(in super::super) fn restore(
    path: &Path,
    source: &Path,
    now: Timestamp,
) -> Result<Option<PathBuf>, Error> {
    let from = open_backup(source)?;
    let shown = source.display();
    if !is_ours(&from).map_err(|error| explain(source, error))? {
        return Err(said(format!("{shown} is no database of tickbox")));
    }
    migrate::check(&from)?;
    if is_same(path, source) {
        return Err(said(format!("{shown} is the database itself")));
    }
    let _ownership = Ownership::take(path)?;
    let path = path
        .canonicalize()
        .map_err(|error| said(format!("{}: {error}", path.display())))?;
    let mut copy = NewFile::in_place_of(&path)?;
    copy_pages(&from, &mut copy)?;
    drop(from);
    look_through(copy.draft(), source)?;
    migrate::migrate(copy.draft(), now)?;
    renew_epochs(copy.draft())?;
    let kept = keep_former(&path, now)?;
    copy.publish()?;
    Ok(kept)
}

/// A backup without a log may be in a directory that is not writable. One with a log is read with its log.
fn open_backup(path: &Path) -> Result<Connection, Error> {
    let cannot =
        |error: &dyn std::fmt::Display| said(format!("{} cannot be read: {error}", path.display()));
    let path = path.canonicalize().map_err(|error| cannot(&error))?;
    if !path.is_file() {
        return Err(cannot(&"it is no file"));
    }
    File::open(&path).map_err(|error| cannot(&error))?;
    if with_ending(&path, "-wal").exists() {
        return file::open_to_read(&path);
    }
    open_alone(&path)
}

/// Opens a file that is not written, without creating other files.
fn open_alone(path: &Path) -> Result<Connection, Error> {
    let path = path
        .canonicalize()
        .map_err(|error| said(error.to_string()))?;
    let mut url = Url::from_file_path(&path).map_err(|()| said("not absolute".to_owned()))?;
    url.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(url.as_str(), flags).map_err(translate)
}

fn copy_pages(source: &Connection, copy: &mut NewFile) -> Result<(), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let shown = copy.target().display().to_string();
    // The source is only read.
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => said(format!("{shown} cannot be written: its disk is full")),
        _ => translate(error),
    };
    let mut target = Connection::open_with_flags(copy.draft(), flags).map_err(failed)?;
    // If the copy fails, it is deleted; and publishing it syncs it to the disk.
    target
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        .map_err(failed)?;
    let copying = Backup::new(source, &mut target).map_err(failed)?;
    for step in 1.. {
        match copying.step(STEP).map_err(failed)? {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(said("another program has locked the database".to_owned())),
        }
        if step % STEPS_BETWEEN_SYNCS == 0 {
            let synced = copy.file().sync_data();
            synced.map_err(|error| said(format!("{shown} cannot be written: {error}")))?;
        }
    }
    Ok(())
}

/// Otherwise a copy of a damaged file would be noticed too late.
fn look_through(copy: &Path, original: &Path) -> Result<(), Error> {
    let copy = open_alone(copy)?;
    let mut found: Result<String, _> = Ok(String::new());
    // One problem is enough.
    let looked = copy.pragma(None, "quick_check", 1, |row| {
        found = row.get(0);
        Ok(())
    });
    match looked
        .and(found)
        .map_err(|error| explain(original, error))?
    {
        good if good == "ok" => Ok(()),
        problem => Err(is_damaged(original, &problem.replace('\n', " "))),
    }
}

fn explain(path: &Path, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            said(format!("{} is no database of tickbox", path.display()))
        }
        Some(ErrorCode::DatabaseCorrupt) => is_damaged(path, &error.to_string()),
        _ => translate(error),
    }
}

fn is_damaged(path: &Path, problem: &str) -> Error {
    said(format!("{} is damaged: {problem}", path.display()))
}

/// Changes that were made after the backup are not there any more, and their numbers will be given again: whoever
/// knows of them has to begin again.
fn renew_epochs(copy: &Path) -> Result<(), Error> {
    let connection = file::open_to_write(copy)?;
    connection.execute_batch(RENEW_EPOCHS).map_err(translate)?;
    move_log(&connection).map_err(translate)
}

/// All that is in the log goes into the file.
fn move_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// What a restore replaces stays beside it, under a name that says when. Gives its place, if there is anything.
fn keep_former(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, Error> {
    let size = fs::metadata(path).map_or(0, |it| it.len());
    if size == 0 {
        return Ok(None);
    }
    let kept = free_name(path, &format!(".before-restore-{}", now.as_seconds()));
    let cannot = |error| said(format!("{} cannot be made: {error}", kept.display()));
    // With the log in the file, what was there is one file, and can be kept before another one takes its name.
    let moved = file::open_to_write(path).and_then(|file| move_log(&file).map_err(translate));
    if let Err(error) = moved {
        // It is damaged, which may be why there is a restore: then it goes as it is, with its log.
        tracing::warn!(%error, "the former database cannot be opened");
    }
    for ending in ["-wal", "-shm"] {
        if with_ending(path, ending).exists() {
            fs::rename(with_ending(path, ending), with_ending(&kept, ending)).map_err(cannot)?;
        }
    }
    if fs::hard_link(path, &kept).is_err() {
        fs::rename(path, &kept).map_err(cannot)?;
    }
    sync_folder(path)?;
    Ok(Some(kept))
}

/// With a number, where another restore of the same second has the name. Nobody else restores at this moment.
fn free_name(path: &Path, ending: &str) -> PathBuf {
    let is_free = |name: &PathBuf| {
        let all = ["", "-wal", "-shm"].map(|ending| with_ending(name, ending));
        all.iter().all(|name| name.symlink_metadata().is_err())
    };
    let first = with_ending(path, ending);
    let others = (2_u32..).map(|number| with_ending(path, &format!("{ending}-{number}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    names.find(is_free).unwrap_or(first)
}

/// The database, and what belongs to it.
pub(in super::super) fn refuse_own_files(path: &Path, target: &Path) -> Result<(), Error> {
    let own = ["", "-wal", "-shm", ".lock", ".secret"].map(|ending| with_ending(path, ending));
    if own.iter().any(|own| is_same(own, target)) {
        let shown = target.display();
        return Err(said(format!("{shown} belongs to the database itself")));
    }
    Ok(())
}

/// Whether two names lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path| fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    place(one).is_some_and(|it| place(other) == Some(it))
}
