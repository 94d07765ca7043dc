//! A bounded number of permits, and a bounded wait for one, so that overload does not block callers for ever.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::readings::Level;
use crate::error::Error;

/// How long a request waits for a permit before it is answered with 503.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The `Retry-After` of that answer.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    most: usize,
    waiting: Level,
    what: &'static str,
}

impl Gate {
    /// `what` names the resource in the log.
    pub(super) fn new(places: usize, what: &'static str) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            most: places,
            waiting: Level::default(),
            what,
        }
    }

    /// How many places are taken, and how many wait for one.
    pub(super) fn level(&self) -> (usize, usize) {
        let taken = self.most - self.places.available_permits();
        (taken, self.waiting.read())
    }

    /// # Errors
    /// [`Error::Unavailable`] after [`LONGEST_WAIT`].
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _one_more = self.waiting.rise();
        let waiting = self.places.clone().acquire_owned();
        match tokio::time::timeout(LONGEST_WAIT, waiting).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable {
                what: self.what,
                retry_after: RETRY_AFTER,
                source: None,
            }),
        }
    }
}
