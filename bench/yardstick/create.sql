-- A create: the count, then the task, which carries its creation. One pipeline, one Sync.
-- Rendered from the program of 2026-11-28, and frozen: see schema.sql.
\set ordinal random(0, 99999)
\set user 1000000000000000000 + (:ordinal % 1000) * 7919000000007
\set id 190000000007000 + :ordinal * 10000
\set one random(100000000000000, 999999999999999)
\set two random(8000000000000000, 8999999999999999)
\startpipeline
INSERT INTO "tickbox".accounts AS a (user_id, seq, task_count, completed_count)
  VALUES (:user, 1, 1, CASE WHEN false THEN 1 ELSE 0 END)
  ON CONFLICT (user_id) DO UPDATE
  SET seq = a.seq + 1, task_count = a.task_count + 1, completed_count = a.completed_count +
    excluded.completed_count;
INSERT INTO "tickbox".tasks (user_id, id, title, description, completed, created_at, updated_at,
    version, seq, creator, creation_request_id, creation_batch)
  VALUES (:user, ('1' || :one || :two)::uuid, 'New task of pgbench',
    'Written by the load generator', false, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00',
    1, (SELECT seq
  FROM "tickbox".accounts
  WHERE user_id = :user), :user, '01990f3e-8a5c-7cc3-98c4-dc0c0c07398f', NULL)
  RETURNING id, title, description, completed, created_at, updated_at, version, seq, deleted_at;
\endpipeline
