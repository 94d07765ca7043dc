//! Switches the change log of a database off, from outside, so that the program itself can be measured without it: it
//! sends the same statements, and what it writes to the log is not kept. Reading changes gives nothing then.

use std::path::Path;

use rusqlite::Connection;

use super::cluster::Cluster;
use super::sql::{LOG_INDEX, SCHEMA};
use crate::step::Outcome;

pub(super) fn unlog_postgres(cluster: &Cluster, database: &str) -> Outcome {
    let index = format!("DROP INDEX {SCHEMA}.{LOG_INDEX}");
    // Cheaper than a trigger: such an insert is no more than a lock on the table.
    let rule = format!("CREATE RULE unlogged AS ON INSERT TO {SCHEMA}.changes DO INSTEAD NOTHING");
    cluster.sql(database, &[&index, &rule]).map(drop)
}

/// On a file that nobody has open.
pub(super) fn unlog_sqlite(path: &Path) -> Outcome {
    let unlog = || -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        let columns = "SELECT group_concat(name) FROM pragma_table_info('changes')";
        let columns: String = connection.query_row(columns, [], |row| row.get(0))?;
        let nulls = columns.split(',').map(|_| "NULL").collect::<Vec<_>>();
        connection.execute_batch(&format!(
            "DROP INDEX {LOG_INDEX};
             DROP TABLE changes;
             CREATE VIEW changes ({columns}) AS SELECT {nulls} WHERE 0;
             CREATE TRIGGER unlogged INSTEAD OF INSERT ON changes BEGIN SELECT 1; END;",
            nulls = nulls.join(","),
        ))
    };
    unlog().map_err(|error| error.to_string())
}
