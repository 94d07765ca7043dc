//! Takes from a database what is there only for the log of changes, from outside, so that the program itself can be
//! measured without it: it sends the same statements. Reading changes is slow then.

use std::path::Path;

use rusqlite::Connection;

use super::cluster::Cluster;
use super::sql::{LOG_INDEX, SCHEMA};
use crate::step::Outcome;

pub(super) fn unlog_postgres(cluster: &Cluster, database: &str) -> Outcome {
    let drop = format!("DROP INDEX {SCHEMA}.{LOG_INDEX}");
    cluster.sql(database, &[&drop]).map(std::mem::drop)
}

/// On a file that nobody has open.
pub(super) fn unlog_sqlite(path: &Path) -> Outcome {
    Connection::open(path)
        .and_then(|connection| connection.execute_batch(&format!("DROP INDEX {LOG_INDEX}")))
        .map_err(|error| error.to_string())
}
