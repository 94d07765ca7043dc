-- What was deleted stays for a while: in the trash, and for clients that have not heard of it yet.
ALTER TABLE {schema}tasks ADD COLUMN deleted_at timestamptz;
-- Who made the task, for as long as nobody has changed it: then it stands in changes, as all else does.
ALTER TABLE {schema}tasks
    ADD COLUMN creator text,
    ADD COLUMN creation_request_id text,
    ADD COLUMN creation_batch uuid;
-- swept_seq is the latest change whose trace was swept: a cursor from before it has missed something.
ALTER TABLE {schema}accounts
    ADD COLUMN deleted_count bigint NOT NULL DEFAULT 0 CHECK (deleted_count >= 0),
    ADD COLUMN swept_seq bigint NOT NULL DEFAULT 0;

DROP INDEX {schema}tasks_by_creation;
DROP INDEX {schema}tasks_by_completion;
CREATE INDEX tasks_by_creation ON {schema}tasks (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_completion ON {schema}tasks (user_id, completed, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_in_trash ON {schema}tasks (user_id, created_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_by_change ON {schema}tasks (user_id, seq);
-- For the sweeper, who looks for what has lain there too long.
CREATE INDEX tasks_by_deletion ON {schema}tasks (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every change, but for the creation of a task that nobody has changed since: who made it, and what it replaced.
-- former_seq is the number of the task's change before, so that a task's history is a chain; title, description and
-- completed are null where there was no task before.
CREATE TABLE {schema}changes (
    user_id     text COLLATE "C" NOT NULL,
    seq         bigint NOT NULL,
    task_id     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('created', 'changed', 'deleted', 'restored')),
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    request_id  text NOT NULL,
    batch       uuid,
    undoes      bigint,
    former_seq  bigint,
    title       text,
    description text,
    completed   boolean,
    PRIMARY KEY (user_id, seq)
);

-- The first answer to each Idempotency-Key, to be given again.
CREATE TABLE {schema}answers (
    user_id         text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    fingerprint     text NOT NULL,
    created_at      timestamptz NOT NULL,
    status          bigint NOT NULL,
    etag            text,
    location        text,
    body            text NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX answers_by_time ON {schema}answers (created_at);

-- Tickets for one event stream each, where a browser cannot send a header; only their hash is kept.
CREATE TABLE {schema}tickets (
    user_id      text COLLATE "C" NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    expires_at   timestamptz NOT NULL,
    access_until timestamptz NOT NULL,
    PRIMARY KEY (user_id, hash)
);
CREATE INDEX tickets_by_time ON {schema}tickets (expires_at);
