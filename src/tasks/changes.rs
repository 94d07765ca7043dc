//! What has changed since somebody last looked: in order, nothing left out, nothing told twice.

use std::future::Future;

use super::Tasks;
use super::watch::Watcher;
use crate::domain::{Account, Refusal, SpaceId, Task};
use crate::error::Result;

/// The most changes that are looked through for one page: those that were overtaken by later ones are passed over.
const WINDOW: i64 = 5_000;

/// How many such windows, until a page is given even if it is empty.
const MOST_WINDOWS: usize = 20;

/// How far somebody has read the changes of a space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Of the account whose changes they are; nothing, if there was none yet.
    pub epoch: Option<i64>,
    /// The number of the last change that was read.
    pub position: i64,
    /// While a full copy is read: the number of the latest change at its start. What was deleted before was never
    /// part of the copy, so nobody has to be told.
    pub copy_until: i64,
}

impl Reached {
    /// Nothing that was deleted up to here concerns whoever stands here.
    fn known_until(self) -> i64 {
        self.position.max(self.copy_until)
    }
}

/// Some changes, and where to go on.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// In the order of their latest change; those that are in the trash were deleted.
    pub tasks: Vec<Task>,
    pub next: Reached,
    pub has_more: bool,
}

impl Tasks {
    /// At most `limit` changes from `since` on. Without `since` a full copy begins.
    ///
    /// # Errors
    /// [`Refusal::CursorExpired`] if something that happened since cannot be told any more.
    pub async fn changes(
        &self,
        space: &SpaceId,
        since: Option<Reached>,
        limit: usize,
    ) -> Result<ChangePage> {
        // Before anything is read: what happens from now on will be told the next time.
        let account = self.store.find_account(space).await?;
        let since = since.unwrap_or_else(|| Reached {
            epoch: known_epoch(&account),
            position: 0,
            copy_until: account.seq,
        });
        check(since, &account)?;
        let mut position = since.position;
        let mut tasks = Vec::new();
        for _ in 0..MOST_WINDOWS {
            if position >= account.seq {
                break;
            }
            let until = account.seq.min(position + WINDOW);
            // One more than asked for tells whether there is more.
            let numbers = position + 1..=until;
            let reading = self
                .store
                .list_changes(space, numbers, since.copy_until, limit + 1);
            tasks = reading.await?;
            let more = tasks.len() > limit;
            tasks.truncate(limit);
            position = match tasks.last() {
                Some(last) if more => last.seq,
                _ => until,
            };
            if !tasks.is_empty() {
                break;
            }
        }
        if position > since.position {
            // What was swept while it was read is not in it.
            check(since, &self.store.find_account(space).await?)?;
        }
        Ok(ChangePage {
            tasks,
            next: Reached {
                epoch: known_epoch(&account),
                position,
                copy_until: since.copy_until,
            },
            has_more: position < account.seq,
        })
    }

    /// As [`Tasks::changes`], but waits until there is something, or `patience` is over.
    pub async fn await_changes(
        &self,
        space: &SpaceId,
        since: Reached,
        limit: usize,
        patience: impl Future<Output = ()>,
    ) -> Result<ChangePage> {
        // Before the first look, so that nothing slips in between.
        let mut watcher = self.watch(space);
        let waiting = async {
            loop {
                let page = self.changes(space, Some(since), limit).await?;
                if !page.tasks.is_empty() || page.has_more {
                    return Ok(page);
                }
                watcher.changed().await;
            }
        };
        tokio::select! {
            page = waiting => page,
            () = patience => self.changes(space, Some(since), limit).await,
        }
    }

    /// Where somebody stands who wants to hear of what comes from now on, or of all since a cursor.
    ///
    /// # Errors
    /// [`Refusal::CursorExpired`] if something that happened since cannot be told any more.
    pub async fn reached(&self, space: &SpaceId, since: Option<Reached>) -> Result<Reached> {
        let account = self.store.find_account(space).await?;
        match since {
            Some(since) => check(since, &account).map(|()| since),
            None => Ok(Reached {
                epoch: known_epoch(&account),
                position: account.seq,
                copy_until: 0,
            }),
        }
    }

    /// Wakes whoever holds it when something in the space has changed.
    pub fn watch(&self, space: &SpaceId) -> Watcher {
        self.watches.watch(space)
    }
}

fn known_epoch(account: &Account) -> Option<i64> {
    (*account != Account::default()).then_some(account.epoch)
}

fn check(since: Reached, account: &Account) -> Result<()> {
    // From before there was an account, nothing was missed: it stands at 0.
    let is_of_another = since.epoch.is_some_and(|epoch| epoch != account.epoch);
    // A number that was not given yet is of a database that was put back to an earlier state.
    let known_until = since.known_until();
    let has_missed = since.epoch.is_some() && known_until < account.swept_seq;
    if is_of_another || has_missed || known_until > account.seq {
        return Err(Refusal::CursorExpired.into());
    }
    Ok(())
}
