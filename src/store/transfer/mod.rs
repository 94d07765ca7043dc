//! A whole database as lines of JSON, and back: how a deployment moves from one engine to the other. The lines
//! are made from the lists of columns in `tables`; each engine reads and writes its own rows.
//!
//! The first line names the format, and the migrations. Then each table has a line that names its columns, and a line
//! for each row in the order of its key. The last line has their number, so that a file that was cut off is detected.

mod export;
mod import;
mod json;

use serde::{Deserialize, Serialize};

pub(super) use self::export::Exporter;
pub(super) use self::import::Importer;
use super::migrations::{self, checksums};
use super::tables::{ACCOUNTS, TASKS, Table};

/// What was moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub users: u64,
    pub tasks: u64,
    pub rows: u64,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    migrations: Vec<Made>,
}

/// A migration that the database has.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    number: i64,
    checksum: String,
}

const KIND: &str = "tickbox-all";
const VERSION: u32 = 1;

impl Header {
    fn new() -> Self {
        let made = migrations::ALL.iter().zip(checksums());
        let made = made.map(|(migration, checksum)| Made {
            number: migration.number,
            checksum,
        });
        Self {
            kind: KIND.to_owned(),
            version: VERSION,
            migrations: made.collect(),
        }
    }
}

/// A line before the rows of a table, and the last line.
#[derive(Default, Serialize, Deserialize)]
struct Mark {
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

#[derive(Serialize, Deserialize)]
struct End {
    rows: u64,
}

/// Without the quotes of those that are words of SQL.
fn column_names(table: &Table) -> Vec<String> {
    let names = table.columns.iter();
    names
        .map(|(name, _)| name.trim_matches('"').to_owned())
        .collect()
}

impl Moved {
    fn count(&mut self, table: &Table) {
        self.rows += 1;
        if *table == ACCOUNTS {
            self.users += 1;
        } else if *table == TASKS {
            self.tasks += 1;
        }
    }
}
