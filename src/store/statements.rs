//! Every SQL statement that is written by hand, one text for both engines: reading, sweeping, tickets. The few words
//! in which the engines differ are named in [`Dialect`]. Rows are loaded and saved by statements that are made from
//! lists of columns (`row_statements`).
//!
//! House rule: a statement that touches the rows of a space takes the space as `$1`, and says so for every table.

use super::dialect::Dialect;
use super::row::ColumnKind::{self, Bool, Int, Text, Texts, Time, Uuid};

/// Makes the list of statements: a name, the kinds of `$1`, `$2`, …, and the text, with `{words}` for what
/// depends on the engine.
macro_rules! statements {
    ($($(#[$comment:meta])* $name:ident [$($kind:ident),*] $text:literal)+) => {
        /// A statement by name. Its number is its place in [`Sql::ALL`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Sql {
            $($(#[$comment])* $name),+
        }

        impl Sql {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The kinds of the parameters, and the text.
            pub(super) fn template(self) -> (&'static [ColumnKind], &'static str) {
                match self {
                    $(Self::$name => (&[$($kind),*], $text)),+
                }
            }
        }
    };
}

statements! {
    Begin [] "{begin}"
    Commit [] "COMMIT"
    Rollback [] "ROLLBACK"
    Ping [] "SELECT 1"

    FindAccount [Text]
        "SELECT {account} FROM {schema}accounts WHERE space = $1"
    GetTask [Text, Uuid]
        "SELECT {task} FROM {schema}tasks WHERE space = $1 AND id = $2 AND deleted_at IS NULL"
    /// Also one in the trash.
    FindAnyTask [Text, Uuid]
        "SELECT {task} FROM {schema}tasks WHERE space = $1 AND id = $2"
    /// With the total, the latest change and the epoch: as one text, because each sub-select costs a look-up.
    ListTasks [Text, Time, Uuid, Int]
        "SELECT {task},
            (SELECT task_count || ' ' || seq || ' ' || epoch FROM {schema}accounts WHERE space = $1)
         FROM {schema}tasks
         WHERE space = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"
    ListTasksByCompletion [Text, Time, Uuid, Int, Bool]
        "SELECT {task},
            (SELECT CASE WHEN $5 THEN completed_count ELSE task_count - completed_count END || ' ' || seq || ' ' || epoch
             FROM {schema}accounts WHERE space = $1)
         FROM {schema}tasks
         WHERE space = $1 AND completed = $5 AND deleted_at IS NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"
    ListTrash [Text, Time, Uuid, Int]
        "SELECT {task},
            (SELECT deleted_count || ' ' || seq || ' ' || epoch FROM {schema}accounts WHERE space = $1)
         FROM {schema}tasks
         WHERE space = $1 AND deleted_at IS NOT NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"

    /// Those in the trash have none.
    ListTags [Text]
        "SELECT tag, count(*) FROM {schema}task_tags WHERE space = $1 GROUP BY tag ORDER BY tag"

    /// Of the changes after `$2`, up to `$3`: each task that has not changed since; what was deleted is left out up to
    /// `$4`.
    ListChanges [Text, Int, Int, Int, Int]
        "SELECT {t.task} FROM {schema}changes AS c JOIN {schema}tasks AS t ON t.id = c.task_id AND t.seq = c.seq
         WHERE c.space = $1 AND t.space = $1 AND c.seq > $2 AND c.seq <= $3 AND (t.deleted_at IS NULL OR c.seq > $4)
         ORDER BY c.seq LIMIT $5"
    /// Those accounts that are named.
    SystemListAccounts [Texts]
        "SELECT {account}, space FROM {schema}accounts WHERE space {is_named}"
    /// Before the rows of any of these spaces are loaded, in the order of their ids, so that two who lock several
    /// cannot wait for each other. Those that somebody else has locked are left out.
    SystemLockFreeAccounts [Texts]
        "SELECT {account}, space FROM {schema}accounts WHERE space {is_named} ORDER BY space {lock_free}"
    SystemLockAccounts [Texts]
        "SELECT {account}, space FROM {schema}accounts WHERE space {is_named} ORDER BY space {lock}"

    KeepTicket [Text, Text, Time, Time]
        "INSERT INTO {schema}tickets (space, hash, expires_at, access_until) VALUES ($1, $2, $3, $4)"
    ForgetTickets [Text, Time]
        "DELETE FROM {schema}tickets WHERE space = $1 AND expires_at <= $2"
    /// Of several who come with the same ticket, one finds it.
    TakeTicket [Text, Text, Time]
        "DELETE FROM {schema}tickets WHERE space = $1 AND hash = $2 AND expires_at > $3
         RETURNING access_until"

    /// Newest first: from the change `$3`, or else from the task's latest one, along the chain of former numbers. The
    /// depth ends the walk, so that a page costs the same however long the chain is.
    ListHistory [Text, Uuid, Int, Int, Time]
        "WITH RECURSIVE history (depth, {change}) AS (
            SELECT 1, {c.change} FROM {schema}changes AS c
            WHERE c.space = $1 AND c.task_id = $2 AND c.seq =
                COALESCE($3, (SELECT t.seq FROM {schema}tasks AS t WHERE t.space = $1 AND t.id = $2))
            UNION ALL
            SELECT h.depth + 1, {c.change} FROM history AS h JOIN {schema}changes AS c ON c.seq = h.former_seq
            WHERE c.space = $1 AND c.task_id = $2 AND h.depth < $4)
         SELECT {change} FROM history WHERE at >= $5 ORDER BY seq DESC"
    /// The changes of a task after the change `$3`.
    ListLaterChanges [Text, Uuid, Int]
        "WITH RECURSIVE later ({change}) AS (
            SELECT {c.change} FROM {schema}changes AS c
            WHERE c.space = $1 AND c.task_id = $2 AND c.seq > $3 AND c.seq =
                (SELECT t.seq FROM {schema}tasks AS t WHERE t.space = $1 AND t.id = $2)
            UNION ALL
            SELECT {c.change} FROM later AS l JOIN {schema}changes AS c ON c.seq = l.former_seq
            WHERE c.space = $1 AND c.task_id = $2 AND c.seq > $3)
         SELECT {change} FROM later"
    ListChangesBetween [Text, Int, Int]
        "SELECT {change} FROM {schema}changes WHERE space = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq"

    // Sweeping, in steps, the oldest first. Those whose names begin with `System` cross spaces.

    ListOldestChanges [Text, Int, Int]
        "SELECT {change} FROM {schema}changes WHERE space = $1 AND seq > $2 ORDER BY seq LIMIT $3"
    ListOldTrash [Text, Time, Int]
        "SELECT {task} FROM {schema}tasks WHERE space = $1 AND deleted_at <= $2 ORDER BY deleted_at LIMIT $3"
    /// For how many spaces the counts disagree with the tasks.
    SystemCountWrongAccounts []
        "SELECT count(*) FROM {schema}accounts AS a FULL JOIN (SELECT space,
                sum(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END) AS live,
                sum(CASE WHEN deleted_at IS NULL AND completed THEN 1 ELSE 0 END) AS done,
                sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END) AS trash
            FROM {schema}tasks GROUP BY space) AS t ON t.space = a.space
         WHERE a.space IS NULL OR a.task_count <> COALESCE(t.live, 0)
            OR a.completed_count <> COALESCE(t.done, 0) OR a.deleted_count <> COALESCE(t.trash, 0)"
    /// Where the trash was filled before `$1`, and until when this step sweeps it.
    SystemListSwept [Time, Int]
        "SELECT space, max(deleted_at) FROM
            (SELECT space, deleted_at FROM {schema}tasks WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2) AS oldest
         GROUP BY space"
    /// The spaces after `$1`, each with the number of the first change that no sweep has looked at, if that was made
    /// before `$2`, or else 0. A look-up for each, and not an index by time, which every write would have to keep.
    SystemListFirstChanges [Text, Time, Int]
        "SELECT a.space, COALESCE((SELECT CASE WHEN c.at < $2 THEN c.seq END FROM {schema}changes AS c
            WHERE c.space = a.space AND c.seq > a.forgotten_seq ORDER BY c.seq LIMIT 1), 0)
         FROM {schema}accounts AS a WHERE a.space > $1 ORDER BY a.space LIMIT $3"
    SystemSweepAnswers [Time, Int]
        "DELETE FROM {schema}answers WHERE created_at <= (SELECT max(created_at) FROM
            (SELECT created_at FROM {schema}answers WHERE created_at <= $1 ORDER BY created_at LIMIT $2) AS oldest)
         RETURNING idempotency_key"
    SystemSweepTickets [Time, Int]
        "DELETE FROM {schema}tickets WHERE expires_at <= (SELECT max(expires_at) FROM
            (SELECT expires_at FROM {schema}tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) AS oldest)
         RETURNING hash"
}

impl Dialect {
    /// The texts of all statements, by number.
    pub(super) fn render_all(&self) -> Vec<String> {
        Sql::ALL
            .iter()
            .map(|sql| self.render(sql.template().1))
            .collect()
    }
}

#[cfg(test)]
#[path = "statements/tests.rs"]
mod tests;
