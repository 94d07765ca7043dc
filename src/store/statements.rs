//! Every SQL statement of the program, one text for both engines. The few words in which the engines
//! differ are named in [`Dialect`]; nothing else in the program contains SQL, except the migrations.
//!
//! House rule: a statement that touches a user's rows takes the user as `$1`, and says so for every table.

use super::dialect::Dialect;
use super::row::Kind::{self, Bool, Int, Text, Time, Uuid};

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
            pub(super) fn template(self) -> (&'static [Kind], &'static str) {
                match self {
                    $(Self::$name => (&[$($kind),*], $text)),+
                }
            }

            /// Whether it gives the task `$2` of the user `$1` as it leaves it, or nothing if it did nothing.
            pub(super) fn returns_task(self) -> bool {
                self.template().1.ends_with("{returning}")
            }
        }
    };
}

statements! {
    Begin [] "{begin}"
    Commit [] "COMMIT"
    Rollback [] "ROLLBACK"
    Ping [] "SELECT 1"

    /// Before [`Sql::LockAccount`], where there may be none to lock yet.
    OpenAccount [Text]
        "INSERT INTO {schema}accounts (user_id, seq, task_count, completed_count) VALUES ($1, 0, 0, 0)
         ON CONFLICT (user_id) DO NOTHING"
    /// First in every transaction that depends on what is stored: later statements then see all that this
    /// user's earlier writes did, also those that ran at the same time.
    LockAccount [Text]
        "SELECT seq FROM {schema}accounts WHERE user_id = $1 {for_update}"
    CountTasks [Text]
        "SELECT task_count, completed_count, deleted_count, seq FROM {schema}accounts WHERE user_id = $1"

    // A task whose id the server has made: it cannot be there already.

    CreateTaskCount [Text, Bool]
        "INSERT INTO {schema}accounts AS a (user_id, seq, task_count, completed_count)
         VALUES ($1, 1, 1, CASE WHEN $2 THEN 1 ELSE 0 END)
         ON CONFLICT (user_id) DO UPDATE SET
            seq = a.seq + 1,
            task_count = a.task_count + 1,
            completed_count = a.completed_count + excluded.completed_count"
    CreateTask [Text, Uuid, Text, Text, Bool, Time, Text, Text, Uuid]
        "INSERT INTO {schema}tasks
            (user_id, id, title, description, completed, created_at, updated_at, version, seq,
            creator, creation_request_id, creation_batch)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1, (SELECT seq FROM {schema}accounts WHERE user_id = $1), $7, $8, $9)
         {returning}"

    // A task whose id the caller has made: nothing happens if it is there. In this order, because the first looks
    // whether it is.

    CreateTaskCountOnce [Text, Uuid, Bool]
        "UPDATE {schema}accounts SET
            seq = seq + 1,
            task_count = task_count + 1,
            completed_count = completed_count + CASE WHEN $3 THEN 1 ELSE 0 END
         WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM {schema}tasks WHERE user_id = $1 AND id = $2)"
    CreateTaskOnce [Text, Uuid, Text, Text, Bool, Time, Text, Text, Uuid]
        "INSERT INTO {schema}tasks
            (user_id, id, title, description, completed, created_at, updated_at, version, seq,
            creator, creation_request_id, creation_batch)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1, (SELECT seq FROM {schema}accounts WHERE user_id = $1), $7, $8, $9)
         ON CONFLICT (user_id, id) DO NOTHING
         {returning}"

    // Many tasks at once, whose ids the server has made, as a JSON array. `back` counts from the last one, which
    // gets the account's latest number.

    CreateTasksCount [Text, Int, Int]
        "INSERT INTO {schema}accounts AS a (user_id, seq, task_count, completed_count)
         VALUES ($1, $2, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET
            seq = a.seq + excluded.seq,
            task_count = a.task_count + excluded.task_count,
            completed_count = a.completed_count + excluded.completed_count"
    CreateTasks [Text, Text, Time, Text, Text, Uuid]
        "INSERT INTO {schema}tasks
            (user_id, id, title, description, completed, created_at, updated_at, version, seq,
            creator, creation_request_id, creation_batch)
         SELECT $1, {uuid_from}e.value ->> 'id'{uuid_to}, e.value ->> 'title', e.value ->> 'description',
            CAST(e.value ->> 'completed' AS boolean), $3, $3, 1, a.seq - CAST(e.value ->> 'back' AS bigint), $4, $5, $6
         FROM {schema}accounts AS a CROSS JOIN {elements} AS e WHERE a.user_id = $1
         RETURNING {task}"

    GetTask [Text, Uuid]
        "SELECT {task} FROM {schema}tasks WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL"
    /// Also one in the trash.
    FindAnyTask [Text, Uuid]
        "SELECT {task} FROM {schema}tasks WHERE user_id = $1 AND id = $2"
    ListTasks [Text, Time, Uuid, Int]
        "SELECT {task},
            (SELECT task_count FROM {schema}accounts WHERE user_id = $1),
            (SELECT seq FROM {schema}accounts WHERE user_id = $1)
         FROM {schema}tasks
         WHERE user_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"
    ListTasksByCompletion [Text, Time, Uuid, Int, Bool]
        "SELECT {task},
            (SELECT CASE WHEN $5 THEN completed_count ELSE task_count - completed_count END
             FROM {schema}accounts WHERE user_id = $1),
            (SELECT seq FROM {schema}accounts WHERE user_id = $1)
         FROM {schema}tasks
         WHERE user_id = $1 AND completed = $5 AND deleted_at IS NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"
    ListTrash [Text, Time, Uuid, Int]
        "SELECT {task},
            (SELECT deleted_count FROM {schema}accounts WHERE user_id = $1),
            (SELECT seq FROM {schema}accounts WHERE user_id = $1)
         FROM {schema}tasks
         WHERE user_id = $1 AND deleted_at IS NOT NULL AND (created_at, id) < ($2, $3)
         ORDER BY created_at DESC, id DESC LIMIT $4"

    /// Each task once, by its latest change after `$2`; what was deleted is left out up to `$3`.
    ListChanges [Text, Int, Int, Int]
        "SELECT {task},
            (SELECT seq FROM {schema}accounts WHERE user_id = $1) AS latest,
            (SELECT swept_seq FROM {schema}accounts WHERE user_id = $1) AS swept
         FROM {schema}tasks
         WHERE user_id = $1 AND seq > $2 AND (deleted_at IS NULL OR seq > $3)
         ORDER BY seq LIMIT $4"
    FindNumbers [Text]
        "SELECT seq, swept_seq FROM {schema}accounts WHERE user_id = $1"
    /// The numbers of those accounts that are named in a JSON array.
    SystemListSeqs [Text]
        "SELECT user_id, seq FROM {schema}accounts WHERE user_id {is_named}"

    KeepTicket [Text, Text, Time, Time]
        "INSERT INTO {schema}tickets (user_id, hash, expires_at, access_until) VALUES ($1, $2, $3, $4)"
    ForgetTickets [Text, Time]
        "DELETE FROM {schema}tickets WHERE user_id = $1 AND expires_at <= $2"
    /// Of several who come with the same ticket, one finds it.
    TakeTicket [Text, Text, Time]
        "DELETE FROM {schema}tickets WHERE user_id = $1 AND hash = $2 AND expires_at > $3
         RETURNING access_until"

    // The counts are changed before the task is, because they need to know what the task was; so is the record of
    // the change, which keeps what the task was. A parameter of versions is null, or a list: `,3,7,`. Sub-selects and
    // not `UPDATE … FROM`, for which SQLite makes a table each time.

    ChangeTaskCount [Text, Uuid, Bool, Text]
        "UPDATE {schema}accounts SET
            seq = seq + 1,
            completed_count = completed_count
                + (SELECT CASE WHEN COALESCE($3, completed) THEN 1 ELSE 0 END - CASE WHEN completed THEN 1 ELSE 0 END
                   FROM {schema}tasks WHERE user_id = $1 AND id = $2)
         WHERE user_id = $1 AND EXISTS (SELECT 1 FROM {schema}tasks
            WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL
                AND ($4 IS NULL OR $4 LIKE '%,' || version || ',%'))"
    ChangeTask [Text, Uuid, Text, Bool, Text, Bool, Time, Text]
        "UPDATE {schema}tasks SET
            title = COALESCE($3, title),
            description = CASE WHEN $4 THEN $5 ELSE description END,
            completed = COALESCE($6, completed),
            updated_at = CASE WHEN $7 > updated_at THEN $7 ELSE updated_at + {microsecond} END,
            creator = NULL, creation_request_id = NULL, creation_batch = NULL,
            version = version + 1,
            seq = (SELECT seq FROM {schema}accounts WHERE user_id = $1)
         WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL
            AND ($8 IS NULL OR $8 LIKE '%,' || version || ',%')
         {returning}"

    /// Into the trash, if `$3`, or out of it.
    MoveTaskCount [Text, Uuid, Bool, Text]
        "UPDATE {schema}accounts SET
            seq = seq + 1,
            task_count = task_count + CASE WHEN $3 THEN -1 ELSE 1 END,
            deleted_count = deleted_count + CASE WHEN $3 THEN 1 ELSE -1 END,
            completed_count = completed_count
                + (SELECT CASE WHEN NOT completed THEN 0 WHEN $3 THEN -1 ELSE 1 END
                   FROM {schema}tasks WHERE user_id = $1 AND id = $2)
         WHERE user_id = $1 AND EXISTS (SELECT 1 FROM {schema}tasks
            WHERE user_id = $1 AND id = $2 AND (deleted_at IS NULL) = $3
                AND ($4 IS NULL OR $4 LIKE '%,' || version || ',%'))"
    MoveTask [Text, Uuid, Bool, Text, Time]
        "UPDATE {schema}tasks SET
            deleted_at = CASE WHEN $3 THEN $5 END,
            updated_at = CASE WHEN $5 > updated_at THEN $5 ELSE updated_at + {microsecond} END,
            creator = NULL, creation_request_id = NULL, creation_batch = NULL,
            version = version + 1,
            seq = (SELECT seq FROM {schema}accounts WHERE user_id = $1)
         WHERE user_id = $1 AND id = $2 AND (deleted_at IS NULL) = $3
            AND ($4 IS NULL OR $4 LIKE '%,' || version || ',%')
         {returning}"

    // A task carries its creation, so that creating it is one row. When it changes for the first time, both stand in the
    // log, and the task carries nothing any more.

    /// Before a change of a task, or its way into the trash or out of it; `$3`: whether it must not be there now.
    RecordChange [Text, Uuid, Bool, Text, Text, Time, Text, Text, Uuid]
        "INSERT INTO {schema}changes (user_id, seq, task_id, kind, at, actor, request_id, batch,
            former_seq, title, description, completed)
         SELECT $1, t.seq, t.id, 'created', t.created_at, t.creator, t.creation_request_id, t.creation_batch,
            NULL, NULL, NULL, NULL
         FROM {schema}tasks AS t
         WHERE t.user_id = $1 AND t.id = $2 AND t.creator IS NOT NULL AND (t.deleted_at IS NULL) = $3
            AND ($4 IS NULL OR $4 LIKE '%,' || t.version || ',%')
         UNION ALL
         SELECT $1, a.seq, t.id, $5, $6, $7, $8, $9, t.seq, t.title, t.description, t.completed
         FROM {schema}tasks AS t, {schema}accounts AS a
         WHERE a.user_id = $1 AND t.user_id = $1 AND t.id = $2 AND (t.deleted_at IS NULL) = $3
            AND ($4 IS NULL OR $4 LIKE '%,' || t.version || ',%')"

    // What the change `$2` replaced becomes the task again, provided that its latest change is `$3`. A task that
    // was not there before goes into the trash; so does one that was there. One that is there already stays.

    /// First, if it is the creation that is taken back: the others look for it in the log.
    RecordCreation [Text, Int, Int]
        "INSERT INTO {schema}changes (user_id, seq, task_id, kind, at, actor, request_id, batch)
         SELECT $1, seq, id, 'created', created_at, creator, creation_request_id, creation_batch
         FROM {schema}tasks WHERE user_id = $1 AND seq = $2 AND seq = $3 AND creator IS NOT NULL"
    RevertTaskCount [Text, Int, Int]
        "UPDATE {schema}accounts AS a SET
            seq = a.seq + 1,
            task_count = a.task_count
                + CASE WHEN c.kind IN ('changed', 'deleted') THEN 1 ELSE 0 END
                - CASE WHEN t.deleted_at IS NULL THEN 1 ELSE 0 END,
            deleted_count = a.deleted_count
                + CASE WHEN c.kind IN ('changed', 'deleted') THEN 0 ELSE 1 END
                - CASE WHEN t.deleted_at IS NULL THEN 0 ELSE 1 END,
            completed_count = a.completed_count
                + CASE WHEN c.kind IN ('changed', 'deleted') AND c.completed THEN 1 ELSE 0 END
                - CASE WHEN t.deleted_at IS NULL AND t.completed THEN 1 ELSE 0 END
         FROM {schema}changes AS c, {schema}tasks AS t
         WHERE a.user_id = $1 AND c.user_id = $1 AND c.seq = $2
            AND t.user_id = $1 AND t.id = c.task_id AND t.seq = $3
            AND (c.kind <> 'created' OR t.deleted_at IS NULL)"
    RecordReversal [Text, Int, Int, Time, Text, Text, Uuid]
        "INSERT INTO {schema}changes (user_id, seq, task_id, kind, at, actor, request_id, batch, undoes,
            former_seq, title, description, completed)
         SELECT $1, a.seq, t.id,
            CASE WHEN c.kind NOT IN ('changed', 'deleted') THEN 'deleted'
                WHEN t.deleted_at IS NULL THEN 'changed' ELSE 'restored' END,
            $4, $5, $6, $7, c.seq, t.seq, t.title, t.description, t.completed
         FROM {schema}changes AS c, {schema}tasks AS t, {schema}accounts AS a
         WHERE a.user_id = $1 AND c.user_id = $1 AND c.seq = $2
            AND t.user_id = $1 AND t.id = c.task_id AND t.seq = $3
            AND (c.kind <> 'created' OR t.deleted_at IS NULL)"
    /// The columns of the change have names of their own, because SQLite's RETURNING knows a column only by its bare
    /// name, which must be no other table's then.
    RevertTask [Text, Int, Int, Time]
        "UPDATE {schema}tasks SET
            title = COALESCE(c.old_title, title),
            description = CASE WHEN c.old_title IS NULL THEN description ELSE c.old_description END,
            completed = COALESCE(c.old_completed, completed),
            deleted_at = CASE WHEN c.kind IN ('changed', 'deleted') THEN NULL ELSE $4 END,
            updated_at = CASE WHEN $4 > updated_at THEN $4 ELSE updated_at + {microsecond} END,
            creator = NULL, creation_request_id = NULL, creation_batch = NULL,
            version = version + 1,
            seq = (SELECT a.seq FROM {schema}accounts AS a WHERE a.user_id = $1)
         FROM (SELECT task_id, kind, title AS old_title, description AS old_description, completed AS old_completed
            FROM {schema}changes WHERE user_id = $1 AND seq = $2) AS c
         WHERE user_id = $1 AND id = c.task_id AND seq = $3
            AND (c.kind <> 'created' OR deleted_at IS NULL)
         RETURNING {task}"

    /// Newest first: from the change `$3`, or else from the task's latest one, along the chain of former numbers. The
    /// depth ends the walk, so that a page costs the same however long the chain is.
    ListHistory [Text, Uuid, Int, Int, Time]
        "WITH RECURSIVE history
            (depth, seq, kind, at, actor, request_id, undoes, former_seq, title, description, completed) AS (
            SELECT 1, c.seq, c.kind, c.at, c.actor, c.request_id, c.undoes, c.former_seq,
                c.title, c.description, c.completed
            FROM {schema}changes AS c
            WHERE c.user_id = $1 AND c.task_id = $2 AND c.seq =
                COALESCE($3, (SELECT t.seq FROM {schema}tasks AS t WHERE t.user_id = $1 AND t.id = $2))
            UNION ALL
            SELECT h.depth + 1, c.seq, c.kind, c.at, c.actor, c.request_id, c.undoes, c.former_seq,
                c.title, c.description, c.completed
            FROM history AS h JOIN {schema}changes AS c ON c.seq = h.former_seq
            WHERE c.user_id = $1 AND c.task_id = $2 AND h.depth < $4)
         SELECT seq, kind, at, actor, request_id, COALESCE(undoes, 0), title, description, COALESCE(completed, {false})
         FROM history WHERE at >= $5
         UNION ALL
         SELECT t.seq, 'created', t.created_at, t.creator, t.creation_request_id, 0, NULL, NULL, {false}
         FROM {schema}tasks AS t
         WHERE t.user_id = $1 AND t.id = $2 AND t.creator IS NOT NULL AND t.created_at >= $5
            AND t.seq = COALESCE($3, t.seq)
         ORDER BY seq DESC"
    /// The change `$2` and those that were made together with it: their numbers are at most `$3` away.
    FindChangeAndBatch [Text, Int, Int, Time]
        "WITH near AS (
            SELECT c.seq, c.task_id, c.batch FROM {schema}changes AS c
            WHERE c.user_id = $1 AND c.seq BETWEEN $2 - $3 AND $2 + $3 AND c.at >= $4
            UNION ALL
            SELECT t.seq, t.id, t.creation_batch FROM {schema}tasks AS t
            WHERE t.user_id = $1 AND t.seq BETWEEN $2 - $3 AND $2 + $3 AND t.creator IS NOT NULL
                AND t.created_at >= $4)
         SELECT b.seq, b.task_id FROM near AS c, near AS b
         WHERE c.seq = $2 AND (b.seq = c.seq OR b.batch = c.batch)
         ORDER BY b.seq"

    /// Fails if the key is taken, and with it the whole transaction.
    ClaimKey [Text, Text, Text, Time, Int, Text, Text, Text]
        "INSERT INTO {schema}answers
            (user_id, idempotency_key, fingerprint, created_at, status, etag, location, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    StoreAnswer [Text, Text, Int, Text, Text, Text]
        "UPDATE {schema}answers SET status = $3, etag = $4, location = $5, body = $6
         WHERE user_id = $1 AND idempotency_key = $2"
    FindAnswer [Text, Text, Time]
        "SELECT fingerprint, status, etag, location, body FROM {schema}answers
         WHERE user_id = $1 AND idempotency_key = $2 AND created_at > $3"
    ForgetAnswer [Text, Text, Time]
        "DELETE FROM {schema}answers WHERE user_id = $1 AND idempotency_key = $2 AND created_at <= $3"

    // Sweeping, in steps, the oldest first. Those whose names begin with `System` cross users.

    /// For how many users the counts disagree with the tasks.
    SystemCountWrongAccounts []
        "SELECT count(*) FROM {schema}accounts AS a FULL JOIN (SELECT user_id,
                sum(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END) AS live,
                sum(CASE WHEN deleted_at IS NULL AND completed THEN 1 ELSE 0 END) AS done,
                sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END) AS trash
            FROM {schema}tasks GROUP BY user_id) AS t ON t.user_id = a.user_id
         WHERE a.user_id IS NULL OR a.task_count <> COALESCE(t.live, 0)
            OR a.completed_count <> COALESCE(t.done, 0) OR a.deleted_count <> COALESCE(t.trash, 0)"
    /// Whose trash was filled before `$1`, and until when this step sweeps it.
    SystemListSwept [Time, Int]
        "SELECT user_id, max(deleted_at) FROM
            (SELECT user_id, deleted_at FROM {schema}tasks WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2) AS oldest
         GROUP BY user_id"
    SweepTrashCount [Text, Time]
        "UPDATE {schema}accounts AS a SET
            swept_seq = CASE WHEN t.latest > a.swept_seq THEN t.latest ELSE a.swept_seq END,
            deleted_count = a.deleted_count - t.number
         FROM (SELECT max(seq) AS latest, count(*) AS number FROM {schema}tasks
            WHERE user_id = $1 AND deleted_at <= $2) AS t
         WHERE a.user_id = $1 AND t.number > 0"
    SweepTrash [Text, Time]
        "DELETE FROM {schema}tasks WHERE user_id = $1 AND deleted_at <= $2 RETURNING seq"
    /// The users after `$1`, each with the number of the first change, if that was made before `$2`, or else 0. A
    /// look-up for each, and not an index by time, which every write would have to keep.
    SystemListFirstChanges [Text, Time, Int]
        "SELECT a.user_id, COALESCE((SELECT CASE WHEN c.at < $2 THEN c.seq END FROM {schema}changes AS c
            WHERE c.user_id = a.user_id ORDER BY c.seq LIMIT 1), 0)
         FROM {schema}accounts AS a WHERE a.user_id > $1 ORDER BY a.user_id LIMIT $3"
    /// From the first one on, below the number `$3`: up to one that was made at `$2` or later, whatever later ones say,
    /// because clocks differ; and up to the batch of `$3`, so that none is swept by halves.
    SweepChanges [Text, Time, Int]
        "DELETE FROM {schema}changes WHERE user_id = $1 AND seq < COALESCE(
            (SELECT min(seq) FROM {schema}changes WHERE user_id = $1 AND seq < $3
                AND (at >= $2 OR batch = (SELECT batch FROM {schema}changes WHERE user_id = $1 AND seq = $3))), $3)
         RETURNING seq"
    SystemSweepAnswers [Time, Int]
        "DELETE FROM {schema}answers WHERE created_at <= (SELECT max(created_at) FROM
            (SELECT created_at FROM {schema}answers WHERE created_at <= $1 ORDER BY created_at LIMIT $2) AS oldest)
         RETURNING status"
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
