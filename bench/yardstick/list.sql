-- A page of 20, the newest first, with the counts of its user.
-- Rendered from the program of 2026-11-28, and frozen: see schema.sql.
\set ordinal random(0, 99999)
\set user 1000000000000000000 + (:ordinal % 1000) * 7919000000007
\set id 190000000007000 + :ordinal * 10000
SELECT id, title, description, completed, created_at, updated_at, version, seq, deleted_at,
    (SELECT task_count
  FROM "tickbox".accounts
  WHERE user_id = :user), (SELECT seq
  FROM "tickbox".accounts
  WHERE user_id = :user)
  FROM "tickbox".tasks
  WHERE user_id = :user AND deleted_at IS NULL AND (created_at, id) <
    ('9999-12-31 23:59:59.999999+00', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  ORDER BY created_at DESC, id DESC LIMIT 20;
