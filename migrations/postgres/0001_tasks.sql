-- The space leads every key: isolation, locality, and a column to distribute by. A person's own space has the
-- person's identity as its id.

-- One row for each space in which somebody ever wrote. Whoever writes in a space locks this row first, which keeps its
-- changes in one order; seq counts them, without a gap. epoch is made by chance with the account, so that a cursor
-- of another account of the same name fits no more. swept_seq is the latest deletion that was swept since: a
-- cursor from before it has missed something. Up to forgotten_seq the log was swept; changes_since is the time of the
-- first change behind it. is_leaving: all of the space is being removed, in steps. answer_count answers are kept;
-- answers_since is the time of the oldest, or an earlier one where there are too many.
CREATE TABLE {schema}accounts (
    space           text COLLATE "C" PRIMARY KEY,
    epoch           bigint NOT NULL,
    seq             bigint NOT NULL,
    swept_seq       bigint NOT NULL,
    forgotten_seq   bigint NOT NULL,
    task_count      bigint NOT NULL CHECK (task_count >= 0),
    completed_count bigint NOT NULL CHECK (completed_count BETWEEN 0 AND task_count),
    deleted_count   bigint NOT NULL CHECK (deleted_count >= 0),
    is_leaving      boolean NOT NULL,
    changes_since   timestamptz,
    answer_count    bigint NOT NULL DEFAULT 0,
    answers_since   timestamptz
) WITH (fillfactor = 70);

-- For whoever goes on with a removal that was cut off.
CREATE INDEX accounts_leaving ON {schema}accounts (space) WHERE is_leaving;
-- For the sweeper, who looks for what is too old. The two times stay while others of the row change with each write, so
-- that a write touches neither.
CREATE INDEX accounts_by_changes ON {schema}accounts (changes_since, space) WHERE changes_since IS NOT NULL;
CREATE INDEX accounts_by_answers ON {schema}accounts (answers_since, space) WHERE answers_since IS NOT NULL;

-- What was deleted stays for a while: in the trash, and for clients that have not heard of it yet. due and start are
-- texts that sort by the clock as it was written: a day, a time, or a time with its zone in brackets; no instant is
-- kept. order is the place among the siblings; it is missing as long as the task stands in the inbox, at the top, and
-- nobody moved it: then that is the place of its creation. is_placed says whether it is there. tags and references are
-- JSON.
-- more is what the program reads: a line for each member that has a value and that not every task has, its name and its
-- value; the columns of these members are for SQL alone.
CREATE TABLE {schema}tasks (
    space        text COLLATE "C" NOT NULL,
    id           uuid NOT NULL,
    title        text NOT NULL,
    description  text,
    completed    boolean NOT NULL,
    completed_at timestamptz,
    due          text COLLATE "C",
    start        text COLLATE "C",
    recurrence   text,
    priority     bigint,
    tags         text,
    list_id      uuid,
    parent_id    uuid,
    "order"      text COLLATE "C",
    "references" text,
    more         text,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      bigint NOT NULL,
    seq          bigint NOT NULL,
    deleted_at   timestamptz,
    is_placed    boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (space, id)
) WITH (fillfactor = 85);

-- The order of every list, read backwards: newest first. A list of open tasks, or of those that are done, passes
-- over the others within the index; so does a search for the next task of the inbox that nobody moved.
CREATE INDEX tasks_by_creation ON {schema}tasks (space, created_at, id, completed, is_placed) WHERE deleted_at IS NULL;
CREATE INDEX tasks_in_trash ON {schema}tasks (space, created_at, id) WHERE deleted_at IS NOT NULL;
-- For filters and orders; a task without the value is in none of them. Those that are open are mostly asked for, and
-- are few beside those that were done. A date is sorted by its clock; the whole of it tells whether it has a zone.
CREATE INDEX tasks_by_due ON {schema}tasks (space, substr(due, 1, 19), due)
    WHERE due IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_by_due ON {schema}tasks (space, substr(due, 1, 19), due)
    WHERE due IS NOT NULL AND NOT completed AND deleted_at IS NULL;
CREATE INDEX tasks_by_priority ON {schema}tasks (space, priority, created_at DESC, id DESC)
    WHERE priority IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_by_priority ON {schema}tasks (space, priority, created_at DESC, id DESC)
    WHERE priority IS NOT NULL AND NOT completed AND deleted_at IS NULL;
-- For the sweeper, who looks for what has lain there too long.
CREATE INDEX tasks_by_deletion ON {schema}tasks (deleted_at) WHERE deleted_at IS NOT NULL;
-- Those that stand in a list, below a parent, or in the inbox where somebody put them. Other tasks cost none of these.
CREATE INDEX tasks_by_list ON {schema}tasks (space, list_id, "order", id) WHERE list_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_parent ON {schema}tasks (space, parent_id, "order", id)
    WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_order ON {schema}tasks (space, "order", id)
    WHERE is_placed AND list_id IS NULL AND parent_id IS NULL AND deleted_at IS NULL;

-- Lists of tasks; order as with tasks, but always there.
CREATE TABLE {schema}lists (
    space      text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    name       text NOT NULL,
    "order"    text COLLATE "C" NOT NULL,
    archived   boolean NOT NULL,
    more       text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version    bigint NOT NULL,
    seq        bigint NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (space, id)
);
CREATE INDEX lists_by_deletion ON {schema}lists (deleted_at) WHERE deleted_at IS NOT NULL;

-- Which task that is not in the trash has a reference to a thing in another program: one at most.
CREATE TABLE {schema}task_references (
    space       text COLLATE "C" NOT NULL,
    source      text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    task_id     uuid NOT NULL,
    PRIMARY KEY (space, source, external_id)
);
-- For those who know the thing and not the program.
CREATE INDEX references_by_external_id ON {schema}task_references (space, external_id);

-- Which tasks that are not in the trash have a tag.
CREATE TABLE {schema}task_tags (
    space   text COLLATE "C" NOT NULL,
    tag     text COLLATE "C" NOT NULL,
    task_id uuid NOT NULL,
    PRIMARY KEY (space, tag, task_id)
);

-- Every change: who made it, and in before the members that it replaced, as JSON. The item is a task, or a list where
-- the kind says so. What is old is swept, but for the latest change of each item, by which a reader of the log finds
-- it. former_seq is the number of the item's change before, so that a history is a chain. Changes that were made
-- together have numbers that follow each other, from batch_first on.
CREATE TABLE {schema}changes (
    space       text COLLATE "C" NOT NULL,
    seq         bigint NOT NULL,
    item_id     uuid NOT NULL,
    kind        text NOT NULL,
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    request_id  text NOT NULL,
    batch_first bigint,
    batch_size  bigint,
    undoes      bigint,
    former_seq  bigint,
    before      text,
    PRIMARY KEY (space, seq)
);

-- What an import has made: its mark, with its id, stands before the id of the request.
CREATE INDEX changes_of_imports ON {schema}changes (space, substr(request_id, 1, 43), seq)
    WHERE substr(request_id, 1, 7) = 'import ';

-- The first answer to each Idempotency-Key, to be given again: bytes of the door that gave it.
CREATE TABLE {schema}answers (
    space           text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    fingerprint     text NOT NULL,
    created_at      timestamptz NOT NULL,
    answer          bytea NOT NULL,
    PRIMARY KEY (space, idempotency_key)
);

-- Tickets for one event stream each, where a browser cannot send a header; only their hash is kept.
CREATE TABLE {schema}tickets (
    space        text COLLATE "C" NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    expires_at   timestamptz NOT NULL,
    access_until timestamptz NOT NULL,
    PRIMARY KEY (space, hash)
);
CREATE INDEX tickets_by_time ON {schema}tickets (expires_at);
