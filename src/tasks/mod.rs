//! What can be done with tasks: the use-cases. What is allowed is decided in `domain`; no HTTP and no SQL here.

pub mod changes;
mod exporting;
mod filtered;
pub mod history;
mod importing;
mod in_flight;
mod leaving;
mod lists;
pub mod sweeper;
pub mod tickets;
pub mod watch;

use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::exporting::Exporting;
pub use self::filtered::FilteredListing;
pub use self::importing::{Counts, Failure, Importing, Kept, LeftOut, Report, Reversed, Why, Wish};
use self::in_flight::InFlight;
pub use self::leaving::Leaving;
pub use self::lists::Lists;
use self::watch::Watches;
use crate::clock::Clock;
use crate::domain::{
    Author, Content, Deed, Key, ListContent, ListId, ListScope, Noun, Operation, Position, Refusal,
    SpaceId, Task, TaskId, TaskPage, Twice, Work,
};
use crate::error::Result;
pub use crate::store::Encoder;
use crate::store::{Applied, Store};

/// How many tasks a list without a limit reads at a time: little enough to hold for a slow reader
/// (2 MiB if every description is as long as it may be), enough to need few reads.
const CHUNK: usize = 250;

/// How many tasks may be in memory for large answers, in all of them together, for each core, of which up to four count: each
/// task takes up to 8 KiB as a row, and as much as JSON. With more of them under way than are worked on, they wait in memory.
const UNDER_WAY: u32 = 1_000;

static MOST_UNDER_WAY: LazyLock<u32> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    UNDER_WAY * u32::try_from(cores).unwrap_or(u32::MAX).clamp(2, 4)
});

/// Answers with at most this many tasks are not counted.
const FEW: u32 = 100;

/// The use-cases, for a caller with an identity.
#[derive(Clone)]
pub struct Tasks {
    under_way: Arc<Semaphore>,
    store: Arc<Store>,
    clock: Clock,
    /// How long the trash and the history are kept.
    retention: Duration,
    /// How many tasks a space may have outside of the trash.
    most: i64,
    in_flight: InFlight,
    /// The spaces with an import in flight, and how many more imports may begin.
    importing: InFlight,
    imports: Arc<Semaphore>,
    leaving: Leaving,
    watches: Watches,
}

/// A part of a list, and where the next one begins.
pub struct Listing {
    pub page: TaskPage,
    /// `None` on the last page.
    pub next: Option<Position>,
}

/// A request to write.
pub struct Request {
    pub space: SpaceId,
    pub author: Author,
    pub deed: Deed,
    /// If the request may be repeated.
    pub key: Option<Key>,
    /// Encodes the answer, to be kept.
    pub encode: Option<Encoder>,
    /// About how large it is.
    pub bytes: usize,
}

impl Tasks {
    pub fn new(store: Arc<Store>, clock: Clock, retention: Duration, most_tasks: i64) -> Self {
        Self {
            under_way: Arc::new(Semaphore::new(*MOST_UNDER_WAY as usize)),
            store,
            clock,
            retention,
            most: most_tasks,
            in_flight: InFlight::default(),
            importing: InFlight::default(),
            imports: Arc::new(Semaphore::new(importing::MOST_IMPORTS)),
            leaving: Leaving::default(),
            watches: Watches::default(),
        }
    }

    /// Watches in the background, until `stop`, for changes that this process was not told of: those of other
    /// processes, and those that were written after their caller had disconnected.
    pub fn start(&self, background: &TaskTracker, stop: CancellationToken) {
        background.spawn(self.watches.clone().follow(self.store.clone(), stop));
    }

    /// The permit for an answer with at most this many tasks: held while they are read and sent.
    pub async fn turn(&self, tasks: usize) -> Option<OwnedSemaphorePermit> {
        let most = *MOST_UNDER_WAY;
        let tasks = u32::try_from(tasks).unwrap_or(most).min(most);
        if tasks <= FEW {
            return None;
        }
        // The semaphore is never closed.
        let turn = self.under_way.clone().acquire_many_owned(tasks).await;
        turn.ok()
    }

    /// The permit for a part of a list without a limit.
    pub async fn turn_of_chunk(&self) -> Option<OwnedSemaphorePermit> {
        self.turn(CHUNK).await
    }

    /// How many spaces have readers that wait for changes.
    pub fn watched_spaces(&self) -> usize {
        self.watches.len()
    }

    /// How many streams of events are open.
    pub fn open_streams(&self) -> usize {
        self.watches.streams()
    }

    /// A task that is to be created, under an id that is new.
    pub fn creation(&self, content: Content) -> Operation {
        Operation::Create {
            id: TaskId(self.clock.new_id()),
            content,
            twice: Twice::Impossible,
        }
    }

    /// The same of a list.
    pub fn list_creation(&self, content: ListContent) -> Operation {
        Operation::CreateList {
            id: ListId(self.clock.new_id()),
            content,
            twice: Twice::Impossible,
        }
    }

    /// The undo of a change, with all that was made together with it.
    pub fn reversal(&self, seq: i64) -> Deed {
        Deed::Undo {
            seq,
            since: self.kept_since(),
        }
    }

    /// Does a deed, in one transaction.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`] and [`Refusal::KeyInUse`], or a failure. What an operation is refused for stands in its
    /// outcome.
    pub async fn apply(&self, request: Request) -> Result<Applied> {
        self.apply_within(request, self.most).await
    }

    /// As [`Tasks::apply`], with another limit of tasks.
    async fn apply_within(&self, request: Request, most_tasks: i64) -> Result<Applied> {
        let Request {
            space,
            author,
            deed,
            key,
            encode,
            bytes,
        } = request;
        let _turn = match &key {
            Some(key) => Some(self.in_flight.enter(space.clone(), key.key.clone())?),
            None => None,
        };
        let work = Work {
            space: space.clone(),
            author,
            now: self.clock.now(),
            deed,
            key,
            epoch: self.clock.new_epoch(),
            most_tasks,
        };
        let applied = self.store.apply(work, encode, bytes).await?;
        if let Some(seq) = applied.latest_change {
            self.watches.wake(&space, seq);
        }
        Ok(applied)
    }

    /// # Errors
    /// [`Refusal::NotFound`] also when the task is somebody else's.
    pub async fn get(&self, space: &SpaceId, id: TaskId) -> Result<Task> {
        let task = self.store.find_task(space, id).await?;
        Ok(task.ok_or(Refusal::NotFound(Noun::Task))?)
    }

    /// At most `limit` tasks from the one after `after` on, newest first.
    pub async fn list(
        &self,
        space: &SpaceId,
        filter: ListScope,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Listing> {
        // One more than asked for tells whether there is a next page.
        let mut page = self
            .store
            .list_tasks(space, filter, after, limit + 1)
            .await?;
        let more = page.tasks.len() > limit;
        page.tasks.truncate(limit);
        let next = page.tasks.last().filter(|_| more).map(Task::position);
        Ok(Listing { page, next })
    }

    /// The next part of a list that is read to its end.
    pub async fn list_chunk(
        &self,
        space: &SpaceId,
        filter: ListScope,
        after: Option<Position>,
    ) -> Result<Listing> {
        self.list(space, filter, after, CHUNK).await
    }

    /// A page without its tasks.
    pub async fn count(&self, space: &SpaceId, filter: ListScope) -> Result<TaskPage> {
        let account = self.store.find_account(space).await?;
        Ok(TaskPage {
            tasks: Vec::new(),
            total: filter.count_in(&account),
            seq: account.seq,
            epoch: account.epoch,
        })
    }
}
