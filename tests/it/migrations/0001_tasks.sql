-- Tasks and accounts as they were after migration 1, for the migrations that follow.
INSERT INTO accounts (user_id, seq, task_count, completed_count) VALUES ('ada', 3, 2, 1);
INSERT INTO accounts (user_id, seq, task_count, completed_count) VALUES ('jörg|ü', 1, 0, 0);
