-- The space leads every key: isolation, and a space's rows lie side by side. A person's own space has the person's
-- identity as its id. Times are microseconds since 1970, UTC; ids are the 16 bytes of the UUID.

-- One row for each space in which somebody ever wrote. Every write in a space changes this row; seq counts the changes,
-- without a gap. epoch is made by chance with the account, so that a cursor of another account of the same name fits
-- no more. swept_seq is the latest deletion that was swept since: a cursor from before it has missed something. Up to
-- forgotten_seq the log was swept; changes_since is the time of the first change behind it. is_leaving: all of the space
-- is being removed, in steps. answer_count answers are kept; answers_since is the time of the oldest, or an earlier one
-- where there are too many.
CREATE TABLE accounts (
    space           TEXT NOT NULL PRIMARY KEY,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    swept_seq       INTEGER NOT NULL,
    forgotten_seq   INTEGER NOT NULL,
    task_count      INTEGER NOT NULL CHECK (task_count >= 0),
    completed_count INTEGER NOT NULL CHECK (completed_count BETWEEN 0 AND task_count),
    deleted_count   INTEGER NOT NULL CHECK (deleted_count >= 0),
    is_leaving      INTEGER NOT NULL,
    changes_since   INTEGER,
    answer_count    INTEGER NOT NULL DEFAULT 0,
    answers_since   INTEGER
) STRICT, WITHOUT ROWID;

-- For whoever goes on with a removal that was cut off.
CREATE INDEX accounts_leaving ON accounts (space) WHERE is_leaving;
-- For the sweeper, who looks for what is too old. The two times stay while others of the row change with each write, so
-- that a write touches neither.
CREATE INDEX accounts_by_changes ON accounts (changes_since, space) WHERE changes_since IS NOT NULL;
CREATE INDEX accounts_by_answers ON accounts (answers_since, space) WHERE answers_since IS NOT NULL;

-- What was deleted stays for a while: in the trash, and for clients that have not heard of it yet. due and start are
-- texts that sort by the clock as it was written: a day, a time, or a time with its zone in brackets; no instant is
-- kept. order is the place among the siblings; it is missing as long as the task stands in the inbox, at the top, and
-- nobody moved it: then that is the place of its creation. is_placed says whether it is there. tags and references are
-- JSON.
-- more is what the program reads: a line for each member that has a value and that not every task has, its name and its
-- value; the columns of these members are for SQL alone.
CREATE TABLE tasks (
    space        TEXT NOT NULL,
    id           BLOB NOT NULL CHECK (length(id) = 16),
    title        TEXT NOT NULL,
    description  TEXT,
    completed    INTEGER NOT NULL,
    completed_at INTEGER,
    due          TEXT,
    start        TEXT,
    recurrence   TEXT,
    priority     INTEGER,
    tags         TEXT,
    list_id      BLOB CHECK (length(list_id) = 16),
    parent_id    BLOB CHECK (length(parent_id) = 16),
    "order"      TEXT,
    "references" TEXT,
    more         TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    deleted_at   INTEGER,
    is_placed    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (space, id)
) STRICT, WITHOUT ROWID;

-- The order of every list, read backwards: newest first. A list of open tasks, or of those that are done, passes
-- over the others within the index; so does a search for the next task of the inbox that nobody moved.
CREATE INDEX tasks_by_creation ON tasks (space, created_at, id, completed, is_placed, deleted_at)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_in_trash ON tasks (space, created_at, id) WHERE deleted_at IS NOT NULL;
-- For filters and orders; a task without the value is in none of them. Those that are open are mostly asked for, and
-- are few beside those that were done. A date is sorted by its clock; the whole of it tells whether it has a zone. The
-- last two columns are the same in all rows: with them the index alone can say how many there are.
CREATE INDEX tasks_by_due ON tasks (space, substr(due, 1, 19), due, completed, deleted_at)
    WHERE due IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_by_due ON tasks (space, substr(due, 1, 19), due, completed, deleted_at)
    WHERE due IS NOT NULL AND NOT completed AND deleted_at IS NULL;
CREATE INDEX tasks_by_priority ON tasks (space, priority, created_at DESC, id DESC, completed, deleted_at)
    WHERE priority IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_by_priority ON tasks (space, priority, created_at DESC, id DESC, completed, deleted_at)
    WHERE priority IS NOT NULL AND NOT completed AND deleted_at IS NULL;
-- For the sweeper, who looks for what has lain there too long.
CREATE INDEX tasks_by_deletion ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;
-- Those that stand in a list, below a parent, or in the inbox where somebody put them. Other tasks cost none of these.
-- What stands behind the id is there so that a neighbour is found in the index alone.
CREATE INDEX tasks_by_list ON tasks (space, list_id, "order", id, parent_id, deleted_at)
    WHERE list_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_parent ON tasks (space, parent_id, "order", id, deleted_at)
    WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_order ON tasks (space, "order", id, list_id, parent_id, is_placed, deleted_at)
    WHERE is_placed AND list_id IS NULL AND parent_id IS NULL AND deleted_at IS NULL;

-- Lists of tasks; order as with tasks, but always there.
CREATE TABLE lists (
    space      TEXT NOT NULL,
    id         BLOB NOT NULL CHECK (length(id) = 16),
    name       TEXT NOT NULL,
    "order"    TEXT NOT NULL,
    archived   INTEGER NOT NULL,
    more       TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (space, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lists_by_deletion ON lists (deleted_at) WHERE deleted_at IS NOT NULL;

-- Which task that is not in the trash has a reference to a thing in another program: one at most.
CREATE TABLE task_references (
    space       TEXT NOT NULL,
    source      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    task_id     BLOB NOT NULL CHECK (length(task_id) = 16),
    PRIMARY KEY (space, source, external_id)
) STRICT, WITHOUT ROWID;
-- For those who know the thing and not the program.
CREATE INDEX references_by_external_id ON task_references (space, external_id);

-- Which tasks that are not in the trash have a tag.
CREATE TABLE task_tags (
    space   TEXT NOT NULL,
    tag     TEXT NOT NULL,
    task_id BLOB NOT NULL CHECK (length(task_id) = 16),
    PRIMARY KEY (space, tag, task_id)
) STRICT, WITHOUT ROWID;

-- Every change: who made it, and in before the members that it replaced, as JSON. The item is a task, or a list where
-- the kind says so. What is old is swept, but for the latest change of each item, by which a reader of the log finds
-- it. former_seq is the number of the item's change before, so that a history is a chain. Changes that were made
-- together have numbers that follow each other, from batch_first on.
CREATE TABLE changes (
    space       TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    item_id     BLOB NOT NULL CHECK (length(item_id) = 16),
    kind        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    batch_first INTEGER,
    batch_size  INTEGER,
    undoes      INTEGER,
    former_seq  INTEGER,
    before      TEXT,
    PRIMARY KEY (space, seq)
) STRICT, WITHOUT ROWID;

-- What an import has made: its mark, with its id, stands before the id of the request.
CREATE INDEX changes_of_imports ON changes (space, substr(request_id, 1, 43), seq)
    WHERE substr(request_id, 1, 7) = 'import ';

-- The first answer to each Idempotency-Key, to be given again: bytes of the door that gave it.
CREATE TABLE answers (
    space           TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    answer          BLOB NOT NULL,
    PRIMARY KEY (space, idempotency_key)
) STRICT, WITHOUT ROWID;

-- Tickets for one event stream each, where a browser cannot send a header; only their hash is kept.
CREATE TABLE tickets (
    space        TEXT NOT NULL,
    hash         TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    access_until INTEGER NOT NULL,
    PRIMARY KEY (space, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_time ON tickets (expires_at);
