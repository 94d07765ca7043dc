-- One row for each user who ever had a task. Every write of a user locks this row first,
-- which keeps that user's writes in one order; seq counts them, without a gap.
CREATE TABLE {schema}accounts (
    user_id         text COLLATE "C" PRIMARY KEY,
    seq             bigint NOT NULL,
    task_count      bigint NOT NULL CHECK (task_count >= 0),
    completed_count bigint NOT NULL CHECK (completed_count BETWEEN 0 AND task_count)
);

-- The user leads every key: isolation, locality, and a column to distribute by.
CREATE TABLE {schema}tasks (
    user_id     text COLLATE "C" NOT NULL,
    id          uuid NOT NULL,
    title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text CHECK (char_length(description) <= 2000),
    completed   boolean NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    version     bigint NOT NULL,
    seq         bigint NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- The order of every list, read backwards: newest first.
CREATE INDEX tasks_by_creation ON {schema}tasks (user_id, created_at, id);
CREATE INDEX tasks_by_completion ON {schema}tasks (user_id, completed, created_at, id);
