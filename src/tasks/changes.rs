//! What has changed since somebody last looked: in order, nothing left out, nothing told twice.

use std::future::Future;

use super::Tasks;
use super::model::{Task, UserId};
use super::watch::Watcher;
use crate::error::{Error, Result};

/// How far somebody has read a user's changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the last change that was read.
    pub position: i64,
    /// While a full copy is read: the number of the latest change at its start. What was deleted before was never
    /// part of the copy, so nobody has to be told.
    pub copy_until: i64,
}

impl Place {
    /// Nothing that was deleted up to here concerns whoever stands here.
    pub fn known_until(self) -> i64 {
        self.position.max(self.copy_until)
    }
}

/// What an account knows of its changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The latest change.
    pub seq: i64,
    /// The latest change whose trace was swept.
    pub swept_seq: i64,
}

/// Some changes, and where to go on.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// In the order of their latest change; those that are in the trash were deleted.
    pub tasks: Vec<Task>,
    pub next: Place,
    pub has_more: bool,
}

impl Tasks {
    /// At most `limit` changes from `since` on. Without `since` a full copy begins.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] if something that happened since cannot be told any more.
    pub async fn changes(
        &self,
        user: &UserId,
        since: Option<Place>,
        limit: usize,
    ) -> Result<ChangePage> {
        let place = match since {
            Some(place) => place,
            // Before the copy is read: what is deleted from now on will be told.
            None => Place {
                position: 0,
                copy_until: self.store.find_numbers(user).await?.seq,
            },
        };
        // One more than asked for tells whether there is more.
        let (mut tasks, numbers) = self.store.list_changes(user, place, limit + 1).await?;
        let Some(numbers) = numbers else {
            // Read later, so they may know of changes that were not there: the place must not move up to them.
            is_within(place, self.store.find_numbers(user).await?)?;
            let position = place.known_until();
            return Ok(ChangePage {
                tasks,
                next: Place { position, ..place },
                has_more: false,
            });
        };
        is_within(place, numbers)?;
        let has_more = tasks.len() > limit;
        tasks.truncate(limit);
        let position = match tasks.last() {
            Some(last) if has_more => last.seq,
            _ => numbers.seq,
        };
        Ok(ChangePage {
            tasks,
            next: Place { position, ..place },
            has_more,
        })
    }

    /// As [`Tasks::changes`], but waits until there is something, or `patience` is over.
    pub async fn await_changes(
        &self,
        user: &UserId,
        since: Place,
        limit: usize,
        patience: impl Future<Output = ()>,
    ) -> Result<ChangePage> {
        // Before the first look, so that nothing slips in between.
        let mut watcher = self.watch(user);
        let waiting = async {
            loop {
                let page = self.changes(user, Some(since), limit).await?;
                if !page.tasks.is_empty() {
                    return Ok(page);
                }
                watcher.changed().await;
            }
        };
        tokio::select! {
            page = waiting => page,
            () = patience => self.changes(user, Some(since), limit).await,
        }
    }

    /// Where somebody stands who wants to hear of what comes from now on, or of all since a place.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] if something that happened since cannot be told any more.
    pub async fn place(&self, user: &UserId, since: Option<Place>) -> Result<Place> {
        let numbers = self.store.find_numbers(user).await?;
        match since {
            Some(place) => is_within(place, numbers).map(|()| place),
            None => Ok(Place {
                position: numbers.seq,
                copy_until: 0,
            }),
        }
    }

    /// Wakes whoever holds it when something of the user's has changed.
    pub fn watch(&self, user: &UserId) -> Watcher {
        self.watches.watch(user)
    }
}

fn is_within(place: Place, numbers: Numbers) -> Result<()> {
    // A number that was not given yet is of a database that was put back to an earlier state.
    if place.known_until() < numbers.swept_seq || place.known_until() > numbers.seq {
        return Err(Error::CursorExpired);
    }
    Ok(())
}
