//! Works that wait to be done, and the groups that are made of them. Works of one space stay in their order, and a space
//! is in at most one group at a time; spaces take turns. What runs a group, and how, is said by each engine.

mod waiting;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use self::waiting::Waiting;
use crate::domain::{Deed, Done, Operation, Outcome, SpaceId, Work};
use crate::error::Error;

/// Some work with more operations goes alone, and one at a time, so that it holds up nobody else's.
const HEAVY_OPERATIONS: usize = 32;

/// Writes down what a caller is told of the outcomes, to be told again; nothing, if it is not to be.
pub type Encoder = Arc<dyn Fn(&[Outcome]) -> Option<Arc<[u8]>> + Send + Sync>;

/// What came of some work.
#[derive(Debug)]
pub struct Applied {
    pub done: Done,
    /// What was kept of it.
    pub answer: Option<Arc<[u8]>>,
    /// The number of the latest change that it made.
    pub latest_change: Option<i64>,
}

/// Some work that waits, and whom to tell.
pub(super) struct Pending {
    pub(super) work: Work,
    pub(super) encode: Option<Encoder>,
    number: u64,
    bytes: usize,
    answer: oneshot::Sender<Result<Applied, Error>>,
}

impl Pending {
    pub(super) fn tell(self, outcome: Result<Applied, Error>) {
        // Whoever asked may have gone away.
        let _ = self.answer.send(outcome);
    }

    fn operations(&self) -> usize {
        match &self.work.deed {
            Deed::Operate(operations) => operations.list.len(),
            _ => 1,
        }
    }

    fn is_heavy(&self) -> bool {
        self.operations() > HEAVY_OPERATIONS || self.concerns_whole_list()
    }

    /// All tasks of a list go or come with it.
    fn concerns_whole_list(&self) -> bool {
        let Deed::Operate(operations) = &self.work.deed else {
            return false;
        };
        operations.list.iter().any(|operation| {
            matches!(
                operation,
                Operation::DeleteList { .. } | Operation::RestoreList { .. }
            )
        })
    }

    /// Whether it mostly has to load more after it has looked at what was loaded.
    fn needs_rounds(&self) -> bool {
        !matches!(self.work.deed, Deed::Operate(_))
    }
}

/// Works of one space, in their order.
pub(super) struct Turn {
    pub(super) space: SpaceId,
    pub(super) works: Vec<Pending>,
}

impl Turn {
    /// Whether an account has to be made, if there is none.
    pub(super) fn opens_account(&self) -> bool {
        self.works
            .iter()
            .any(|pending| pending.work.opens_account())
    }
}

/// Works that are done together. Their spaces are in no other group until it is dropped.
pub(super) struct Group {
    pub(super) turns: Vec<Turn>,
    lease: Lease,
}

struct Lease {
    queue: Arc<Queue>,
    spaces: Vec<SpaceId>,
    heavy: bool,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut inner = self.queue.lock();
        inner.heavy &= !self.heavy;
        for space in &self.spaces {
            inner.free(space);
        }
        drop(inner);
        self.queue.ready.notify_one();
    }
}

impl Group {
    /// The works of one space apart from the others, which stay.
    pub(super) fn split(&mut self, space: &SpaceId) -> Option<Self> {
        let place = self.turns.iter().position(|turn| turn.space == *space)?;
        let spaces = &mut self.lease.spaces;
        spaces.retain(|leased| leased != space);
        Some(Self {
            turns: vec![self.turns.remove(place)],
            lease: Lease {
                queue: self.lease.queue.clone(),
                spaces: vec![space.clone()],
                heavy: false,
            },
        })
    }
}

#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Waiting>,
    /// Told when there may be a group.
    ready: Notify,
}

/// Takes a work out of the queue again, at the latest when it is dropped.
pub(super) struct Withdrawal {
    queue: Arc<Queue>,
    space: SpaceId,
    number: u64,
}

impl Withdrawal {
    /// Takes the work out of the queue; `false` if somebody has begun with it.
    pub(super) fn withdraw(&self) -> bool {
        self.queue.lock().remove(&self.space, self.number)
    }
}

impl Drop for Withdrawal {
    fn drop(&mut self) {
        self.withdraw();
    }
}

type Answered = oneshot::Receiver<Result<Applied, Error>>;

impl Queue {
    /// # Errors
    /// [`Error::Unavailable`] when too much waits already.
    pub(super) fn enter(
        self: &Arc<Self>,
        work: Work,
        encode: Option<Encoder>,
        bytes: usize,
    ) -> Result<(Withdrawal, Answered), Error> {
        let space = work.space.clone();
        let (answer, answered) = oneshot::channel();
        let pending = Pending {
            work,
            encode,
            number: 0,
            bytes,
            answer,
        };
        let number = self.lock().push(pending)?;
        self.ready.notify_one();
        let withdrawal = Withdrawal {
            queue: self.clone(),
            space,
            number,
        };
        Ok((withdrawal, answered))
    }

    /// Ends when there is a group to take, or nobody will come any more: then it is `false`.
    pub(super) async fn ready(&self) -> bool {
        loop {
            {
                let inner = self.lock();
                if inner.has_group() {
                    return true;
                }
                if inner.closed {
                    return false;
                }
            }
            self.ready.notified().await;
        }
    }

    pub(super) fn has_full_group(&self) -> bool {
        self.lock().has_full_group()
    }

    /// What waits, as far as a group takes it; of one space only, if that is asked for.
    pub(super) fn take(self: &Arc<Self>, one_space: bool) -> Option<Group> {
        let mut inner = self.lock();
        let turns = inner.take(one_space);
        let more = inner.has_group();
        drop(inner);
        if more {
            self.ready.notify_one();
        }
        let first = turns.first()?.works.first()?;
        let lease = Lease {
            queue: self.clone(),
            spaces: turns.iter().map(|turn| turn.space.clone()).collect(),
            heavy: first.is_heavy(),
        };
        Some(Group { turns, lease })
    }

    /// Whoever waits for a group ends when there is none any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_waiters();
        self.ready.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
