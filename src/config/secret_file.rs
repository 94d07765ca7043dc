//! The secret that the program makes for itself in development, so that the first start needs no settings.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Secret;

const RANDOM_BYTES: usize = 32;

/// Reads the secret of the file, or makes both: readable for the owner alone, and never made twice.
pub(super) fn read_or_make(path: &Path) -> io::Result<Secret> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => {
            let mut random = [0; RANDOM_BYTES];
            aws_lc_rs::rand::fill(&mut random).map_err(|_| io::Error::other("no randomness"))?;
            let secret = STANDARD.encode(random);
            file.write_all(secret.as_bytes())?;
            file.sync_all()?;
            Ok(Secret::new(secret))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path)?;
            let text = text.trim();
            if text.len() < RANDOM_BYTES {
                return Err(io::Error::other(
                    "it is too short: delete it, and a new one is made",
                ));
            }
            Ok(Secret::new(text))
        }
        Err(error) => Err(error),
    }
}
