//! Whether the tables are spread over several servers (Citus): looked up at the start, and again when the server says what it
//! says once they are. What is said otherwise there is in `store::row_statements`; groups are of one account then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Notify};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::super::dialect::Dialect;
use super::super::row::ColumnKind;
use super::super::row_statements::{self, creation};
use super::super::statements::{Sql, each};
use super::connect::Connector;
use super::connection::{Connection, first};
use super::hosts::CONNECT_TIMEOUT;
use crate::error::Cause;

/// How often the server is asked again at most: it may say the same for other reasons.
const PAUSE: Duration = Duration::from_secs(1);

/// What is known of it.
#[derive(Default)]
pub(super) struct Distribution {
    is_there: AtomicBool,
    noticed: Notify,
    /// When it was asked the last time. Held while somebody asks.
    asked: Mutex<Option<Instant>>,
}

/// The text of each statement, and the kinds of its parameters: those of [`Sql`] by number, those on rows, those for several
/// askers, and those of creations.
pub(super) type Text = (String, Vec<Type>);

/// All of them, for one server and for several.
pub(super) struct Texts {
    one: Vec<Text>,
    several: Vec<Text>,
}

impl Texts {
    pub(super) fn of(dialect: &Dialect) -> Self {
        Self {
            one: texts(dialect, false),
            several: texts(dialect, true),
        }
    }
}

fn texts(dialect: &Dialect, distributed: bool) -> Vec<Text> {
    let of_sql = Sql::ALL.iter().map(|sql| {
        let (kinds, text) = sql.template();
        let kinds = kinds.iter().copied().map(ColumnKind::postgres).collect();
        (dialect.render(text), kinds)
    });
    let on_rows = row_statements::ALL.iter().map(|(action, table)| {
        let columns = action.parameters(table).iter();
        let kinds = columns.map(|(_, kind)| kind.postgres_array()).collect();
        let text = row_statements::for_postgres(dialect, *action, table, distributed);
        (text, kinds)
    });
    let for_each = each::ALL.iter().map(|sql| {
        let (kinds, _) = sql.template();
        let kinds = kinds.iter().map(|kind| kind.postgres_array()).collect();
        (each::for_postgres(dialect, *sql), kinds)
    });
    let creations = creation::FORMS.map(|form| {
        if distributed {
            // Not used there: several accounts in one statement would be several servers.
            return (dialect.render(Sql::Ping.template().1), Vec::new());
        }
        let kinds = creation::kinds(form).into_iter();
        (
            creation::for_postgres(dialect, form),
            kinds.map(ColumnKind::postgres_array).collect(),
        )
    });
    let all = of_sql.chain(on_rows).chain(for_each);
    all.chain(creations).collect()
}

impl Connector {
    /// Whether a transaction over several accounts would be one over several servers.
    pub(super) fn is_distributed(&self) -> bool {
        self.distribution.is_there.load(Ordering::Relaxed)
    }

    pub(super) fn texts(&self) -> &[Text] {
        if self.is_distributed() {
            &self.texts.several
        } else {
            &self.texts.one
        }
    }

    pub(super) async fn look_for_distribution(&self) {
        let asking = tokio::time::timeout(CONNECT_TIMEOUT, self.has_distributed_tables());
        let is_there = asking.await.is_ok_and(|is_there| is_there.unwrap_or(false));
        self.distribution.is_there.store(is_there, Ordering::SeqCst);
        if is_there {
            self.distribution.noticed.notify_waiters();
        }
    }

    /// Ends when the tables are known to be distributed.
    pub(super) async fn distributed(&self) {
        loop {
            let noticed = self.distribution.noticed.notified();
            if self.distribution.is_there.load(Ordering::SeqCst) {
                return;
            }
            noticed.await;
        }
    }

    /// Whether this failed because the tables have been distributed since the start: then it has changed nothing, and can
    /// be tried again. The plans of all connections were made for one server, and Citus takes none of them.
    pub(super) async fn were_distributed(
        &self,
        connection: &Connection,
        error: &tokio_postgres::Error,
    ) -> bool {
        let said = error.code();
        let may_be = [SqlState::INTERNAL_ERROR, SqlState::FEATURE_NOT_SUPPORTED]
            .map(|code| said == Some(&code));
        if !may_be.contains(&true) {
            return false;
        }
        let mut asked = self.distribution.asked.lock().await;
        if self.is_given_up(connection) {
            // Somebody else has found it out.
            return self.is_distributed();
        }
        if self.is_distributed() || asked.is_some_and(|at| at.elapsed() < PAUSE) {
            return false;
        }
        // It is rare, and would make every read's future larger.
        Box::pin(self.look_for_distribution()).await;
        *asked = Some(Instant::now());
        if self.is_distributed() {
            tracing::info!("the tables are distributed now");
            // It is the right server: only its plans are old.
            self.renew_those_like(connection);
        }
        self.is_distributed()
    }

    async fn has_distributed_tables(&self) -> Result<bool, Cause> {
        let connection = self.open_bare().await?;
        let client = &connection.client;
        let catalog = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";
        let is_there: bool = first(&client.query_typed(catalog, &[]).await?)?;
        if !is_there {
            return Ok(false);
        }
        let ours = "SELECT count(*) > 0 FROM pg_catalog.pg_dist_partition AS p
            JOIN pg_catalog.pg_class AS c ON c.oid = p.logicalrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = 'tasks' AND p.partmethod = 'h'";
        let rows = client
            .query_typed(ours, &[(&self.schema, Type::TEXT)])
            .await?;
        first(&rows)
    }
}
