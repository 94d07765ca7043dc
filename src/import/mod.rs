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

/// What a file does not say, and what is decided for all of it.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// What has no time of its own is made from then on, one after the other.
    pub start: Timestamp,
    /// The list that all tasks come into.
    pub target: Option<ListId>,
}

/// What was found on a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Task(Box<Imported<Content>>),
    List(Box<Imported<ListContent>>),
    /// It cannot be taken over, in words that say why.
    Fault(String),
    /// Something of it has no place here: its name.
    LeftOut(&'static str),
}

/// Why reading ended before the end of the file.
#[derive(Debug)]
pub enum Broken {
    /// It is not written as it should be.
    Unreadable { line: u64, message: String },
    /// It is, but it is not what it was said to be.
    Wrong { line: u64, message: String },
    /// It does not come any more.
    Lost(io::Error),
    /// Nobody wants to know more.
    Stopped,
}

pub type Ending = Result<(), Broken>;

/// Takes each piece with the number of its line; an error ends the reading.
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
