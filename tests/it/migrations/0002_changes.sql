-- Changes, and an answer to an idempotency key, as they were after migration 2, for the migrations that follow.
UPDATE accounts SET deleted_count = 1 WHERE user_id = 'ada';
INSERT INTO answers (user_id, idempotency_key, fingerprint, created_at, status, body)
    SELECT user_id, 'a-key', 'a-print', created_at, 201, '{}' FROM tasks;
INSERT INTO changes (user_id, seq, task_id, kind, at, actor, request_id)
    SELECT user_id, seq, id, 'created', created_at, user_id, 'a-request' FROM tasks;
