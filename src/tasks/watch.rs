//! Who waits for changes of which user, and waking them: this process's own writes at once, those of others, and those
//! whose caller has gone before they were done, by asking for the numbers of the watched users.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::model::UserId;
use super::operation::{Done, Written};
use crate::store::Store;

/// How long the database is left alone between two questions, while anybody waits: the shorter time if asking is quick,
/// and else so long that asking for many users takes a small part of the time. Writes of others are to be heard of
/// within 200 ms.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(180);
const PAUSE_FOR_EACH_ANSWER: u32 = 20;

/// How long nothing is asked of the users where nobody else can write: then it is only what was written after its caller
/// had gone.
const PAUSE_ALONE: Duration = Duration::from_secs(1);

/// How long it is left alone after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Those who wait. Holds nothing for a user for whom nobody waits.
#[derive(Clone, Default)]
pub(super) struct Watches(Arc<Inner>);

#[derive(Default)]
struct Inner {
    users: Mutex<HashMap<UserId, Watched>>,
    /// Told when there is somebody new.
    begun: Notify,
}

struct Watched {
    bell: watch::Sender<()>,
    /// The latest change that those who wait were woken for; `None` before the first.
    seq: Option<i64>,
}

/// Somebody who waits. What happens after it was made is not missed, whenever it is asked.
pub struct Watcher {
    user: UserId,
    ear: watch::Receiver<()>,
    watches: Watches,
}

impl Watcher {
    /// Ends when something may have changed since it last did, or since the watcher was made.
    pub async fn changed(&mut self) {
        if self.ear.changed().await.is_err() {
            // Cannot be: the bell stays while there is an ear. If it were, there would be nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut users = self.watches.users();
        // Under the lock nobody comes or goes, and this ear still counts.
        if let Entry::Occupied(entry) = users.entry(self.user.clone())
            && entry.get().bell.receiver_count() <= 1
        {
            entry.remove();
        }
    }
}

impl Watches {
    pub(super) fn watch(&self, user: &UserId) -> Watcher {
        let ear = {
            let mut users = self.users();
            let watched = users.entry(user.clone()).or_insert_with(|| Watched {
                bell: watch::Sender::new(()),
                seq: None,
            });
            watched.bell.subscribe()
        };
        self.0.begun.notify_one();
        Watcher {
            user: user.clone(),
            ear,
            watches: self.clone(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.users().len()
    }

    /// After a write of this process.
    pub(super) fn wake(&self, user: &UserId, seq: i64) {
        if let Some(watched) = self.users().get_mut(user) {
            watched.seq = watched.seq.max(Some(seq));
            watched.bell.send_replace(());
        }
    }

    /// Until `stop`: wakes for what was written and not said here, by one question for all who are watched.
    pub(super) async fn follow(self, store: Arc<Store>, stop: CancellationToken) {
        let following = async {
            let mut looked: Option<Instant> = None;
            loop {
                let users: Vec<_> = self.users().keys().map(UserId::as_arc).collect();
                if users.is_empty() {
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
                let pause = match store.system_list_seqs(&users).await {
                    Ok(seqs) => {
                        for (user, seq) in &seqs {
                            self.hear(user, *seq);
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

    fn hear(&self, user: &str, seq: i64) {
        let Some(user) = UserId::parse(user) else {
            return;
        };
        if let Some(watched) = self.users().get_mut(&user)
            && watched.seq != Some(seq)
        {
            watched.seq = Some(seq);
            watched.bell.send_replace(());
        }
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserId, Watched>> {
        self.0.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The latest change that some work made, if it made any.
pub(super) fn latest_change(done: &Done, is_atomic: bool) -> Option<i64> {
    let Done::Now(outcomes, _) = done else {
        return None;
    };
    // One alone that was refused has changed nothing; of several, all were taken back.
    if is_atomic && outcomes.iter().any(Result::is_err) {
        return None;
    }
    let changed = outcomes
        .iter()
        .flatten()
        .filter_map(|written| match written {
            Written::Created(task) | Written::Changed(task) | Written::Deleted(task) => {
                Some(task.seq)
            }
            Written::Unchanged(_) => None,
        });
    changed.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> UserId {
        UserId::parse(name).unwrap()
    }

    #[tokio::test]
    async fn a_watcher_is_woken_for_what_came_before_it_was_asked() {
        let watches = Watches::default();
        let mut ear = watches.watch(&user("ada"));
        watches.wake(&user("ada"), 1);
        ear.changed().await;
    }

    #[tokio::test]
    async fn nobody_is_woken_for_another_user_or_twice_for_one_change() {
        let watches = Watches::default();
        let mut ear = watches.watch(&user("ada"));
        watches.wake(&user("bob"), 1);
        assert!(!ear.ear.has_changed().unwrap());
        watches.wake(&user("ada"), 7);
        ear.changed().await;
        watches.hear("ada", 7);
        assert!(!ear.ear.has_changed().unwrap());
        watches.hear("ada", 8);
        assert!(ear.ear.has_changed().unwrap());
        // A database that was put back to an earlier state.
        ear.changed().await;
        watches.hear("ada", 3);
        assert!(ear.ear.has_changed().unwrap());
    }

    #[test]
    fn nothing_is_left_of_a_user_whom_nobody_watches() {
        let watches = Watches::default();
        let (first, second) = (watches.watch(&user("ada")), watches.watch(&user("ada")));
        drop(first);
        assert_eq!(watches.users().len(), 1);
        drop(second);
        assert_eq!(watches.users().len(), 0);
    }
}
