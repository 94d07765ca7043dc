//! Reads files for an import: our own format and those of other programs, piece by piece, into values of the domain. A
//! file of another program is converted to lines of our format first, so that only one place parses them. The use-case
//! decides what is done with the pieces.

mod documents;
mod foreign;
mod google;
mod icalendar;
mod ids;
mod leash;
mod lines;
mod microsoft;
mod own;
mod repeats;
mod rows;
#[cfg(test)]
mod tests;
mod todoist;
mod words;

use std::io::{self, BufRead};

use crate::domain::{Content, Imported, ListContent, ListId, Timestamp};

/// The program that a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Tickbox,
    Todoist,
    Google,
    ICalendar,
    Microsoft,
}

impl Format {
    pub const ALL: [Self; 5] = [
        Self::Tickbox,
        Self::Todoist,
        Self::Google,
        Self::ICalendar,
        Self::Microsoft,
    ];
}

/// Settings for the whole file.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The creation time of the first record without one; later ones follow.
    pub start: Timestamp,
    /// The list that all tasks are put into.
    pub target: Option<ListId>,
}

/// What was found on a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Task(Box<Imported<Content>>),
    List(Box<Imported<ListContent>>),
    /// It cannot be imported; the text says why.
    Fault(String),
    /// A part of it cannot be imported: its name.
    LeftOut(&'static str),
}

/// Why reading ended before the end of the file.
#[derive(Debug)]
pub enum Broken {
    /// Its syntax is wrong.
    Unreadable { line: u64, message: String },
    /// Its syntax is right, but it is not in the declared format.
    Wrong { line: u64, message: String },
    /// The body ended or failed.
    Lost(io::Error),
    /// The receiver is gone.
    Stopped,
}

pub type Ending = Result<(), Broken>;

/// Gets each piece with the number of its line; an error ends the reading.
pub type Sink<'a> = dyn FnMut(u64, Piece) -> Ending + 'a;

/// Reads a file to its end.
///
/// # Errors
/// What comes after that place cannot be read. All before it was given to `sink`.
pub fn read(
    format: Format,
    input: impl BufRead,
    circumstances: Circumstances,
    sink: &mut Sink<'_>,
) -> Ending {
    let mut scribe = foreign::Scribe::new(circumstances, sink);
    match format {
        Format::Tickbox => own::read(input, &mut scribe),
        Format::Todoist => todoist::read(input, &mut scribe),
        Format::Google => google::read(input, &mut scribe),
        Format::ICalendar => icalendar::read(input, &mut scribe),
        Format::Microsoft => microsoft::read(input, &mut scribe),
    }
}
