//! How long a statement may take, where that is limited: SQLite asks while it works, on the thread that has called it.

use std::cell::Cell;
use std::time::Instant;

use rusqlite::Connection;

/// How many steps of SQLite's machine lie between two looks at the clock: about a millisecond.
const STEPS: i32 = 20_000;

thread_local! {
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// From now on, what is run on the connection by [`within`] is interrupted when its time is over.
pub(super) fn watch(connection: &mut Connection) -> rusqlite::Result<()> {
    let is_over = || UNTIL.get().is_some_and(|until| Instant::now() >= until);
    connection.progress_handler(STEPS, Some(is_over))
}

pub(super) fn within<T>(until: Instant, run: impl FnOnce() -> T) -> T {
    /// Also after a panic.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            UNTIL.set(None);
        }
    }
    UNTIL.set(Some(until));
    let _end = End;
    run()
}
