-- A complete: lock, count, record, change. One pipeline, one Sync.
-- Rendered from the program of 2026-11-28, and frozen: see schema.sql.
\set ordinal random(0, 99999)
\set user 1000000000000000000 + (:ordinal % 1000) * 7919000000007
\set id 190000000007000 + :ordinal * 10000
\set flag random(0, 1)
\startpipeline
SELECT seq
  FROM "tickbox".accounts
  WHERE user_id = :user FOR UPDATE;
UPDATE "tickbox".accounts
  SET seq = seq + 1, completed_count = completed_count + (SELECT CASE WHEN COALESCE((:flag = 1),
    completed) THEN 1 ELSE 0 END - CASE WHEN completed THEN 1 ELSE 0 END
  FROM "tickbox".tasks
  WHERE user_id = :user AND id = ('0' || :id || '8123456789012345')::uuid)
  WHERE user_id = :user
  AND EXISTS (SELECT 1
  FROM "tickbox".tasks
  WHERE user_id = :user AND id = ('0' || :id || '8123456789012345')::uuid AND deleted_at IS NULL
    AND (NULL::text IS NULL OR NULL::text LIKE '%,' || version || ',%'));
INSERT INTO "tickbox".changes (user_id, seq, task_id, kind, at, actor, request_id, batch,
    former_seq, title, description, completed) SELECT :user, t.seq, t.id, 'created',
    t.created_at, t.creator, t.creation_request_id, t.creation_batch, NULL, NULL, NULL, NULL
  FROM "tickbox".tasks AS t
  WHERE t.user_id = :user AND t.id = ('0' || :id || '8123456789012345')::uuid AND t.creator IS
    NOT NULL AND (t.deleted_at IS NULL) = true AND (NULL::text IS NULL OR NULL::text LIKE '%,'
    || t.version || ',%')
  UNION ALL SELECT :user, a.seq, t.id, 'changed', '2026-01-01 00:00:00+00'::timestamptz, :user,
    '01990f3e-8a5c-7cc3-98c4-dc0c0c07398f', NULL::uuid, t.seq, t.title, t.description,
    t.completed
  FROM "tickbox".tasks AS t, "tickbox".accounts AS a
  WHERE a.user_id = :user AND t.user_id = :user AND t.id = ('0' || :id ||
    '8123456789012345')::uuid AND (t.deleted_at IS NULL) = true AND (NULL::text IS NULL OR
    NULL::text LIKE '%,' || t.version || ',%');
UPDATE "tickbox".tasks
  SET title = COALESCE(NULL::text, title), description = CASE WHEN false THEN NULL::text ELSE
    description END, completed = COALESCE((:flag = 1), completed), updated_at = CASE WHEN
    '2026-01-01 00:00:00+00' > updated_at THEN '2026-01-01 00:00:00+00' ELSE updated_at +
    interval '1 microsecond' END, creator = NULL, creation_request_id = NULL, creation_batch =
    NULL, version = version + 1, seq = (SELECT seq
  FROM "tickbox".accounts
  WHERE user_id = :user)
  WHERE user_id = :user AND id = ('0' || :id || '8123456789012345')::uuid AND deleted_at IS NULL
    AND (NULL::text IS NULL OR NULL::text LIKE '%,' || version || ',%')
  RETURNING id, title, description, completed, created_at, updated_at, version, seq, deleted_at;
\endpipeline
