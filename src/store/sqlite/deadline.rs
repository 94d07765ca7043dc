//! The time limit of a statement: SQLite checks it while it works, on the thread that has called it.

use std::cell::Cell;
use std::time::Instant;

use rusqlite::Connection;

/// How many steps of SQLite's virtual machine are between two checks of the clock: about a millisecond.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::translate;
    use super::*;
    use crate::domain::Refusal;
    use crate::error::Error;

    #[test]
    fn what_takes_too_long_is_given_up_and_what_comes_next_is_not() {
        let mut connection = Connection::open_in_memory().unwrap();
        watch(&mut connection).unwrap();
        let count = |most: u32| {
            let text = format!(
                "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < {most})
                 SELECT count(*) FROM n"
            );
            connection.query_row(&text, [], |row| row.get::<_, u32>(0))
        };
        let until = Instant::now() + Duration::from_millis(10);
        let error = within(until, || count(u32::MAX)).unwrap_err();
        assert!(matches!(
            translate(error),
            Error::Refused(Refusal::FilterTooWide)
        ));
        assert_eq!(
            count(1_000_000),
            Ok(1_000_000),
            "the time of another is over"
        );
    }
}
