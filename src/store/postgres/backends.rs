//! Which of the server's backends (its process for a connection) are this process's own. Whoever else has one may write too.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The numbers of the server's processes that serve our connections.
#[derive(Clone, Default)]
pub(super) struct Backends(Arc<Mutex<BTreeSet<i32>>>);

/// One of them, for as long as its connection lives.
pub(super) struct Backend {
    number: i32,
    all: Backends,
}

impl Backends {
    pub(super) fn enter(&self, number: i32) -> Backend {
        self.lock().insert(number);
        Backend {
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

impl Drop for Backend {
    fn drop(&mut self) {
        self.all.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_ours_while_its_connection_lives() {
        let backends = Backends::default();
        let (first, second) = (backends.enter(7), backends.enter(3));
        assert_eq!(backends.numbers(), [3, 7]);
        drop(first);
        assert_eq!(backends.numbers(), [3]);
        drop(second);
        assert_eq!(backends.numbers(), [0; 0]);
    }
}
