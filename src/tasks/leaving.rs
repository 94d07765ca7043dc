//! Removes a user: first all further writes are refused, then the rows are deleted in steps, the
//! account last. The sweeper continues a removal that was interrupted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Request, Tasks};
use crate::domain::{Author, Deed, Set, SpaceId};
use crate::error::Result;
use crate::store::Store;

/// The spaces that this process knows to be in removal.
#[derive(Clone, Default)]
pub struct Leaving(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Mostly there are none, and no lock is needed.
    count: AtomicUsize,
    spaces: Mutex<Set<SpaceId>>,
}

impl Leaving {
    fn contains(&self, space: &SpaceId) -> bool {
        self.0.count.load(Ordering::Acquire) > 0 && self.spaces().contains(space)
    }

    fn change(&self, change: impl FnOnce(&mut Set<SpaceId>)) {
        let mut spaces = self.spaces();
        change(&mut spaces);
        self.0.count.store(spaces.len(), Ordering::Release);
    }

    fn spaces(&self) -> MutexGuard<'_, Set<SpaceId>> {
        self.0.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes all rows of a marked space.
    pub(super) async fn finish(&self, store: &Store, space: &SpaceId) -> Result<()> {
        self.change(|spaces| _ = spaces.insert(space.clone()));
        // Another process may do the same.
        while !store.forget_some(space).await? && store.find_account(space).await?.is_leaving {
            // Other works go first.
            tokio::task::yield_now().await;
        }
        self.change(|spaces| _ = spaces.remove(space));
        Ok(())
    }
}

impl Tasks {
    /// Whether all of a space is being removed: then it is neither read nor written.
    pub fn is_leaving(&self, space: &SpaceId) -> bool {
        self.leaving.contains(space)
    }

    /// Shared with the sweeper, which continues interrupted removals.
    pub fn leaving(&self) -> Leaving {
        self.leaving.clone()
    }

    /// Removes a user with all data. It can be repeated.
    pub async fn remove_user(&self, space: &SpaceId, author: Author) -> Result<()> {
        let request = Request {
            space: space.clone(),
            author,
            deed: Deed::Leave,
            key: None,
            encode: None,
            bytes: 0,
        };
        self.apply(request).await?;
        if self.store.find_account(space).await?.is_leaving {
            self.leaving.finish(&self.store, space).await?;
        }
        // Open streams find out that the account is gone.
        self.watches.wake(space, i64::MAX);
        Ok(())
    }
}
