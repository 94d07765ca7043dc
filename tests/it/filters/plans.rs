//! How the engines find what the usual filters select among 100,000 tasks of one user: by an index, and in few rows.

use tickbox::domain::filter::{Asked, Filter, Moment, Sorting};
use tickbox::domain::{ListScope, UserId};

use crate::support::{Home, TestApp, every_engine, read_lines, tamper};

every_engine!(
    the_usual_filters_are_found_by_an_index,
    neighbours_are_found_by_an_index,
);

const TASKS: usize = 100_000;
const LIST: &str = "01990f3e-8a5c-7cc3-98c4-0000000000aa";

/// One task a minute: one in two is due on some day of the year, one in four has a priority, one in a hundred a tag.
async fn fill(home: &Home) {
    let (numbers, id, time, day) = match home {
        Home::Sqlite(_) => (
            format!(
                "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {TASKS})"
            ),
            "unhex('01990f3e8a5c7cc398c4' || printf('%012x', n))",
            "1767225600000000 + n * 60000000",
            "date('2026-01-01', '+' || (n % 365) || ' days')",
        ),
        Home::Postgres(_) => (
            format!("WITH s (n) AS (SELECT generate_series(1, {TASKS}))"),
            "CAST('01990f3e-8a5c-7cc3-98c4-' || lpad(to_hex(n), 12, '0') AS uuid)",
            "timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute'",
            "to_char(date '2026-01-01' + n % 365, 'YYYY-MM-DD')",
        ),
    };
    let no = match home {
        Home::Sqlite(_) => "n % 10 = 0",
        Home::Postgres(_) => "(n % 10 = 0)",
    };
    let list = match home {
        Home::Sqlite(_) => format!("unhex('{}')", LIST.replace('-', "")),
        Home::Postgres(_) => format!("CAST('{LIST}' AS uuid)"),
    };
    tamper(
        home,
        &format!(
            "INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count, is_leaving)
                VALUES ('ada', 7, {TASKS}, 0, 0, {TASKS}, {TASKS} / 10, 0, (1 = 0));
             {numbers} INSERT INTO tasks
                (space, id, title, completed, due, priority, tags, list_id, \"order\", is_placed,
                 created_at, updated_at, version, seq)
                SELECT 'ada', {id}, 'Task ' || n, {no},
                    CASE WHEN n % 2 = 0 THEN {day} END, CASE WHEN n % 4 = 0 THEN n % 9 + 1 END,
                    CASE WHEN n % 100 = 0 THEN '[\"home\"]' END,
                    CASE WHEN n % 20 = 0 THEN {list} END, CASE WHEN n % 20 = 0 THEN 'a' || n END, (n % 20 = 0), {time}, {time}, 1, n FROM s;
             INSERT INTO task_tags (space, tag, task_id)
                SELECT space, 'home', id FROM tasks WHERE tags IS NOT NULL;"
        ),
    )
    .await;
}

/// How the engine does what a statement asks for. PostgreSQL is told the types of the parameters that it cannot tell.
pub(crate) async fn plan(home: &Home, types: &[String], statement: &str) -> Vec<String> {
    match home {
        Home::Sqlite(directory) => {
            let connection = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
            let text = format!("EXPLAIN QUERY PLAN {statement}");
            let mut statement = connection.prepare(&text).unwrap();
            let values = vec![rusqlite::types::Null; statement.parameter_count()];
            let values = rusqlite::params_from_iter(values);
            let rows = statement
                .query_map(values, |row| row.get("detail"))
                .unwrap();
            rows.map(Result::unwrap).collect()
        }
        Home::Postgres(database) => {
            let client = database.administrator().await;
            let values = (1..30).take_while(|number| statement.contains(&format!("${number}")));
            let values: Vec<&str> = values.map(|_| "NULL").collect();
            // As the program plans.
            let settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
                SET enable_hashjoin = off; SET enable_mergejoin = off; \
                SET enable_sort = off; SET jit = off";
            let types = match types {
                [] => String::new(),
                types => format!("({})", types.join(", ")),
            };
            let text = format!("{settings}; PREPARE asked {types} AS {statement}");
            client.batch_execute(&text).await.unwrap();
            let text = format!("EXPLAIN EXECUTE asked ({})", values.join(", "));
            let rows = client.simple_query(&text).await.unwrap();
            let lines = rows.iter().filter_map(|row| match row {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            lines.collect()
        }
    }
}

async fn the_usual_filters_are_found_by_an_index(app: TestApp) {
    fill(&app.home).await;
    for analyzed in [false, true] {
        if analyzed {
            let statistics = match &app.home {
                Home::Sqlite(_) => "ANALYZE",
                Home::Postgres(_) => "VACUUM ANALYZE",
            };
            tamper(&app.home, statistics).await;
        }
        let in_list = format!("list_id = {LIST}");
        for (filter, order_by, index, is_sorted) in [
            (
                "completed = false AND due = today()",
                "",
                "tasks_open_by_due",
                false,
            ),
            (
                "completed = false AND due < today()",
                "due",
                "tasks_open_by_due",
                true,
            ),
            (
                "due <= today() AND completed = false",
                "due, priority",
                "tasks_open_by_due",
                true,
            ),
            (
                "due <= today() AND completed = false",
                "priority",
                "tasks_open_by_due",
                false,
            ),
            ("due:*", "due desc", "tasks_by_due", true),
            ("due = today()", "", "tasks_by_due", false),
            ("completed = false", "due", "tasks_open_by_due", true),
            (
                "completed = false",
                "priority",
                "tasks_open_by_priority",
                true,
            ),
            (
                "priority <= 2 AND completed = false",
                "priority desc",
                "tasks_open_by_priority",
                true,
            ),
            ("", "priority", "tasks_by_priority", true),
            ("tags:home", "", "tag", false),
            ("tags:home AND completed = false", "due", "tag", false),
            (
                "created_at >= today() - days(7)",
                "",
                "tasks_by_creation",
                true,
            ),
            ("completed = true", "created_at", "tasks_by_creation", true),
            ("milk", "", "tasks_by_creation", false),
            (&in_list, "order", "tasks_by_list", true),
            (&in_list, "", "tasks_by_list", false),
        ] {
            let plan = explain(&app, filter, order_by).await;
            let told = format!("analyzed {analyzed}: {filter} by {order_by}: {plan:#?}");
            let says = |words: &str| plan.iter().any(|line| line.contains(words));
            assert!(says(index), "{told}");
            for scan in ["Seq Scan on tasks", "SCAN tasks"] {
                assert!(!says(scan), "{told}");
            }
            // What is late is counted by its index alone.
            if analyzed && filter == "due <= today() AND completed = false" {
                let alone = ["Index Only Scan using", "USING COVERING INDEX"];
                let alone = alone.map(|how| says(&format!("{how} tasks_open_by_due")));
                assert!(alone.contains(&true), "{told}");
            }
            // An index that has the order is read only as far as the page goes.
            for sort in ["  Sort  (", "TEMP B-TREE FOR ORDER BY"] {
                assert!(!(is_sorted && says(sort)), "{told}");
            }
        }
    }
    let count = read_lines(&app.home, "SELECT 'tasks ' || count(*) FROM tasks").await;
    assert_eq!(count, [format!("tasks {TASKS}")]);
}

async fn explain(app: &TestApp, filter: &str, order_by: &str) -> Vec<String> {
    let filter = Filter::parse(filter).unwrap();
    let sorting = Sorting::parse(order_by).unwrap();
    let moment = Moment::utc(app.clock.now());
    let asked = Asked::new(ListScope::default(), &filter, sorting, &moment);
    let space = UserId::parse("ada").unwrap().space();
    plan(&app.home, &[], &app.app.store.statement_of(&space, &asked)).await
}

async fn neighbours_are_found_by_an_index(app: TestApp) {
    fill(&app.home).await;
    let indexes = ["tasks_by_list", "tasks_by_parent", "tasks_by_order"];
    for statistics in ["", "ANALYZE"] {
        tamper(&app.home, statistics).await;
        let statements = app.app.store.statements_of_neighbours();
        assert_eq!(statements.len(), 2 * indexes.len());
        for ((types, statement), number) in statements.iter().zip(0..) {
            let plan = plan(&app.home, types, statement).await;
            let told = format!("{statistics} {statement}: {plan:#?}");
            let says = |words: &str| plan.iter().any(|line| line.contains(words));
            let index = indexes[number / 2];
            assert!(says(index), "{told}");
            // Those that nobody moved stand where they were made.
            assert!(
                index != "tasks_by_order" || says("tasks_by_creation"),
                "{told}"
            );
            let reads_tasks = |line: &String| {
                line.contains("SEARCH tasks") && !line.contains("USING COVERING INDEX")
            };
            assert!(!plan.iter().any(reads_tasks), "{told}");
            for all in [
                "Seq Scan on tasks",
                "SCAN tasks",
                "  Sort  (",
                "TEMP B-TREE",
            ] {
                assert!(!says(all), "{told}");
            }
        }
    }
}
