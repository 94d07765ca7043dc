//! Lines of a file, each of limited length.

use std::io::{self, BufRead, Cursor, Read};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The input without a byte order mark, in however many pieces that comes.
pub(super) fn without_mark(mut input: impl BufRead) -> io::Result<impl BufRead> {
    let mut start = Vec::new();
    let most = BYTE_ORDER_MARK.len() as u64;
    input.by_ref().take(most).read_to_end(&mut start)?;
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    Ok(Cursor::new(start).chain(input))
}

/// An iterator over lines.
pub(super) struct Lines<R> {
    input: R,
    /// A longer line is cut there.
    longest: usize,
    number: u64,
    line: Vec<u8>,
}

/// A line without its end.
pub(super) struct Line<'a> {
    /// From 1 on.
    pub(super) number: u64,
    pub(super) bytes: &'a [u8],
    /// Whether it is longer than it may be.
    pub(super) is_cut: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, longest: usize) -> Self {
        Self {
            input,
            longest,
            number: 0,
            line: Vec::new(),
        }
    }

    /// The number of the line that was given last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut is_cut = false;
        let mut is_there = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            is_there = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(buffer.len());
            let room = self.longest.saturating_sub(self.line.len());
            is_cut |= taken > room;
            self.line.extend_from_slice(&buffer[..taken.min(room)]);
            self.input.consume(end.map_or(taken, |end| end + 1));
            if end.is_some() {
                break;
            }
        }
        if !is_there {
            return Ok(None);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        let mut bytes = self.line.as_slice();
        if self.number == 1 {
            bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        }
        Ok(Some(Line {
            number: self.number,
            bytes,
            is_cut,
        }))
    }
}
