//! Where an app of a test keeps its tasks: which engine, and how it is reached.

use tempfile::TempDir;
use tickbox::store::{PoolSize, PostgresConfig, PreparedStatements, SqliteConfig, StoreConfig};

use super::citus;
use super::pgbouncer::Pooler;
use super::postgres::{Cluster, Database, Kind};

/// A database of its own, for as long as the value lives.
pub(crate) enum Home {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::with_prefix("tickbox-test-").expect("a directory can be made"))
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(match citus::programs() {
            None => Cluster::shared().await.database().await,
            Some(programs) => citus::database(&programs).await,
        })
    }

    /// Reached through a pooler in transaction mode.
    pub(crate) async fn pgbouncer() -> Self {
        let (pooler, cluster) = Pooler::shared().await;
        let database = cluster.database().await;
        let url = pooler.url(&database);
        Self::Postgres(database.reached_at(url).of(Kind::Pooled))
    }

    pub(crate) async fn postgres_18() -> Self {
        let database = Cluster::shared_18().await.database().await;
        Self::Postgres(database.of(Kind::Newer))
    }

    /// An empty one of the same kind.
    pub(crate) async fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(database) => match database.kind() {
                Kind::Usual => Self::postgres().await,
                Kind::Pooled => Self::pgbouncer().await,
                Kind::Newer => Self::postgres_18().await,
            },
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => {
                format!("sqlite://{}", directory.path().join("test.db").display())
            }
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    pub(crate) fn store(&self) -> StoreConfig {
        match self {
            Self::Sqlite(directory) => StoreConfig::Sqlite(SqliteConfig {
                path: directory.path().join("test.db"),
            }),
            Self::Postgres(database) => StoreConfig::Postgres(postgres_config(database.url())),
        }
    }
}

/// With the defaults of the settings.
pub(crate) fn postgres_config(url: &str) -> PostgresConfig {
    PostgresConfig {
        url: tickbox::secret::Secret::new(url),
        schema: "tickbox".to_owned(),
        pool: PoolSize {
            kept: 10,
            overflow: 20,
        },
        prepared_statements: PreparedStatements::Auto,
    }
}
