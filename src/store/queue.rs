//! Works that wait, and the groups that are made of them. Works of one space stay in their order, and a space
//! is in at most one group at a time; spaces take turns. How a group is run is decided by each engine.

mod waiting;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::Instant;

use tokio::sync::{Notify, oneshot};

use self::waiting::Waiting;
use super::readings::GroupTally;
use crate::domain::{Deed, Done, Operation, Outcome, SpaceId, Work};
use crate::error::Error;

/// A work with more operations has a group of its own, one at a time, so that it does not delay others.
const HEAVY_OPERATIONS: usize = 32;

/// Encodes the answer from the outcomes, to be kept; nothing, if it must not be kept.
pub type Encoder = Arc<dyn Fn(&[Outcome], i64) -> Option<Arc<[u8]>> + Send + Sync>;

/// The outcome of a work.
#[derive(Debug)]
pub struct Applied {
    pub done: Done,
    /// The answer that was kept.
    pub answer: Option<Arc<[u8]>>,
    /// The number of the latest change that it made.
    pub latest_change: Option<i64>,
}

/// A work that waits, and the channel to its caller.
pub(super) struct Pending {
    pub(super) work: Work,
    pub(super) encode: Option<Encoder>,
    number: u64,
    bytes: usize,
    answer: oneshot::Sender<Result<Applied, Error>>,
}

impl Pending {
    pub(super) fn tell(self, outcome: Result<Applied, Error>) {
        // The caller may have disconnected.
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

    /// A list is deleted or restored with all its tasks.
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

    /// Whether it usually has to load rows in several rounds.
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
    works: usize,
    begun: Instant,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.works > 0 {
            self.queue.tally.works.observe(self.works as u64);
            let durations = &self.queue.tally.durations;
            durations.observe_duration(self.begun.elapsed());
        }
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
        let turn = self.turns.remove(place);
        let works = turn.works.len();
        self.lease.works -= works;
        Some(Self {
            turns: vec![turn],
            lease: Lease {
                queue: self.lease.queue.clone(),
                spaces: vec![space.clone()],
                heavy: false,
                works,
                begun: Instant::now(),
            },
        })
    }
}

#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Waiting>,
    /// Told when there may be a group.
    ready: Notify,
    tally: GroupTally,
}

/// Removes a work from the queue, at the latest when it is dropped.
pub(super) struct Withdrawal {
    queue: Arc<Queue>,
    space: SpaceId,
    number: u64,
}

impl Withdrawal {
    /// Removes the work from the queue; `false` if it is in a group already.
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

    /// Ends when there is a group to take, or the queue is closed: then it is `false`.
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
            works: turns.iter().map(|turn| turn.works.len()).sum(),
            begun: Instant::now(),
        };
        Some(Group { turns, lease })
    }

    /// Workers that wait for a group end when the queue is closed.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_waiters();
        self.ready.notify_one();
    }

    /// How many works wait for a group, and how large they are.
    pub(super) fn waiting(&self) -> (usize, usize) {
        self.lock().size()
    }

    pub(super) fn tally(&self) -> &GroupTally {
        &self.tally
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
