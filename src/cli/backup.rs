//! `tickbox backup` and `tickbox restore`: a copy of a SQLite database, and back.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, Outcome, print};
use crate::clock::Clock;
use crate::config::Settings;

#[derive(Args)]
pub(super) struct BackupOptions {
    /// The file to make; it appears when it is complete and on the disk, readable for its owner alone
    file: PathBuf,
    /// Also where a file of this name is there already
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(super) struct RestoreOptions {
    /// A file that `tickbox backup` has made
    file: PathBuf,
}

/// The low priority of a background job.
const NICENESS: i32 = 10;

pub(super) fn backup(options: &BackupOptions, settings: &Settings) -> Outcome {
    if options.file.as_os_str() == "-" {
        let text = "a backup is made as a file, not on standard output: name one";
        return Err(Failure::Usage(text.to_owned()));
    }
    // The server on the same machine has priority. If setting it fails, the copy is made all the same.
    let _ = rustix::process::nice(NICENESS);
    let store = settings.store()?;
    store.system_backup(&options.file, options.force)?;
    print(&format!("backed up to {}\n", options.file.display()))
}

pub(super) fn restore(options: &RestoreOptions, settings: &Settings) -> Outcome {
    let store = settings.store()?;
    let kept = store.system_restore(&options.file, Clock::system().now())?;
    let mut text = format!("restored from {}\n", options.file.display());
    if let Some(kept) = kept {
        let _ = writeln!(
            text,
            "the database that was there is kept: {}",
            kept.display()
        );
    }
    print(&text)
}
