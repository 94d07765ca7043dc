-- 1,000 users with 100 tasks each: everybody's first task, then everybody's second, as an app
-- fills up. Users and ids are numbers, because a script of pgbench has no other variables.
INSERT INTO tickbox.accounts (user_id, seq, task_count, completed_count)
SELECT (1000000000000000000 + u * 7919000000007)::text, 100, 100, 34
FROM generate_series(0, 999) AS u;

INSERT INTO tickbox.tasks
    (user_id, id, title, description, completed, created_at, updated_at, version, seq)
SELECT
    (1000000000000000000 + u * 7919000000007)::text,
    ('0' || (190000000007000 + o * 10000) || '8123456789012345')::uuid,
    'Task ' || t || ' of the list, with a title of usual length',
    CASE WHEN t % 2 = 0 THEN 'A few words more: when, where, with whom, and what to bring' END,
    t % 3 = 0,
    timestamptz 'epoch' + (1750000000000000 + o * 1000) * interval '1 microsecond',
    timestamptz 'epoch' + (1750000000000000 + o * 1000) * interval '1 microsecond',
    1,
    t + 1
FROM (SELECT o, o / 1000 AS t, o % 1000 AS u FROM generate_series(0::bigint, 99999) AS o)
    AS numbers;
