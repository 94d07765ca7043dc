-- What was deleted stays for a while: in the trash, and for clients that have not heard of it yet.
ALTER TABLE tasks ADD COLUMN deleted_at INTEGER;
-- Who made the task, for as long as nobody has changed it: then it stands in changes, as all else does.
ALTER TABLE tasks ADD COLUMN creator TEXT;
ALTER TABLE tasks ADD COLUMN creation_request_id TEXT;
ALTER TABLE tasks ADD COLUMN creation_batch BLOB CHECK (length(creation_batch) = 16);
-- swept_seq is the latest change whose trace was swept: a cursor from before it has missed something.
ALTER TABLE accounts ADD COLUMN deleted_count INTEGER NOT NULL DEFAULT 0 CHECK (deleted_count >= 0);
ALTER TABLE accounts ADD COLUMN swept_seq INTEGER NOT NULL DEFAULT 0;

DROP INDEX tasks_by_creation;
DROP INDEX tasks_by_completion;
CREATE INDEX tasks_by_creation ON tasks (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_completion ON tasks (user_id, completed, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_in_trash ON tasks (user_id, created_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_by_change ON tasks (user_id, seq);
-- For the sweeper, who looks for what has lain there too long.
CREATE INDEX tasks_by_deletion ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every change, but for the creation of a task that nobody has changed since: who made it, and what it replaced.
-- former_seq is the number of the task's change before, so that a task's history is a chain; title, description and
-- completed are null where there was no task before.
CREATE TABLE changes (
    user_id     TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    task_id     BLOB NOT NULL CHECK (length(task_id) = 16),
    -- Not IN, for which SQLite makes a table with each row.
    kind        TEXT NOT NULL CHECK (kind = 'created' OR kind = 'changed' OR kind = 'deleted' OR kind = 'restored'),
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    batch       BLOB CHECK (length(batch) = 16),
    undoes      INTEGER,
    former_seq  INTEGER,
    title       TEXT,
    description TEXT,
    completed   INTEGER,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

-- The first answer to each Idempotency-Key, to be given again.
CREATE TABLE answers (
    user_id         TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    etag            TEXT,
    location        TEXT,
    body            TEXT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_time ON answers (created_at);

-- Tickets for one event stream each, where a browser cannot send a header; only their hash is kept.
CREATE TABLE tickets (
    user_id      TEXT NOT NULL,
    hash         TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    access_until INTEGER NOT NULL,
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_time ON tickets (expires_at);
