//! A Citus of one node, in which each database has the tables of the program, distributed as the documents say. It is there
//! only where `TICKBOX_TEST_CITUS` names the folder of a PostgreSQL's programs that have it, and then in the place of
//! PostgreSQL.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tickbox::clock::Clock;
use tickbox::store::StoreConfig;
use tokio::sync::OnceCell;

use super::home::postgres_config;
use super::postgres::{Cluster, Database, OPTIONS, PROGRAMS, unprivileged_directory};

/// With few shards, because each test makes its own; and each is asked as if it were on another node.
const SETTINGS: &str = "shared_preload_libraries=citus\n\
    ssl=off\n\
    citus.node_conninfo=sslmode=prefer\n\
    citus.local_hostname=127.0.0.1\n\
    citus.shard_count=4\n\
    citus.enable_local_execution=off\n";

pub(super) fn programs() -> Option<PathBuf> {
    env::var_os("TICKBOX_TEST_CITUS").map(PathBuf::from)
}

/// A database with the tables, and no rows.
pub(super) async fn database(programs: &Path) -> Database {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    let start = || async {
        let directory = unprivileged_directory();
        symlink(programs, directory.path().join(PROGRAMS)).expect("a link can be made");
        fs::write(directory.path().join(OPTIONS), SETTINGS).expect("it can be written");
        Cluster::create(directory, None).await
    };
    let cluster = SHARED.get_or_init(start).await;
    let database = cluster.database().await;
    let port = cluster.port();
    let administrator = database.administrator().await;
    let coordinator = format!(
        "CREATE EXTENSION citus; SELECT citus_set_coordinator_host('127.0.0.1', {port});
         SELECT citus_set_node_property('127.0.0.1', {port}, 'shouldhaveshards', true)"
    );
    administrator
        .batch_execute(&coordinator)
        .await
        .expect("Citus can be set up");
    let store = StoreConfig::Postgres(postgres_config(database.url()));
    store
        .migrate(Clock::system().now())
        .await
        .expect("the tables can be made");
    administrator
        .batch_execute(&distribution())
        .await
        .expect("the tables can be distributed");
    database
}

/// The statements that distribute the tables, as people are told.
pub(crate) fn distribution() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scale.md");
    let page = fs::read_to_string(page).expect("it is there");
    let blocks = page.split("```sql\n").skip(1);
    let mut blocks = blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned()));
    let block = blocks.find(|block| block.contains("create_distributed_table"));
    block.expect("the page says how")
}
