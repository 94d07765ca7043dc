//! Readers that wait for changes of a space, and waking them: for writes of this process at once; for writes of other
//! processes, and of callers that left early, by polling the change numbers of the watched spaces.

use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::domain::{Map, SpaceId};
use crate::store::Store;

/// The pause between two polls while readers wait: the shorter one if a poll is quick,
/// otherwise so long that polling many spaces takes a small part of the time. Writes of other processes must be seen
/// within 200 ms.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(180);
const PAUSE_FOR_EACH_ANSWER: u32 = 20;

/// The pause where no other process can write: then polling finds only what was written after its
/// caller had disconnected.
const PAUSE_ALONE: Duration = Duration::from_secs(1);

/// The pause after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How many streams of events a space may have at once.
const MOST_STREAMS: usize = 32;

/// The waiting readers. Holds nothing for a space without one.
#[derive(Clone, Default)]
pub(super) struct Watches(Arc<Inner>);

#[derive(Default)]
struct Inner {
    spaces: Mutex<Map<SpaceId, Watched>>,
    /// Notified when there is a new watcher.
    begun: Notify,
}

struct Watched {
    bell: watch::Sender<()>,
    /// How many of the watchers are streams.
    streams: usize,
    /// The latest change for which the watchers were woken, and its account; `None` before the first.
    seq: Option<i64>,
    epoch: Option<i64>,
}

/// A waiting reader. No change after its creation is missed, whenever it is awaited.
pub struct Watcher {
    space: SpaceId,
    ear: watch::Receiver<()>,
    is_stream: bool,
    watches: Watches,
}

impl Watcher {
    /// Ends when something may have changed since it last did, or since the watcher was made.
    pub async fn changed(&mut self) {
        if self.ear.changed().await.is_err() {
            // Cannot happen: the sender lives as long as a watcher. If it did, there would be nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut spaces = self.watches.spaces();
        // Under the lock the number of watchers does not change, and this one is still counted.
        if let Entry::Occupied(mut entry) = spaces.entry(self.space.clone()) {
            entry.get_mut().streams -= usize::from(self.is_stream);
            if entry.get().bell.receiver_count() <= 1 {
                entry.remove();
            }
        }
    }
}

impl Watches {
    pub(super) fn watch(&self, space: &SpaceId) -> Watcher {
        let ear = Self::watched(&mut self.spaces(), space).bell.subscribe();
        self.watcher(space, ear, false)
    }

    /// As [`Watches::watch`], for a stream, which may last for ever; `None` if the space has enough of them.
    pub(super) fn watch_stream(&self, space: &SpaceId) -> Option<Watcher> {
        let ear = {
            let mut spaces = self.spaces();
            let watched = Self::watched(&mut spaces, space);
            if watched.streams >= MOST_STREAMS {
                return None;
            }
            watched.streams += 1;
            watched.bell.subscribe()
        };
        Some(self.watcher(space, ear, true))
    }

    fn watched<'a>(spaces: &'a mut Map<SpaceId, Watched>, space: &SpaceId) -> &'a mut Watched {
        spaces.entry(space.clone()).or_insert_with(|| Watched {
            bell: watch::Sender::new(()),
            streams: 0,
            seq: None,
            epoch: None,
        })
    }

    fn watcher(&self, space: &SpaceId, ear: watch::Receiver<()>, is_stream: bool) -> Watcher {
        self.0.begun.notify_one();
        Watcher {
            space: space.clone(),
            ear,
            is_stream,
            watches: self.clone(),
        }
    }

    /// Streams of all spaces.
    pub(super) fn streams(&self) -> usize {
        self.spaces().values().map(|watched| watched.streams).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.spaces().len()
    }

    /// After a write of this process.
    pub(super) fn wake(&self, space: &SpaceId, seq: i64) {
        if let Some(watched) = self.spaces().get_mut(space) {
            watched.seq = watched.seq.max(Some(seq));
            watched.bell.send_replace(());
        }
    }

    /// Until `stop`: polls the change numbers of all watched spaces in one statement, and wakes their readers.
    pub(super) async fn follow(self, store: Arc<Store>, stop: CancellationToken) {
        let following = async {
            let mut looked: Option<Instant> = None;
            loop {
                let spaces: Vec<_> = self.spaces().keys().map(SpaceId::as_arc).collect();
                if spaces.is_empty() {
                    self.0.begun.notified().await;
                    continue;
                }
                let lately = looked.is_some_and(|looked| looked.elapsed() < PAUSE_ALONE);
                if lately && store.system_is_alone().await.unwrap_or(false) {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                let asked = Instant::now();
                looked = Some(asked);
                let pause = match store.system_list_numbers(&spaces).await {
                    Ok(numbers) => {
                        for (space, epoch, seq) in &numbers {
                            self.hear(space, *epoch, *seq);
                        }
                        (asked.elapsed() * PAUSE_FOR_EACH_ANSWER).clamp(PAUSE, LONGEST_PAUSE)
                    }
                    Err(error) => {
                        tracing::warn!(%error, "it cannot be heard now what has changed");
                        PAUSE_AFTER_FAILURE
                    }
                };
                tokio::time::sleep(pause).await;
            }
        };
        stop.run_until_cancelled(following).await;
    }

    fn hear(&self, space: &SpaceId, epoch: i64, seq: i64) {
        let mut spaces = self.spaces();
        let Some(watched) = spaces.get_mut(space) else {
            return;
        };
        // Also a smaller number: after a restore of the database, or for another account.
        let is_new = watched.seq != Some(seq) || watched.epoch.is_some_and(|old| old != epoch);
        watched.seq = Some(seq);
        watched.epoch = Some(epoch);
        if is_new {
            watched.bell.send_replace(());
        }
    }

    fn spaces(&self) -> MutexGuard<'_, Map<SpaceId, Watched>> {
        self.0.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(name: &str) -> SpaceId {
        SpaceId::stored(name)
    }

    #[tokio::test]
    async fn a_watcher_is_woken_for_what_came_before_it_was_asked() {
        let watches = Watches::default();
        let mut ear = watches.watch(&space("ada"));
        watches.wake(&space("ada"), 1);
        ear.changed().await;
    }

    #[tokio::test]
    async fn nobody_is_woken_for_another_space_or_twice_for_one_change() {
        let watches = Watches::default();
        let mut ear = watches.watch(&space("ada"));
        watches.wake(&space("bob"), 1);
        assert!(!ear.ear.has_changed().unwrap());
        watches.wake(&space("ada"), 7);
        ear.changed().await;
        watches.hear(&space("ada"), 1, 7);
        assert!(!ear.ear.has_changed().unwrap());
        watches.hear(&space("ada"), 1, 8);
        assert!(ear.ear.has_changed().unwrap());
        // After a restore of the database.
        ear.changed().await;
        watches.hear(&space("ada"), 1, 3);
        assert!(ear.ear.has_changed().unwrap());
    }

    #[test]
    fn nothing_is_left_of_a_space_that_nobody_watches() {
        let watches = Watches::default();
        let (first, second) = (watches.watch(&space("ada")), watches.watch(&space("ada")));
        drop(first);
        assert_eq!(watches.spaces().len(), 1);
        drop(second);
        assert_eq!(watches.spaces().len(), 0);
    }
}
