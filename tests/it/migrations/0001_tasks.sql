-- Accounts, changes and an answer to an idempotency key, as they are after migration 1, for the migrations that follow.
INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count, is_leaving) VALUES ('ada', 7, 3, 0, 0, 2, 1, 1, false);
INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count, is_leaving) VALUES ('jörg|ü', 8, 1, 0, 0, 0, 0, 0, false);
INSERT INTO answers (space, idempotency_key, fingerprint, created_at, answer)
    SELECT space, 'a-key', 'a-print', created_at, '{}' FROM tasks;
INSERT INTO changes (space, seq, item_id, kind, at, actor, request_id)
    SELECT space, seq, id, 'created', created_at, space, 'a-request' FROM tasks;
