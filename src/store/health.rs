//! Whether the database can be read and written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::gate::RETRY_AFTER;
use super::row::Value;
use super::statements::Sql;
use super::{Engine, Step, Store};
use crate::clock::Timestamp;
use crate::domain::Account;
use crate::error::{Error, chain};

/// How long after a successful write no test write is made.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// How long after a failed test write no other is made, however many checks there are.
const BAD_FOR: Duration = Duration::from_secs(1);

/// The space of the test write: no user has it, because no identity is empty.
const NOBODY: &str = "";

pub(super) struct Health {
    started: Instant,
    /// When a write has succeeded, in milliseconds since the start; 0 if the latest one has not.
    good_at: AtomicU64,
    /// When the last test write failed, and its error.
    probe: Mutex<Option<(Instant, String)>>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            good_at: AtomicU64::new(0),
            probe: Mutex::default(),
        }
    }
}

impl Health {
    /// The result of a write. A refusal is not a failure of the database.
    pub(super) fn note<T>(&self, written: &Result<T, Error>) {
        let good_at = match written {
            Ok(_) | Err(Error::Refused(_)) => self.now().max(1),
            Err(_) => 0,
        };
        self.good_at.store(good_at, Ordering::Relaxed);
    }

    fn is_good(&self) -> bool {
        let good_at = self.good_at.load(Ordering::Relaxed);
        good_at > 0 && u128::from(self.now() - good_at) < GOOD_FOR.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Store {
    /// Whether the tables can be read, and the latest write succeeded; if that was long ago or failed, whether one does
    /// now.
    pub async fn system_check(&self) -> Result<(), Error> {
        if let Engine::Sqlite(sqlite) = &self.engine {
            sqlite.check_file().await?;
        }
        let nobody = vec![Value::Text(NOBODY.into())];
        self.read::<Account>(Sql::FindAccount, nobody).await?;
        if self.health.is_good() {
            return Ok(());
        }
        let mut probe = self.health.probe.lock().await;
        if self.health.is_good() {
            return Ok(());
        }
        if let Some((at, said)) = &*probe
            && at.elapsed() < BAD_FOR
        {
            return Err(Error::Unavailable {
                what: "the database could not be written a moment ago",
                retry_after: RETRY_AFTER,
                source: Some(said.clone().into()),
            });
        }
        let written = self.write_nothing_that_stays().await;
        self.health.note(&written);
        *probe = written
            .as_ref()
            .err()
            .map(|error| (Instant::now(), chain(error)));
        written
    }

    /// A ticket of no user, which is deleted in the same transaction.
    async fn write_nothing_that_stays(&self) -> Result<(), Error> {
        let (space, long_ago) = (|| Value::Text(NOBODY.into()), Timestamp::default());
        let hash = Uuid::new_v4().to_string();
        let ticket = [
            space(),
            Value::Text(hash.into()),
            Value::Time(long_ago),
            Value::Time(long_ago),
        ];
        let steps = vec![
            Step::new(Sql::KeepTicket, ticket),
            Step::new(Sql::ForgetTickets, [space(), Value::Time(long_ago)]),
        ];
        self.write::<()>(steps).await.map(drop)
    }
}
