//! Who is measured: the program on its two engines, and what others would use instead.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Contender {
    Postgres,
    Sqlite,
    /// The plain design that this project replaces, on PostgreSQL.
    FastApi,
    /// On its own SQLite.
    PocketBase,
}

impl Contender {
    pub(super) const OURS: [Self; 2] = [Self::Postgres, Self::Sqlite];
    pub(super) const PEERS: [Self; 2] = [Self::FastApi, Self::PocketBase];

    /// Whether its data is in the PostgreSQL of the measurement.
    pub(super) fn is_on_postgres(self) -> bool {
        matches!(self, Self::Postgres | Self::FastApi)
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::FastApi => "FastAPI",
            Self::PocketBase => "PocketBase",
        })
    }
}
