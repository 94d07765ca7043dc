//! The limits of the rules, each once. Limits of the machine (connections, memory, time) are defined where they are
//! used.

use std::time::Duration;

/// Longest title, in characters (Unicode scalar values).
pub const TITLE_CHARS: usize = 200;

/// Longest description, in characters (Unicode scalar values).
pub const DESCRIPTION_CHARS: usize = 2000;

/// The most tags of a task, and the longest one, in characters.
pub const TAGS: usize = 50;
pub const TAG_CHARS: usize = 64;

/// The most references of a task, and their longest parts, in characters.
pub const REFERENCES: usize = 10;
pub const SOURCE_CHARS: usize = 64;
pub const EXTERNAL_ID_CHARS: usize = 255;
pub const URL_CHARS: usize = 500;

/// The most days that a task is not on although its rule has them.
pub const EXCLUDED_DAYS: usize = 366;

/// The most times that a task can have been done: once on each day of the years 0 to 9999.
pub const TIMES_DONE: u32 = 3_652_425;

/// The most occurrences that are told at once.
pub const OCCURRENCES: usize = 366;

/// The longest metadata, as JSON without white space.
pub const METADATA_BYTES: usize = 4096;

/// How many levels tasks can be nested: a task without a parent is on the first.
pub const LEVELS: usize = 8;

/// The most lists of a user outside of the trash: all of them are read and told at once.
pub const LISTS: usize = 1000;

/// The most tasks that are deleted together with what they are below, or in.
pub const TASKS_BELOW: usize = 10_000;

/// The most operations that one request can ask for.
pub const BATCH_OPERATIONS: usize = 500;

/// The most tasks or changes on a page.
pub const PAGE: usize = 1000;

/// Up to here the tasks that a filter selects are counted.
pub const COUNTED: usize = 10_000;

/// How long an idempotency key stands for its first answer.
pub const KEY_LIFETIME: Duration = Duration::from_hours(24);

/// How many answers are kept of one user, and how long each of them at least.
pub const KEPT_ANSWERS: i64 = 10_000;
pub const SHORTEST_KEY_LIFETIME: Duration = Duration::from_hours(1);

/// The most tasks that one step sweeps out of a trash.
pub const SWEPT_TASKS: usize = 250;

/// The most changes that one step sweeps, unless a batch has more.
pub const SWEPT_CHANGES: usize = 750;
