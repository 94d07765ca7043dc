-- A get: one statement.
-- Rendered from the program of 2026-11-28, and frozen: see schema.sql.
\set ordinal random(0, 99999)
\set user 1000000000000000000 + (:ordinal % 1000) * 7919000000007
\set id 190000000007000 + :ordinal * 10000
SELECT id, title, description, completed, created_at, updated_at, version, seq, deleted_at
  FROM "tickbox".tasks
  WHERE user_id = :user AND id = ('0' || :id || '8123456789012345')::uuid AND deleted_at IS
    NULL;
