//! What PostgreSQL says to a request: the rows of one statement after the other, or why there are none (PostgreSQL
//! manual, "Message Formats").

use std::fmt;
use std::io;

use bytes::Bytes;
use tokio_postgres::error::SqlState;

use super::super::row::{Columns, FromRow};
use super::request::EPOCH_MICROS;
use crate::clock::Timestamp;
use crate::error::Cause;

/// More columns than any of our statements has.
const MOST_COLUMNS: usize = 16;

/// Why a request gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the connection to the database was lost")]
    Closed,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something could not be put into a message, or read from one.
    #[error("{0}")]
    Words(Cause),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Words(error.into())
    }
}

/// An error in the server's words.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) state: SqlState,
    severity: String,
    message: String,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            state,
            severity,
            message,
        } = self;
        write!(
            formatter,
            "{severity}: {message} (SQLSTATE {})",
            state.code()
        )
    }
}

/// All that was said to one request.
pub(super) struct Reply {
    bytes: Bytes,
    read: usize,
}

impl Reply {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, read: 0 }
    }

    /// The rows of the next statement.
    pub(super) fn rows<T: FromRow>(&mut self) -> Result<Vec<T>, Failure> {
        let mut rows = Vec::new();
        loop {
            match self.next_message()? {
                (b'D', body) => {
                    let row = Row::read(body).ok_or_else(garbled)?;
                    rows.push(T::from_row(&row).map_err(Failure::Words)?);
                }
                // Complete, or empty.
                (b'C' | b'I', _) => return Ok(rows),
                (b'E', body) => return Err(Refusal::read(body).into()),
                (b'Z', _) => return Err(garbled()),
                _ => {}
            }
        }
    }

    /// Reads to the end, and hears whether all went well.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        loop {
            match self.next_message()? {
                (b'E', body) => return Err(Refusal::read(body).into()),
                (b'Z', _) => return Ok(()),
                _ => {}
            }
        }
    }

    /// Whether it has left a transaction open, perhaps one that has failed.
    pub(super) fn leaves_transaction(&self) -> bool {
        self.bytes.last() != Some(&b'I')
    }

    fn next_message(&mut self) -> Result<(u8, &[u8]), Failure> {
        // The end of an unfinished reply is where the line broke.
        let rest = self.bytes.get(self.read..).unwrap_or_default();
        let ([kind, length @ ..], _) = rest.split_first_chunk::<5>().ok_or(Failure::Closed)?;
        let end = 1 + u32::from_be_bytes(*length) as usize;
        let body = rest.get(5..end).ok_or(Failure::Closed)?;
        self.read += end;
        Ok((*kind, body))
    }
}

fn garbled() -> Failure {
    Failure::Words("the server's answer is not to what it was asked".into())
}

impl Refusal {
    /// Fields, each a letter and a text that ends with a zero (PostgreSQL manual, "Error and Notice Message Fields").
    fn read(body: &[u8]) -> Self {
        let field = |wanted: u8| {
            let mut fields = body.split(|byte| *byte == 0);
            let text = fields.find_map(|field| field.strip_prefix(&[wanted]));
            String::from_utf8_lossy(text.unwrap_or_default()).into_owned()
        };
        Self {
            state: SqlState::from_code(&field(b'C')),
            severity: field(b'S'),
            message: field(b'M'),
        }
    }
}

/// The columns of one row, in binary.
struct Row<'a> {
    columns: [Option<&'a [u8]>; MOST_COLUMNS],
}

impl<'a> Row<'a> {
    /// `None` if it is none.
    fn read(body: &'a [u8]) -> Option<Self> {
        let (count, mut rest) = body.split_first_chunk()?;
        let mut columns = [None; MOST_COLUMNS];
        for column in columns.get_mut(..usize::from(u16::from_be_bytes(*count)))? {
            let length;
            (length, rest) = rest.split_first_chunk()?;
            // -1 is null.
            if let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) {
                let value;
                (value, rest) = rest.split_at_checked(length)?;
                *column = Some(value);
            }
        }
        Some(Self { columns })
    }

    fn optional(&self, place: usize) -> Option<&'a [u8]> {
        *self.columns.get(place)?
    }

    fn required(&self, place: usize) -> Result<&'a [u8], Cause> {
        let value = self.optional(place);
        value.ok_or_else(|| format!("column {place} is null").into())
    }

    fn number(&self, place: usize) -> Result<i64, Cause> {
        Ok(i64::from_be_bytes(self.required(place)?.try_into()?))
    }
}

fn text(bytes: &[u8]) -> Result<String, Cause> {
    Ok(std::str::from_utf8(bytes)?.to_owned())
}

impl Columns for Row<'_> {
    fn text(&self, place: usize) -> Result<String, Cause> {
        text(self.required(place)?)
    }

    fn optional_text(&self, place: usize) -> Result<Option<String>, Cause> {
        self.optional(place).map(text).transpose()
    }

    fn uuid(&self, place: usize) -> Result<uuid::Uuid, Cause> {
        Ok(uuid::Uuid::from_slice(self.required(place)?)?)
    }

    fn bool(&self, place: usize) -> Result<bool, Cause> {
        Ok(self.required(place)? != [0])
    }

    fn int(&self, place: usize) -> Result<i64, Cause> {
        self.number(place)
    }

    fn time(&self, place: usize) -> Result<Timestamp, Cause> {
        let micros = self.number(place)?;
        Ok(Timestamp::from_micros(micros.saturating_add(EPOCH_MICROS)))
    }

    fn optional_time(&self, place: usize) -> Result<Option<Timestamp>, Cause> {
        self.optional(place).map(|_| self.time(place)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_the_servers_words() {
        let body = b"SERROR\0VERROR\0C23505\0Mduplicate key\0\0";
        let refusal = Refusal::read(body);
        assert_eq!(refusal.state, SqlState::UNIQUE_VIOLATION);
        assert_eq!(refusal.to_string(), "ERROR: duplicate key (SQLSTATE 23505)");
    }

    #[test]
    fn half_a_row_is_none() {
        let row = b"\0\x02\0\0\0\x02ab\xff\xff\xff\xff";
        let read = Row::read(row).map(|row| (row.optional(0), row.optional(1), row.optional(2)));
        assert_eq!(read, Some((Some(b"ab".as_slice()), None, None)));
        for length in 0..row.len() {
            assert!(Row::read(&row[..length]).is_none(), "{length}");
        }
    }
}
