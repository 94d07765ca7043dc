//! A file that appears under its name only when it is complete and on the disk, and is readable for its owner alone.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::error::{Cause, Error};

/// Other users of the machine must not read the data.
pub(crate) const OWNER_ONLY: u32 = 0o600;

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
        let is_taken = target.symlink_metadata().is_ok();
        if is_taken && !replace {
            return Err(is_there(target));
        }
        let target = if is_taken {
            replaceable(target)?
        } else {
            target.to_owned()
        };
        if with_ending(&target, "-wal").exists() {
            return Err(said(format!(
                "{} has a log beside it, so it is a database in use: name another file",
                target.display()
            )));
        }
        Self::begin(&target, replace)
    }

    /// A file that takes the place of one that is there, and belongs to the same user.
    pub(crate) fn in_place_of(target: &Path) -> Result<Self, Error> {
        let new = Self::begin(target, true)?;
        if let Ok(former) = fs::metadata(target) {
            own_like(&new.file, &former);
        }
        Ok(new)
    }

    fn begin(target: &Path, replace: bool) -> Result<Self, Error> {
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
    pub(crate) fn draft(&self) -> &Path {
        &self.draft
    }

    /// Its final path.
    pub(crate) fn target(&self) -> &Path {
        &self.target
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

/// The file that is replaced: where a link leads, since the link stays. What is no file, as a device or a pipe, stays too.
fn replaceable(target: &Path) -> Result<PathBuf, Error> {
    let shown = target.display();
    let path = target
        .canonicalize()
        .map_err(|error| said(format!("{shown} cannot be made: {error}")))?;
    if path.is_file() {
        return Ok(path);
    }
    Err(said(format!("{shown} is no file that could be replaced")))
}

/// Root makes files for the user whose database it is. Another user cannot, and need not.
pub(crate) fn own_like(file: &File, other: &Metadata) {
    let own = file.metadata();
    if own.is_ok_and(|own| (own.uid(), own.gid()) != (other.uid(), other.gid())) {
        let _ = fchown(file, Some(other.uid()), Some(other.gid()));
    }
}

/// A name survives a power cut only when its folder is on the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| said(format!("{} cannot be written: {error}", folder.display())))
}

/// The name of a file with a suffix.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
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
pub(crate) fn said(text: String) -> Error {
    Error::Internal(Cause::from(text))
}
