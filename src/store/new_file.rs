//! A file that appears under its name only when it is complete and on the disk, and is readable for its owner alone.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::error::{Cause, Error};

/// Other users of the machine must not read the data.
pub(super) const OWNER_ONLY: u32 = 0o600;

/// A temporary file beside its final place. It is deleted unless it is published.
pub struct NewFile {
    draft: PathBuf,
    target: PathBuf,
    replace: bool,
    file: File,
}

impl NewFile {
    /// # Errors
    /// The file exists and must not be replaced, or no file can be made.
    pub fn create(target: &Path, replace: bool) -> Result<Self, Error> {
        if !replace && target.symlink_metadata().is_ok() {
            return Err(is_there(target));
        }
        let name = target
            .file_name()
            .ok_or_else(|| said(format!("{} is no name of a file", target.display())))?;
        let mut draft = OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}.partial", Uuid::new_v4().simple()));
        let draft = target.with_file_name(draft);
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(OWNER_ONLY)
            .open(&draft)
            .map_err(|error| said(format!("{} cannot be made: {error}", target.display())))?;
        Ok(Self {
            draft,
            target: target.to_owned(),
            replace,
            file,
        })
    }

    /// The path of the temporary file.
    pub(super) fn draft(&self) -> &Path {
        &self.draft
    }

    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Renames it to its final name, when all of it is on the disk.
    pub fn publish(self) -> Result<(), Error> {
        let target = self.target.display();
        self.file
            .sync_all()
            .map_err(|error| said(format!("{target} cannot be written: {error}")))?;
        let named = if self.replace {
            fs::rename(&self.draft, &self.target)
        } else {
            // Somebody may have made a file of this name meanwhile; a rename would overwrite it.
            match fs::hard_link(&self.draft, &self.target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(is_there(&self.target));
                }
                // Not every file system has links.
                Err(_) if self.target.symlink_metadata().is_err() => {
                    fs::rename(&self.draft, &self.target)
                }
                linked => linked,
            }
        };
        named.map_err(|error| said(format!("{target} cannot be made: {error}")))?;
        sync_folder(&self.target)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Also after a link: then it is the second name. SQLite may have left others beside it.
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(with_ending(&self.draft, ending));
        }
    }
}

/// A name survives a power cut only when its folder is on the disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| said(format!("{} cannot be written: {error}", folder.display())))
}

/// The name of a file with a suffix.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn is_there(target: &Path) -> Error {
    let target = target.display();
    said(format!(
        "{target} is there already: name another file, or replace it with --force"
    ))
}

/// For people at a terminal.
pub(super) fn said(text: String) -> Error {
    Error::Internal(Cause::from(text))
}
