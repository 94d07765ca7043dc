//! The idempotency keys whose first request this process is just at. Another process is held up by the database.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::model::UserId;
use crate::error::Error;

type Keys = HashSet<(UserId, Arc<str>)>;

#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Keys>>);

impl UnderWay {
    /// # Errors
    /// [`Error::KeyInUse`] while the same key of the same user has a turn.
    pub(super) fn enter(&self, user: UserId, key: Arc<str>) -> Result<Turn, Error> {
        let turn = (user, key);
        if !self.lock().insert(turn.clone()) {
            return Err(Error::KeyInUse);
        }
        Ok(Turn {
            keys: self.clone(),
            turn,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when it is dropped.
pub(super) struct Turn {
    keys: UnderWay,
    turn: (UserId, Arc<str>),
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.turn);
    }
}
