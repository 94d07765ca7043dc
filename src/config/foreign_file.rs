//! Whether a file that a setting names belongs to another program: then no tables are made in it.

use std::fs;
use std::io::Read;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Where the file's header counts changes of the schema (SQLite file format, §1.3.6): 0, and there are no tables yet.
const SCHEMA_COOKIE: std::ops::Range<usize> = 40..44;

/// What the file is, as text, if it exists and is not ours. An empty file counts as missing.
pub(super) fn owner(path: &Path) -> Option<&'static str> {
    let not_sqlite = Some("not a file of SQLite");
    // Whoever opened a pipe would wait for somebody who writes.
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return not_sqlite;
    }
    let mut head = Vec::new();
    match fs::File::open(path).map(|file| file.take(100).read_to_end(&mut head)) {
        // What cannot be opened is told when it is tried.
        Ok(Err(_)) => return not_sqlite,
        Err(_) => return None,
        Ok(Ok(_)) => {}
    }
    if head.is_empty() {
        return None;
    }
    if !head.starts_with(b"SQLite format 3\0") {
        return not_sqlite;
    }
    let has_tables = head
        .get(SCHEMA_COOKIE)
        .is_some_and(|cookie| cookie != [0; 4]);
    (has_tables && is_of_others(path)).then_some("another program's database")
}

/// Whether there is no journal of our migrations. What cannot be looked at is told when it is tried.
fn is_of_others(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = Connection::open_with_flags(path, flags)
        .and_then(|file| file.column_exists(None, "schema_migrations", "checksum"));
    looked.is_ok_and(|ours| !ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_our_journal_is_another_programs() {
        let directory = tempfile::tempdir().unwrap();
        let make = |name: &str, sql: &str| {
            let path = directory.path().join(name);
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
            path
        };
        let prisma = make("dev.db", "CREATE TABLE \"User\" (id TEXT)");
        let rails = make("rails.db", "CREATE TABLE schema_migrations (version TEXT)");
        let ours = make(
            "ours.db",
            "CREATE TABLE schema_migrations (number, checksum)",
        );
        let blank = make("blank.db", "PRAGMA application_id = 1");
        for path in [&prisma, &rails] {
            assert_eq!(owner(path), Some("another program's database"), "{path:?}");
        }
        for path in [&ours, &blank, &directory.path().join("none.db")] {
            assert_eq!(owner(path), None, "{path:?}");
        }
        assert_eq!(owner(directory.path()), Some("not a file of SQLite"));
        assert_eq!(owner(Path::new("Cargo.toml")), Some("not a file of SQLite"));
    }
}
