//! A reader that gives a limited number of bytes for one record, so that a record without an end does not fill the
//! memory.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::Broken;

/// A longer record is refused.
const LONGEST: usize = 1024 * 1024;

/// How many bytes the present record may still have.
#[derive(Clone, Debug)]
pub(super) struct Leash(Rc<Cell<usize>>);

impl Leash {
    /// Another record begins.
    pub(super) fn renew(&self) {
        self.0.set(LONGEST);
    }

    /// The following bytes are skipped without a limit.
    pub(super) fn let_go(&self) {
        self.0.set(usize::MAX);
    }
}

pub(super) struct Leashed<R> {
    input: R,
    leash: Leash,
}

impl<R: BufRead> Leashed<R> {
    pub(super) fn new(input: R) -> Self {
        let leash = Leash(Rc::new(Cell::new(LONGEST)));
        Self { input, leash }
    }

    pub(super) fn leash(&self) -> Leash {
        self.leash.clone()
    }
}

impl<R: BufRead> Read for Leashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.leash.0.get();
        if left == 0 {
            return Err(io::Error::other(TooLong));
        }
        let most = buffer.len().min(left);
        let count = self.input.read(&mut buffer[..most])?;
        self.leash.0.set(left - count);
        Ok(count)
    }
}

#[derive(Debug)]
struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is longer than 1 MiB")
    }
}

impl Error for TooLong {}

/// Why reading failed.
pub(super) fn broken(line: u64, error: io::Error) -> Broken {
    match error.get_ref() {
        Some(inner) if inner.is::<TooLong>() => Broken::Wrong {
            line,
            message: inner.to_string(),
        },
        _ => Broken::Lost(error),
    }
}
