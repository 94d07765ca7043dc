//! `tickbox export --all` and `tickbox import --all`: a deployment moves to another engine or machine.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, Outcome, print};
use crate::clock::Clock;
use crate::config::Settings;
use crate::new_file::NewFile;
use crate::store::Moved;

/// What only a person who reads the help can know.
const ONE_USER: &str =
    "What one user has is not exported here but by the API: GET /api/{user_id}/export";

#[derive(Args)]
#[command(after_help = ONE_USER)]
pub(super) struct ExportOptions {
    /// All users with all that there is; there is nothing smaller
    #[arg(long, required = true)]
    all: bool,
    /// The file to make, readable for its owner alone; without, or with `-`, standard output
    file: Option<PathBuf>,
    /// Also where a file of this name is there already
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
#[command(after_help = ONE_USER)]
pub(super) struct ImportOptions {
    /// All users with all that there is, with their numbers and cursors; there is nothing smaller
    #[arg(long, required = true)]
    all: bool,
    /// A file that `tickbox export --all` has made; `-` is standard input
    file: PathBuf,
}

pub(super) async fn export(options: &ExportOptions, settings: &Settings) -> Outcome {
    let store = settings.store()?;
    let Some(path) = options.file.as_deref().filter(|path| !is_dash(path)) else {
        let mut out = BufWriter::new(io::stdout());
        let moved = store.system_export(&mut out).await?;
        writeln!(io::stderr(), "exported {}", said(&moved))?;
        return Ok(());
    };
    store.refuse_own_files(path)?;
    let mut file = NewFile::create(path, options.force)?;
    let moved = store
        .system_export(&mut BufWriter::new(file.file()))
        .await?;
    file.publish()?;
    print(&format!(
        "exported {} to {}\n",
        said(&moved),
        path.display()
    ))
}

pub(super) async fn import(options: &ImportOptions, settings: &Settings) -> Outcome {
    let store = settings.store()?;
    let path = &options.file;
    let mut lines: Box<dyn BufRead> = if is_dash(path) {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let file = File::open(path).map_err(|error| {
            Failure::Said(format!("{} cannot be read: {error}", path.display()))
        })?;
        Box::new(BufReader::new(file))
    };
    let now = Clock::system().now();
    let moved = store.system_import(&mut lines, now).await?;
    print(&format!("imported {}\n", said(&moved)))
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn said(moved: &Moved) -> String {
    let Moved { users, tasks, rows } = moved;
    format!("{users} users with {tasks} tasks ({rows} rows)")
}
