//! Tables that are distributed over several servers (Citus). What Citus refuses is refused here by triggers; on Citus itself
//! the tests of PostgreSQL run with `TICKBOX_TEST_CITUS` (CONTRIBUTING.md).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::StatusCode;
use futures_util::future::{join, join_all};
use serde_json::json;

use crate::support::citus::distribution;
use crate::support::postgres::{Cluster, Database};
use crate::support::{Home, TestApp};

/// Notes which spaces each transaction writes in.
const NOTES: &str = "
    CREATE TABLE tickbox.written (transaction bigint, space text);
    CREATE FUNCTION tickbox.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        INSERT INTO tickbox.written VALUES (txid_current(), NEW.space); RETURN NEW;
    END $$;
    CREATE TRIGGER note BEFORE UPDATE ON tickbox.accounts FOR EACH ROW EXECUTE FUNCTION tickbox.note();
";

/// The catalog as Citus has it, and what it says to whoever wants a plan for all values.
const DISTRIBUTED: &str = "
    SET allow_system_table_mods = on;
    CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod \"char\");
    INSERT INTO pg_catalog.pg_dist_partition VALUES ('tickbox.tasks', 'h');
    GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;
    CREATE FUNCTION tickbox.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('plan_cache_mode') = 'force_generic_plan' THEN
            RAISE EXCEPTION 'could not create distributed plan' USING ERRCODE = 'internal_error';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON tickbox.accounts FOR EACH ROW EXECUTE FUNCTION tickbox.refuse();
";

/// Many users write at once. In how many spaces at most a transaction has written.
async fn most_spaces(app: &TestApp, database: &Database) -> i64 {
    let administrator = database.administrator().await;
    // While nobody can lock an account, the works of the others wait, and become groups.
    let lock = "BEGIN; LOCK TABLE tickbox.accounts IN EXCLUSIVE MODE";
    for statements in ["TRUNCATE tickbox.written", lock] {
        administrator.batch_execute(statements).await.unwrap();
    }
    let writing = join_all((0..64).map(async |number| {
        let user = app.user(&format!("user {number}"));
        let answer = user.post(&user.tasks, json!({"title": "Buy milk"})).await;
        answer.expect(StatusCode::CREATED);
    }));
    let freeing = async {
        let blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        while administrator
            .query_one(blocked, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            tokio::task::yield_now().await;
        }
        administrator.batch_execute("ROLLBACK").await.unwrap();
    };
    join(writing, freeing).await;
    let most = "SELECT max(spaces), CAST(sum(spaces) AS bigint) FROM
        (SELECT count(DISTINCT space) AS spaces FROM tickbox.written GROUP BY transaction) AS each";
    let row = administrator.query_one(most, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(1), 64);
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_notices_that_the_tables_were_distributed_and_no_write_fails() {
    let cluster = Cluster::start().await;
    let app = TestApp::at(Home::Postgres(cluster.database().await)).await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    for number in 0..64 {
        app.user(&format!("user {number}"))
            .create(json!({"title": "First"}))
            .await;
    }
    let administrator = database.administrator().await;
    administrator.batch_execute(NOTES).await.unwrap();
    assert!(
        most_spaces(&app, database).await > 1,
        "there were no groups"
    );
    administrator.batch_execute(DISTRIBUTED).await.unwrap();
    // The first of these finds it out.
    assert_eq!(most_spaces(&app, database).await, 1);
    let again = TestApp::beside(&app).await;
    assert_eq!(most_spaces(&again, database).await, 1);
}

#[test]
fn the_statements_that_distribute_name_every_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut tables = BTreeSet::from(["schema_migrations".to_owned()]);
    for step in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(step.unwrap().path()).unwrap();
        let made = text.split("CREATE TABLE {schema}").skip(1);
        tables.extend(made.map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()));
    }
    let statements = distribution();
    let named: Vec<_> = statements
        .lines()
        .filter_map(|line| line.split_once("_table('tickbox.")?.1.split_once('\''))
        .map(|(table, _)| table.to_owned())
        .collect();
    assert_eq!(named.iter().cloned().collect::<BTreeSet<_>>(), tables);
    assert_eq!(named.len(), tables.len());
    // Together, or not at all.
    assert!(statements.starts_with("BEGIN;") && statements.trim_end().ends_with("COMMIT;"));
}
