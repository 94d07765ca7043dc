//! The secret that the program makes for itself in development, so that the first start needs no settings.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;

const RANDOM_BYTES: usize = 32;

/// Reads the secret of the file, or makes both: readable for the owner alone, and never made twice. Of programs
/// that start at once one makes it, and the others read it: the file has its content from its first moment.
pub(super) fn read_or_make(path: &Path) -> io::Result<Secret> {
    match fs::read_to_string(path) {
        Ok(text) => return checked(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(
        ".{}.{:?}",
        std::process::id(),
        thread::current().id()
    ));
    let draft = Path::new(&draft);
    let secret = make(draft)?;
    let linked = fs::hard_link(draft, path);
    fs::remove_file(draft)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            checked(&fs::read_to_string(path)?)
        }
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<Secret> {
    let mut random = [0; RANDOM_BYTES];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| io::Error::other("no randomness"))?;
    let secret = STANDARD.encode(random);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    Ok(Secret::new(secret))
}

fn checked(text: &str) -> io::Result<Secret> {
    let text = text.trim();
    if text.len() < RANDOM_BYTES {
        return Err(io::Error::other(
            "it is too short: delete it, and a new one is made",
        ));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_start_at_once_share_one_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.secret");
        let secrets: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| read_or_make(&path).unwrap()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }
}
