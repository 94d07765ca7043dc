//! A reader that passes CSV on, and notes what the library does not tell: the line on which each row begins, also behind
//! empty lines and `\r\n`; and whether the last row ends within quotation marks, which the library closes by itself.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

/// The place in a row, as the library sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a row; an empty line is none.
    Row,
    /// Only there, and before a row, a quotation mark opens a field.
    Field,
    Plain,
    Quoted,
    /// Behind a mark in a quoted field, which ends it or is the first of two.
    Mark,
}

/// The lines on which the rows begin that were passed on and not asked for yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Beginnings(Rc<RefCell<VecDeque<u64>>>);

impl Beginnings {
    /// That of the next row.
    pub(super) fn next(&self) -> Option<u64> {
        self.0.borrow_mut().pop_front()
    }
}

pub(super) struct Rows<R> {
    input: R,
    place: Place,
    line: u64,
    /// Whether a line feed belongs to the end of the line before it.
    is_behind_return: bool,
    beginnings: Beginnings,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            place: Place::Row,
            line: 1,
            is_behind_return: false,
            beginnings: Beginnings::default(),
        }
    }

    pub(super) fn beginnings(&self) -> Beginnings {
        self.beginnings.clone()
    }

    fn note(&mut self, byte: u8) {
        let is_end = matches!(byte, b'\r' | b'\n');
        if self.place == Place::Row && !is_end {
            self.beginnings.0.borrow_mut().push_back(self.line);
        }
        self.place = match (self.place, byte) {
            (Place::Quoted, b'"') => Place::Mark,
            (Place::Row | Place::Field | Place::Mark, b'"') | (Place::Quoted, _) => Place::Quoted,
            _ if is_end => Place::Row,
            (_, b',') => Place::Field,
            _ => Place::Plain,
        };
        if is_end && !(byte == b'\n' && self.is_behind_return) {
            self.line += 1;
        }
        self.is_behind_return = byte == b'\r';
    }
}

impl<R: Read> Read for Rows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        buffer[..count].iter().for_each(|byte| self.note(*byte));
        if count == 0 && !buffer.is_empty() && self.place == Place::Quoted {
            return Err(io::Error::other(Unclosed));
        }
        Ok(count)
    }
}

#[derive(Debug)]
pub(super) struct Unclosed;

impl fmt::Display for Unclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("opens a quotation mark that nothing closes")
    }
}

impl Error for Unclosed {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(input: impl Read) -> Result<Vec<Vec<String>>, csv::Error> {
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.flexible(true).has_headers(false);
        let records = builder.from_reader(input).into_deserialize();
        records.collect()
    }

    fn lines(text: &str) -> Vec<u64> {
        let mut rows = Rows::new(text.as_bytes());
        let beginnings = rows.beginnings();
        let _ = io::copy(&mut rows, &mut io::sink());
        std::iter::from_fn(|| beginnings.next()).collect()
    }

    #[test]
    fn rows_are_found_where_they_begin() {
        assert_eq!(lines("a\r\nb\r\n"), [1, 2]);
        assert_eq!(lines("\n\na\n\n\nb\r\rc"), [3, 6, 8]);
        assert_eq!(lines("\"a\r\n\r\n\n\",b\r\n,\n\"\"\n"), [1, 5, 6]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

        /// A record behind the end is a record of its own, unless a quoted field has swallowed it.
        #[test]
        fn rows_are_those_of_the_library(text in "[\",\r\na]{0,12}") {
            let with_more = records(format!("{text}\nend").as_bytes()).unwrap();
            let is_whole = with_more.last() == Some(&vec!["end".to_owned()]);
            let found = records(Rows::new(text.as_bytes()));
            prop_assert_eq!(found.is_ok(), is_whole);
            if let Ok(found) = found {
                prop_assert_eq!(found.len(), lines(&text).len());
            }
        }
    }
}
