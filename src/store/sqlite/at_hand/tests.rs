//! On one thread, where what was put off runs only while the test awaits something: what is kept meanwhile is certain.

use std::sync::atomic::AtomicI64;

use tempfile::TempDir;

use super::super::super::row::Columns;
use super::*;
use crate::error::Cause;

/// A number that stands in the file: reading and writing it is a transaction like any other.
struct Number(i64);

impl FromRow for Number {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        row.int(0).map(Self)
    }
}

struct Stored {
    _directory: TempDir,
    writer: Connection,
    at_hand: Arc<AtHand>,
}

impl Stored {
    fn new() -> Self {
        let directory = TempDir::with_prefix("tickbox-test-").unwrap();
        let path = directory.path().join("test.db");
        std::fs::write(&path, []).unwrap();
        let writer = file::open_to_write(&path).unwrap();
        let index = Arc::new(file::open_index(&path, &writer).unwrap());
        let file = Self {
            at_hand: AtHand::open(&path, index).unwrap(),
            writer,
            _directory: directory,
        };
        file.write(0);
        file
    }

    fn write(&self, number: i64) {
        self.writer
            .pragma_update(None, "user_version", number)
            .unwrap();
    }

    fn read(&self) -> i64 {
        let rows = self.at_hand.read::<Number>("PRAGMA user_version", &[]);
        rows.expect("a free connection").unwrap()[0].0
    }

    /// From the second read of a moment on its snapshot is open.
    fn keep(&self) {
        assert_eq!(self.read(), self.read());
    }

    /// As a tool would that empties the log; whether it could.
    fn empty_the_log(&self) -> bool {
        let busy = |row: &rusqlite::Row<'_>| row.get::<_, bool>(0);
        self.writer.busy_timeout(Duration::ZERO).unwrap();
        !self
            .writer
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy)
            .unwrap()
    }
}

#[tokio::test]
async fn a_snapshot_is_kept_until_something_is_committed() {
    let file = Stored::new();
    for number in 1..4 {
        // An open snapshot is what keeps the log from being emptied.
        file.keep();
        file.write(number);
        assert!(!file.empty_the_log());
        assert_eq!(file.read(), number);
    }
}

#[tokio::test]
async fn where_something_is_committed_between_reads_nothing_is_kept() {
    let file = Stored::new();
    for number in 1..4 {
        file.write(number);
        assert_eq!(file.read(), number);
        assert!(file.empty_the_log());
    }
}

#[tokio::test]
async fn a_snapshot_ends_by_itself() {
    let file = Stored::new();
    file.keep();
    file.write(1);
    assert!(!file.empty_the_log());
    let emptied = async {
        while !file.empty_the_log() {
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, emptied).await.unwrap();
    assert_eq!(file.read(), 1);
}

#[tokio::test]
async fn where_it_is_quiet_nobody_reads_and_nothing_is_kept() {
    let file = Stored::new();
    file.keep();
    file.write(1);
    let quiet = file.at_hand.quiet();
    assert!(file.empty_the_log());
    assert!(
        file.at_hand
            .read::<Number>("PRAGMA user_version", &[])
            .is_none()
    );
    drop(quiet);
    assert_eq!(file.read(), 1);
}

#[tokio::test]
async fn nobody_sees_less_than_another_one_before() {
    let file = Stored::new();
    let at_hand = file.at_hand.clone();
    let seen = AtomicI64::new(0);
    let runtime = tokio::runtime::Handle::current();
    let mine = Arc::new(());
    let of_writer = mine.clone();
    let read = || {
        let _runtime = runtime.enter();
        let mut reads = 0;
        while Arc::strong_count(&mine) > 1 {
            let before = seen.load(Ordering::SeqCst);
            let Some(rows) = at_hand.read::<Number>("PRAGMA user_version", &[]) else {
                continue;
            };
            let number = rows.unwrap()[0].0;
            assert!(number >= before, "{number} after {before}");
            seen.fetch_max(number, Ordering::SeqCst);
            reads += 1;
        }
        reads
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            // Gone with this thread, however it ends.
            let (file, _alive) = (file, of_writer);
            for number in 1..=1_000 {
                file.write(number);
                // What is answered is seen.
                seen.fetch_max(number, Ordering::SeqCst);
            }
        });
        let readers = [scope.spawn(read), scope.spawn(read)];
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    assert_eq!(seen.into_inner(), 1_000);
}
