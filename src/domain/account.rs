//! The account of a space: the number of its latest change, and how many tasks it has.

use super::Task;

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
}

impl Account {
    /// Takes the next number.
    pub(super) fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq
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
