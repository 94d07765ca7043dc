//! Every SQL statement that is written by hand, one text for both engines: reading, sweeping, tickets. The few words
//! in which the engines differ are named in [`Dialect`]. Rows are loaded and saved by statements that are made from
//! lists of columns (`row_statements`).
//!
//! House rule: a statement that touches the rows of a space takes the space as `$1`, and says so for every table.

pub(super) mod each;

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
        "SELECT {t.task} FROM {schema}changes AS c CROSS JOIN
            {each} {schema}tasks AS t WHERE t.space = $1 AND t.id = c.item_id AND t.seq = c.seq {end_t}
            AND c.space = $1 AND c.seq > $2 AND c.seq <= $3 AND (t.deleted_at IS NULL OR c.seq > $4)
         ORDER BY c.seq LIMIT $5"
    /// The same of lists.
    ListListChanges [Text, Int, Int, Int, Int]
        "SELECT {l.list} FROM {schema}changes AS c CROSS JOIN
            {each} {schema}lists AS l WHERE l.space = $1 AND l.id = c.item_id AND l.seq = c.seq {end_l}
            AND c.space = $1 AND c.seq > $2 AND c.seq <= $3 AND (l.deleted_at IS NULL OR c.seq > $4)
         ORDER BY c.seq LIMIT $5"
    GetList [Text, Uuid]
        "SELECT {list} FROM {schema}lists WHERE space = $1 AND id = $2 AND deleted_at IS NULL"
    FindAnyList [Text, Uuid]
        "SELECT {list} FROM {schema}lists WHERE space = $1 AND id = $2"
    /// In their order, each with the number of its open tasks.
    ListLists [Text]
        "SELECT {l.list}, (SELECT count(*) FROM {schema}tasks AS t {by_list} WHERE t.space = $1 AND t.list_id = l.id
            AND t.deleted_at IS NULL AND NOT t.completed)
         FROM {schema}lists AS l WHERE l.space = $1 AND l.deleted_at IS NULL ORDER BY l.\"order\", l.id"
    ListListTrash [Text]
        "SELECT {list}, CAST(0 AS bigint) FROM {schema}lists WHERE space = $1 AND deleted_at IS NOT NULL ORDER BY \"order\", id"

    // The tasks below a task or in a list, and the places of their neighbours there.

    ListBelow [Text, Uuid, Int]
        "WITH RECURSIVE below (id) AS (
            SELECT t.id FROM {schema}tasks AS t {by_parent}
            WHERE t.space = $1 AND t.parent_id = $2 AND t.deleted_at IS NULL
            UNION
            SELECT t.id FROM below AS b CROSS JOIN
                {each} {schema}tasks AS t {by_parent}
                WHERE t.space = $1 AND t.parent_id = b.id AND t.deleted_at IS NULL {in_parent}{end_t})
         SELECT {t.task} FROM below AS b CROSS JOIN
            {each} {schema}tasks AS t WHERE t.space = $1 AND t.id = b.id {end_t} LIMIT $3"
    ListInList [Text, Uuid, Int]
        "SELECT {task} FROM {schema}tasks {by_list} WHERE space = $1 AND list_id = $2 AND deleted_at IS NULL LIMIT $3"
    ListAfterInList [Text, Uuid, Text, Uuid, Int]
        "SELECT {own_place} FROM {schema}tasks {by_list} WHERE space = $1 AND list_id = $2 AND parent_id IS NULL
            AND deleted_at IS NULL AND (\"order\", id) > ($3, $4) ORDER BY \"order\", id LIMIT $5"
    ListBeforeInList [Text, Uuid, Text, Uuid, Int]
        "SELECT {own_place} FROM {schema}tasks {by_list} WHERE space = $1 AND list_id = $2 AND parent_id IS NULL
            AND deleted_at IS NULL AND (\"order\", id) < ($3, $4) ORDER BY \"order\" DESC, id DESC LIMIT $5"
    ListAfterInParent [Text, Uuid, Text, Uuid, Int]
        "SELECT {own_place} FROM {schema}tasks {by_parent} WHERE space = $1 AND parent_id = $2
            AND deleted_at IS NULL AND (\"order\", id) > ($3, $4) ORDER BY \"order\", id LIMIT $5"
    ListBeforeInParent [Text, Uuid, Text, Uuid, Int]
        "SELECT {own_place} FROM {schema}tasks {by_parent} WHERE space = $1 AND parent_id = $2
            AND deleted_at IS NULL AND (\"order\", id) < ($3, $4) ORDER BY \"order\" DESC, id DESC LIMIT $5"
    /// In the inbox, a task that nobody moved has no key: its place is that of its creation. Elsewhere all have one.
    ListAfterInInbox [Text, Text, Uuid, Time, Uuid, Int]
        "SELECT * FROM (SELECT {own_place} FROM {schema}tasks WHERE space = $1 AND list_id IS NULL AND parent_id IS NULL
            AND is_placed AND deleted_at IS NULL AND (\"order\", id) > ($2, $3)
            ORDER BY \"order\", id LIMIT $6) AS moved
         UNION ALL
         SELECT * FROM (SELECT {place_of_creation} FROM {schema}tasks WHERE space = $1 AND NOT is_placed AND deleted_at IS NULL
            AND (created_at, id) > ($4, $5) ORDER BY created_at, id LIMIT $6) AS others"
    ListBeforeInInbox [Text, Text, Uuid, Time, Uuid, Int]
        "SELECT * FROM (SELECT {own_place} FROM {schema}tasks WHERE space = $1 AND list_id IS NULL AND parent_id IS NULL
            AND is_placed AND deleted_at IS NULL AND (\"order\", id) < ($2, $3)
            ORDER BY \"order\" DESC, id DESC LIMIT $6) AS moved
         UNION ALL
         SELECT * FROM (SELECT {place_of_creation} FROM {schema}tasks WHERE space = $1 AND NOT is_placed AND deleted_at IS NULL
            AND (created_at, id) < ($4, $5) ORDER BY created_at DESC, id DESC LIMIT $6) AS others"
    /// All tasks without a parent, the oldest first, and whether they have tasks below them.
    ListRoots [Text, Time, Uuid, Int]
        "SELECT {t.task}, CAST(CAST(EXISTS (SELECT 1 FROM {schema}tasks AS c {by_parent} WHERE c.space = $1
            AND c.parent_id = t.id AND c.deleted_at IS NULL) AS integer) AS bigint)
         FROM {schema}tasks AS t WHERE t.space = $1 AND t.parent_id IS NULL AND t.deleted_at IS NULL
            AND (t.created_at, t.id) > ($2, $3) ORDER BY t.created_at, t.id LIMIT $4"
    /// The same for the tasks below one, in their order.
    ListParts [Text, Uuid, Text, Uuid, Int]
        "SELECT {t.task}, CAST(CAST(EXISTS (SELECT 1 FROM {schema}tasks AS c {by_parent} WHERE c.space = $1
            AND c.parent_id = t.id AND c.deleted_at IS NULL) AS integer) AS bigint)
         FROM {schema}tasks AS t {by_parent} WHERE t.space = $1 AND t.parent_id = $2 AND t.deleted_at IS NULL
            AND (t.\"order\", t.id) > ($3, $4) ORDER BY t.\"order\", t.id LIMIT $5"
    AllLists [Text]
        "SELECT {list} FROM {schema}lists WHERE space = $1 AND deleted_at IS NULL"

    /// Those accounts that are named.
    SystemListAccounts [Texts]
        "SELECT {account}, space FROM {schema}accounts WHERE space {is_named}"
    SystemListSomeAccounts [Int]
        "SELECT {account}, space FROM {schema}accounts LIMIT $1"
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
    /// Of several requests with the same ticket, one finds it.
    TakeTicket [Text, Text, Time]
        "DELETE FROM {schema}tickets WHERE space = $1 AND hash = $2 AND expires_at > $3
         RETURNING access_until"

    /// Newest first: from the change `$3`, along the chain of former numbers. The depth ends the walk, so that a page
    /// costs the same however long the chain is.
    ListHistory [Text, Uuid, Int, Int, Time]
        "WITH RECURSIVE history (depth, {change}) AS (
            SELECT 1, {c.change} FROM {schema}changes AS c
            WHERE c.space = $1 AND c.item_id = $2 AND c.seq = $3
            UNION ALL
            SELECT h.depth + 1, {c.change} FROM history AS h CROSS JOIN
                {each} {schema}changes AS c WHERE c.space = $1 AND c.item_id = $2 AND c.seq = h.former_seq {end_c}
                AND h.depth < $4)
         SELECT {change} FROM history WHERE at >= $5 ORDER BY seq DESC"
    /// The changes of a task or a list after the change `$3`, back from its latest one.
    ListLaterChanges [Text, Uuid, Int, Int]
        "WITH RECURSIVE later ({change}) AS (
            SELECT {c.change} FROM {schema}changes AS c
            WHERE c.space = $1 AND c.item_id = $2 AND c.seq > $3 AND c.seq = $4
            UNION ALL
            SELECT {c.change} FROM later AS l CROSS JOIN
                {each} {schema}changes AS c WHERE c.space = $1 AND c.item_id = $2 AND c.seq = l.former_seq {end_c}
                AND c.seq > $3)
         SELECT {change} FROM later"
    ListChangesBetween [Text, Int, Int]
        "SELECT {change} FROM {schema}changes WHERE space = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq"

    /// What the import of the mark `$2` has made since `$4`, before the change `$3`, the latest first. The terms are
    /// those of an index.
    ListImported [Text, Text, Int, Time, Int]
        "SELECT c.seq, c.item_id, c.kind FROM {schema}changes AS c WHERE c.space = $1
            AND substr(c.request_id, 1, 7) = 'import ' AND substr(c.request_id, 1, 43) = $2
            AND c.seq < $3 AND c.at >= $4 ORDER BY c.seq DESC LIMIT $5"

    // Sweeping, in steps, the oldest first. Those whose names begin with `System` cross spaces.

    ListOldestChanges [Text, Int, Int]
        "SELECT {change} FROM {schema}changes WHERE space = $1 AND seq > $2 ORDER BY seq LIMIT $3"
    ListOldTrash [Text, Time, Int]
        "SELECT {task} FROM {schema}tasks WHERE space = $1 AND deleted_at <= $2 ORDER BY deleted_at LIMIT $3"
    ListOldListTrash [Text, Time, Int]
        "SELECT {list} FROM {schema}lists WHERE space = $1 AND deleted_at <= $2 ORDER BY deleted_at LIMIT $3"
    // Removing all of a space, in steps; the account last.

    ForgetTasks [Text, Int]
        "DELETE FROM {schema}tasks WHERE space = $1 AND id IN
            (SELECT t.id FROM {schema}tasks AS t WHERE t.space = $1 LIMIT $2)"
    ForgetLists [Text, Int]
        "DELETE FROM {schema}lists WHERE space = $1 AND id IN
            (SELECT l.id FROM {schema}lists AS l WHERE l.space = $1 LIMIT $2)"
    ForgetChanges [Text, Int]
        "DELETE FROM {schema}changes WHERE space = $1 AND seq IN
            (SELECT c.seq FROM {schema}changes AS c WHERE c.space = $1 LIMIT $2)"
    ForgetReferences [Text, Int]
        "DELETE FROM {schema}task_references WHERE space = $1 AND (source, external_id) IN
            (SELECT r.source, r.external_id FROM {schema}task_references AS r WHERE r.space = $1 LIMIT $2)"
    ForgetTags [Text, Int]
        "DELETE FROM {schema}task_tags WHERE space = $1 AND (tag, task_id) IN
            (SELECT g.tag, g.task_id FROM {schema}task_tags AS g WHERE g.space = $1 LIMIT $2)"
    ForgetAnswers [Text, Int]
        "DELETE FROM {schema}answers WHERE space = $1 AND idempotency_key IN
            (SELECT a.idempotency_key FROM {schema}answers AS a WHERE a.space = $1 LIMIT $2)"
    ForgetAllTickets [Text]
        "DELETE FROM {schema}tickets WHERE space = $1"
    /// Gives a row when nothing is left.
    ForgetAccount [Text]
        "DELETE FROM {schema}accounts WHERE space = $1 AND is_leaving
            AND NOT EXISTS (SELECT 1 FROM {schema}tasks AS t WHERE t.space = $1)
            AND NOT EXISTS (SELECT 1 FROM {schema}lists AS l WHERE l.space = $1)
            AND NOT EXISTS (SELECT 1 FROM {schema}changes AS c WHERE c.space = $1)
            AND NOT EXISTS (SELECT 1 FROM {schema}task_references AS r WHERE r.space = $1)
            AND NOT EXISTS (SELECT 1 FROM {schema}task_tags AS g WHERE g.space = $1)
            AND NOT EXISTS (SELECT 1 FROM {schema}answers AS k WHERE k.space = $1)
         RETURNING space"
    SystemListLeaving [Int]
        "SELECT space FROM {schema}accounts WHERE is_leaving ORDER BY space LIMIT $1"
    /// For how many spaces the counts disagree with the tasks.
    SystemCountWrongAccounts []
        "SELECT count(*) FROM {schema}accounts AS a FULL JOIN (SELECT space,
                sum(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END) AS live,
                sum(CASE WHEN deleted_at IS NULL AND completed THEN 1 ELSE 0 END) AS done,
                sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END) AS trash
            FROM {schema}tasks GROUP BY space) AS t ON t.space = a.space
         WHERE a.space IS NULL OR a.task_count <> COALESCE(t.live, 0)
            OR a.completed_count <> COALESCE(t.done, 0) OR a.deleted_count <> COALESCE(t.trash, 0)"
    /// The spaces with deletions before `$1`, and until when this step sweeps each.
    SystemListSwept [Time, Int]
        "SELECT space, max(deleted_at) FROM
            (SELECT * FROM (SELECT space, deleted_at FROM {schema}tasks WHERE deleted_at < $1
                ORDER BY deleted_at LIMIT $2) AS t
             UNION ALL
             SELECT * FROM (SELECT space, deleted_at FROM {schema}lists WHERE deleted_at < $1
                ORDER BY deleted_at LIMIT $2) AS l) AS oldest
         GROUP BY space"
    /// Where the first change that no sweep has looked at was made before `$1`: the oldest first, behind the moment `$2`
    /// and the space `$3`.
    SystemListOldChanges [Time, Time, Text, Int]
        "SELECT space, changes_since FROM {schema}accounts
         WHERE NOT is_leaving AND changes_since < $1 AND (changes_since, space) > ($2, $3) ORDER BY changes_since, space LIMIT $4"
    /// The same of answers.
    SystemListOldAnswers [Time, Time, Text, Int]
        "SELECT space, answers_since FROM {schema}accounts
         WHERE NOT is_leaving AND answers_since < $1 AND (answers_since, space) > ($2, $3) ORDER BY answers_since, space LIMIT $4"
    LockAccount [Text]
        "SELECT space FROM {schema}accounts WHERE space = $1 {lock}"
    /// Those from `$2` or before; and of those from `$3` or before, what is older than the `$4` latest.
    SweepAnswers [Text, Time, Time, Int, Int]
        "DELETE FROM {schema}answers WHERE space = $1 AND idempotency_key IN
            (SELECT k.idempotency_key FROM {schema}answers AS k WHERE k.space = $1 AND (k.created_at <= $2
                OR k.created_at <= $3 AND k.created_at <= (SELECT m.created_at FROM {schema}answers AS m
                    WHERE m.space = $1 ORDER BY m.created_at DESC LIMIT 1 OFFSET $4)) LIMIT $5)
         RETURNING idempotency_key"
    /// After a sweep. `$2` stands in for the time of the oldest where there are more than `$3`.
    CountAnswers [Text, Time, Int]
        "UPDATE {schema}accounts SET
            answer_count = (SELECT count(*) FROM {schema}answers AS k WHERE k.space = $1),
            answers_since = (SELECT CASE WHEN count(*) > $3 THEN $2 ELSE min(m.created_at) END
                FROM {schema}answers AS m WHERE m.space = $1)
         WHERE space = $1"
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
