//! The account of a space: the number of its latest change, and how many tasks it has.

use super::limits::{KEPT_ANSWERS, KEY_LIFETIME};
use super::{Task, Timestamp};

/// One for each space in which somebody ever wrote. Whoever writes in the space locks it first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// A random number made with the account: a cursor of an earlier account of the same name is not valid.
    pub epoch: i64,
    /// The latest change.
    pub seq: i64,
    /// The latest deletion of a task that was swept since: a reader with an older cursor would miss it.
    pub swept_seq: i64,
    /// Up to here the log was swept: of each task that has not changed since, it has the latest change, and no other.
    pub forgotten_seq: i64,
    pub task_count: i64,
    pub completed_count: i64,
    pub deleted_count: i64,
    /// Whether the user is being removed with all data: every further work is refused.
    pub is_leaving: bool,
    /// When the first change was made that no sweep has looked at; none, if there is none.
    pub changes_since: Option<Timestamp>,
    /// How many answers are kept,
    pub answer_count: i64,
    /// and when the oldest of them was given; as if earlier, where there are too many.
    pub answers_since: Option<Timestamp>,
}

impl Account {
    /// Takes the next number, for a change that is made now.
    pub(super) fn next_seq(&mut self, now: Timestamp) -> i64 {
        self.seq += 1;
        self.changes_since.get_or_insert(now);
        self.seq
    }

    /// One answer more is kept. Where there are too many now, the sweeper comes an hour from now.
    pub(super) fn count_answer(&mut self, now: Timestamp) {
        self.answer_count += 1;
        let since = self.answers_since.unwrap_or(now);
        let is_too_many = self.answer_count > KEPT_ANSWERS;
        let latest = if is_too_many {
            now.minus(KEY_LIFETIME)
        } else {
            now
        };
        self.answers_since = Some(since.min(latest));
    }

    pub(super) fn count(&mut self, task: &Task, by: i64) {
        if task.is_deleted() {
            self.deleted_count += by;
        } else {
            self.task_count += by;
            self.completed_count += if task.content.completed { by } else { 0 };
        }
    }
}
