//! Which of the server's sessions are this process's own. Whoever else has one may write too.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The numbers of the server's processes that serve our connections.
#[derive(Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<BTreeSet<i64>>>);

/// One of them, for as long as its connection lives.
pub(super) struct Session {
    number: i64,
    all: Sessions,
}

impl Sessions {
    pub(super) fn enter(&self, number: i64) -> Session {
        self.lock().insert(number);
        Session {
            number,
            all: self.clone(),
        }
    }

    /// As an array of PostgreSQL.
    pub(super) fn to_array(&self) -> String {
        let mut text = String::from("{");
        for (place, number) in self.lock().iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(text, "{comma}{number}");
        }
        text + "}"
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i64>> {
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
        assert_eq!(sessions.to_array(), "{3,7}");
        drop(first);
        assert_eq!(sessions.to_array(), "{3}");
        drop(second);
        assert_eq!(sessions.to_array(), "{}");
    }
}
