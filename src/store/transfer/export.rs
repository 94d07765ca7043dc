//! Writes the lines of an export, as the rows arrive.

use std::io::Write;

use super::super::row::Columns;
use super::super::tables::Table;
use super::json::JsonRow;
use super::{End, Header, Mark, Moved, column_names};
use crate::error::Error;
use crate::new_file::said;

pub(in super::super) struct Exporter<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
    moved: Moved,
}

impl<'a> Exporter<'a> {
    pub(in super::super) fn begin(out: &'a mut dyn Write) -> Result<Self, Error> {
        let mut exporter = Self {
            out,
            line: Vec::new(),
            moved: Moved::default(),
        };
        exporter.write(&Header::new())?;
        Ok(exporter)
    }

    /// Its rows follow, in the order of its key.
    pub(in super::super) fn table(&mut self, table: &Table) -> Result<(), Error> {
        self.write(&Mark {
            table: Some(table.name.to_owned()),
            columns: Some(column_names(table)),
            ..Mark::default()
        })
    }

    /// A row with all columns of the table.
    pub(in super::super) fn row(
        &mut self,
        table: &'static Table,
        row: &impl Columns,
    ) -> Result<(), Error> {
        let columns = table.columns.iter().enumerate();
        let values: Result<Vec<_>, _> = columns
            .map(|(place, (_, kind))| row.value(place, *kind))
            .collect();
        self.moved.count(table);
        self.write(&JsonRow(&values.map_err(Error::Internal)?))
    }

    pub(in super::super) fn end(mut self) -> Result<Moved, Error> {
        let rows = self.moved.rows;
        self.write(&Mark {
            end: Some(End { rows }),
            ..Mark::default()
        })?;
        self.out.flush().map_err(cannot_write)?;
        Ok(self.moved)
    }

    fn write(&mut self, value: &impl serde::Serialize) -> Result<(), Error> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)
            .map_err(|error| Error::Internal(error.into()))?;
        self.line.push(b'\n');
        self.out.write_all(&self.line).map_err(cannot_write)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "that is what `map_err` gives"
)]
fn cannot_write(error: std::io::Error) -> Error {
    said(format!("the export cannot be written: {error}"))
}
