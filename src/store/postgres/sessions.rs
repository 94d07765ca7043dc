//! Which of the server's sessions are this process's own. Whoever else has one may write too.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The numbers of the server's processes that serve our connections.
#[derive(Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<BTreeSet<i32>>>);

/// One of them, for as long as its connection lives.
pub(super) struct Session {
    number: i32,
    all: Sessions,
}

impl Sessions {
    pub(super) fn enter(&self, number: i32) -> Session {
        self.lock().insert(number);
        Session {
            number,
            all: self.clone(),
        }
    }

    pub(super) fn numbers(&self) -> Vec<i32> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.all.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_ours_while_its_connection_lives() {
        let sessions = Sessions::default();
        let (first, second) = (sessions.enter(7), sessions.enter(3));
        assert_eq!(sessions.numbers(), [3, 7]);
        drop(first);
        assert_eq!(sessions.numbers(), [3]);
        drop(second);
        assert_eq!(sessions.numbers(), [0; 0]);
    }
}
