//! The idempotency keys whose first request is in flight in this process. Another process waits for the lock
//! on the account.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Refusal, Set, SpaceId};

type Keys = Set<(SpaceId, Arc<str>)>;

#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<Keys>>);

impl InFlight {
    /// # Errors
    /// [`Refusal::KeyInUse`] while a request with the same key is in flight.
    pub(super) fn enter(&self, space: SpaceId, key: Arc<str>) -> Result<Entry, Refusal> {
        let entry = (space, key);
        if !self.lock().insert(entry.clone()) {
            return Err(Refusal::KeyInUse);
        }
        Ok(Entry {
            keys: self.clone(),
            entry,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when it is dropped.
pub(super) struct Entry {
    keys: InFlight,
    entry: (SpaceId, Arc<str>),
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.entry);
    }
}
