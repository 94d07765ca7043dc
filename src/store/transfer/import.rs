//! Reads the lines of an export, and refuses an incomplete one or one of another version.

use std::io::{self, BufRead, Read};

use super::super::row::Value;
use super::super::tables::{ALL_TABLES, Table};
use super::json::row_of;
use super::{Header, KIND, Mark, Moved, VERSION, column_names};
use crate::error::Error;
use crate::new_file::said;

/// No row is longer; a longer line is not from an export.
const LONGEST_LINE: u64 = 128 * 1024 * 1024;

pub(in super::super) struct Importer<'a> {
    lines: &'a mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
    /// How many of the tables have begun.
    begun: usize,
    moved: Moved,
}

impl<'a> Importer<'a> {
    /// Reads the first line.
    pub(in super::super) fn begin(lines: &'a mut dyn BufRead) -> Result<Self, Error> {
        let mut importer = Self {
            lines,
            line: Vec::new(),
            number: 0,
            begun: 0,
            moved: Moved::default(),
        };
        importer.read_line()?;
        let header: Header = serde_json::from_slice(&importer.line)
            .map_err(|_| said("this is no export of tickbox: its first line is another".into()))?;
        if header.kind != KIND {
            return Err(said(format!(
                "this is an export of the kind {:?}, and not one that `tickbox export --all` has made",
                header.kind
            )));
        }
        if header.version != VERSION {
            return Err(said(format!(
                "this export has version {} of the format, and this program reads version {VERSION}",
                header.version
            )));
        }
        if header.migrations != Header::new().migrations {
            return Err(said(
                "this export was made by a version of tickbox that has other migrations: import it with that one, \
                 and let this one migrate"
                    .into(),
            ));
        }
        Ok(importer)
    }

    /// The next row; `None` when all have come.
    pub(in super::super) fn next(&mut self) -> Result<Option<(&'static Table, Vec<Value>)>, Error> {
        loop {
            self.read_line()?;
            if self.line.first() == Some(&b'[') {
                let table = self.begun.checked_sub(1).map(|last| ALL_TABLES[last]);
                let table = table.ok_or_else(|| self.wrong("a row of no table"))?;
                let row = row_of(table, &self.line).map_err(|problem| self.wrong(&problem))?;
                self.moved.count(table);
                return Ok(Some((table, row)));
            }
            let mark: Mark = serde_json::from_slice(&self.line)
                .map_err(|error| self.wrong(&error.to_string()))?;
            match (mark.end, mark.table) {
                (Some(end), None) => {
                    if self.begun != ALL_TABLES.len() || end.rows != self.moved.rows {
                        return Err(self.wrong("rows are missing before the end"));
                    }
                    self.expect_nothing_more()?;
                    return Ok(None);
                }
                (None, Some(name)) => self.begin_table(&name, mark.columns.as_deref())?,
                _ => return Err(self.wrong("neither a table nor the end")),
            }
        }
    }

    pub(in super::super) fn moved(&self) -> Moved {
        self.moved
    }

    fn begin_table(&mut self, name: &str, columns: Option<&[String]>) -> Result<(), Error> {
        let expected = ALL_TABLES.get(self.begun);
        let table = expected.filter(|table| table.name == name);
        let table =
            table.ok_or_else(|| self.wrong(&format!("the table {name} is not due here")))?;
        if columns != Some(&column_names(table)) {
            return Err(self.wrong(&format!("the table {name} has other columns")));
        }
        self.begun += 1;
        Ok(())
    }

    /// Who has put two exports into one file is not to believe that both have come.
    fn expect_nothing_more(&mut self) -> Result<(), Error> {
        let rest = self.lines.fill_buf().map_err(|error| cannot_read(&error))?;
        if rest.is_empty() {
            return Ok(());
        }
        self.number += 1;
        Err(self.wrong("something stands behind the end"))
    }

    fn read_line(&mut self) -> Result<(), Error> {
        self.number += 1;
        self.line.clear();
        let mut most = Read::take(&mut *self.lines, LONGEST_LINE);
        most.read_until(b'\n', &mut self.line)
            .map_err(|error| cannot_read(&error))?;
        if self.line.last() == Some(&b'\n') {
            return Ok(());
        }
        let problem = if self.line.len() as u64 == LONGEST_LINE {
            "the line is too long"
        } else {
            "the file ends too early"
        };
        Err(self.wrong(problem))
    }

    /// Adds the place of the fault.
    pub(in super::super) fn wrong(&self, problem: &str) -> Error {
        said(format!("line {} of the export: {problem}", self.number))
    }

    /// The place of a fault where rows are written together: it may be any of the latest.
    pub(in super::super) fn wrong_so_far(&self, problem: &str) -> Error {
        let number = self.number;
        said(format!("up to line {number} of the export: {problem}"))
    }
}

fn cannot_read(error: &io::Error) -> Error {
    said(format!("the export cannot be read: {error}"))
}
