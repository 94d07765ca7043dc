-- The tables that the scripts beside this file use, as the program had them on 2026-11-28. They
-- stay like that whatever the program does later: a yardstick must not grow with what it measures.
CREATE SCHEMA tickbox;

CREATE TABLE tickbox.accounts (
    user_id         text COLLATE "C" PRIMARY KEY,
    seq             bigint NOT NULL,
    task_count      bigint NOT NULL CHECK (task_count >= 0),
    completed_count bigint NOT NULL CHECK (completed_count BETWEEN 0 AND task_count),
    deleted_count   bigint NOT NULL DEFAULT 0 CHECK (deleted_count >= 0),
    swept_seq       bigint NOT NULL DEFAULT 0
);

CREATE TABLE tickbox.tasks (
    user_id             text COLLATE "C" NOT NULL,
    id                  uuid NOT NULL,
    title               text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description         text CHECK (char_length(description) <= 2000),
    completed           boolean NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    version             bigint NOT NULL,
    seq                 bigint NOT NULL,
    deleted_at          timestamptz,
    creator             text,
    creation_request_id text,
    creation_batch      uuid,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX tasks_by_creation ON tickbox.tasks (user_id, created_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_completion ON tickbox.tasks (user_id, completed, created_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_in_trash ON tickbox.tasks (user_id, created_at, id)
    WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_by_change ON tickbox.tasks (user_id, seq);
CREATE INDEX tasks_by_deletion ON tickbox.tasks (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE tickbox.changes (
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
