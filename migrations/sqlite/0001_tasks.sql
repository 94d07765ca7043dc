-- One row for each user who ever had a task. Every write of a user changes this row,
-- and seq counts them, without a gap.
CREATE TABLE accounts (
    user_id         TEXT NOT NULL PRIMARY KEY,
    seq             INTEGER NOT NULL,
    task_count      INTEGER NOT NULL CHECK (task_count >= 0),
    completed_count INTEGER NOT NULL CHECK (completed_count BETWEEN 0 AND task_count)
) STRICT, WITHOUT ROWID;

-- The user leads every key: isolation, and a user's rows lie side by side.
-- Times are microseconds since 1970, UTC; ids are the 16 bytes of the UUID.
CREATE TABLE tasks (
    user_id     TEXT NOT NULL,
    id          BLOB NOT NULL CHECK (length(id) = 16),
    title       TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description TEXT CHECK (length(description) <= 2000),
    completed   INTEGER NOT NULL CHECK (completed IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

-- The order of every list, read backwards: newest first.
CREATE INDEX tasks_by_creation ON tasks (user_id, created_at, id);
CREATE INDEX tasks_by_completion ON tasks (user_id, completed, created_at, id);
