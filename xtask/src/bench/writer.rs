//! Creates on SQLite as the program's writing thread does them: its statements, its settings, many in one
//! transaction. Without the program, so that a statement can be left out.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::dataset::{Dataset, Dice, user_id};
use super::sql::{Record, Texts};
use super::unlogged::unlog_sqlite;
use crate::step::Outcome;

/// As many as there are connections in the other measurements.
const GROUP: u32 = 64;

/// Creates per second, on a file that nobody has open.
pub(super) fn creates_per_second(
    path: &Path,
    dataset: Dataset,
    record: Record,
    time: Duration,
) -> Outcome<f64> {
    let text = |error: rusqlite::Error| error.to_string();
    let connection = Connection::open(path).map_err(text)?;
    // As in the program's `store::sqlite::file`.
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -32768; PRAGMA temp_store = memory;";
    connection.execute_batch(settings).map_err(text)?;
    if record == Record::LeftOut {
        unlog_sqlite(path)?;
    }
    let mut writer = Writer {
        connection,
        begin: Texts::sqlite().begin(),
        commit: Texts::sqlite().commit(),
        create: Texts::sqlite().create(),
        record,
        dataset,
        dice: Dice::new(1),
        created: 0,
    };
    writer.run(time / 4).map_err(text)?;
    let (before, start) = (writer.created, Instant::now());
    writer.run(time).map_err(text)?;
    Ok(f64::from(writer.created - before) / start.elapsed().as_secs_f64())
}

struct Writer {
    connection: Connection,
    begin: String,
    commit: String,
    create: [String; 2],
    record: Record,
    dataset: Dataset,
    dice: Dice,
    created: u32,
}

impl Writer {
    fn run(&mut self, time: Duration) -> rusqlite::Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step(&self.begin)?;
            for _ in 0..GROUP {
                self.create_one()?;
            }
            self.step(&self.commit)?;
        }
        Ok(())
    }

    fn create_one(&mut self) -> rusqlite::Result<()> {
        self.created += 1;
        let user = user_id(self.dice.roll(self.dataset.users));
        // Later than all that is there, as a new UUIDv7 is.
        let id = (0x0200_u128 << 112 | u128::from(self.created) << 16).to_be_bytes();
        let now = 1_800_000_000_000_000 + i64::from(self.created);
        let request_id = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
        let title = format!("New task number {}", self.created);
        let description = "Written by the load generator";
        self.step("SAVEPOINT one")?;
        let [count, task] = &self.create;
        let mut count = self.connection.prepare_cached(count)?;
        count.execute(params![user, false])?;
        let mut task = self.connection.prepare_cached(task)?;
        let (actor, request_id) = match self.record {
            Record::Kept => (Some(&user), Some(request_id)),
            Record::LeftOut => (None, None),
        };
        let batch = None::<&str>;
        let mut rows = task.query(params![
            user,
            id,
            title,
            description,
            false,
            now,
            actor,
            request_id,
            batch
        ])?;
        while rows.next()?.is_some() {}
        self.step("RELEASE one")
    }

    fn step(&self, text: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(text)?.execute([]).map(drop)
    }
}
