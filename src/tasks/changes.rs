//! What has changed since a cursor: in order, nothing missing, nothing twice.

use std::future::Future;

use super::Tasks;
use super::watch::Watcher;
use crate::domain::{Account, Item, Noun, Refusal, SpaceId};
use crate::error::Result;

/// The most changes that are read for one page: those that were overtaken by later ones are skipped.
const WINDOW: i64 = 5_000;

/// How many such windows, until a page is given even if it is empty.
const MOST_WINDOWS: usize = 20;

/// The kinds of records that a reader wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    pub tasks: bool,
    pub lists: bool,
}

impl Default for Kinds {
    /// Only tasks: the default.
    fn default() -> Self {
        Self {
            tasks: true,
            lists: false,
        }
    }
}

impl Kinds {
    fn contain(self, others: Self) -> bool {
        (self.tasks || !others.tasks) && (self.lists || !others.lists)
    }

    fn nouns(self) -> impl Iterator<Item = Noun> {
        let nouns = [(self.tasks, Noun::Task), (self.lists, Noun::List)];
        nouns
            .into_iter()
            .filter_map(|(is_asked, noun)| is_asked.then_some(noun))
    }
}

/// How far a reader has read the changes of a space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Of the account whose changes they are; nothing, if there was none yet.
    pub epoch: Option<i64>,
    /// The number of the last change that was read.
    pub position: i64,
    /// While a full copy is read: the number of the latest change at its start. What was deleted before was never
    /// part of the copy, so the reader need not know.
    pub copy_until: i64,
    /// Changes of other kinds were skipped.
    pub kinds: Kinds,
}

impl Reached {
    /// Deletions up to here do not concern a reader at this position.
    fn known_until(self) -> i64 {
        self.position.max(self.copy_until)
    }
}

/// Some changes, and where to go on.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// In the order of their latest change; those that are in the trash were deleted.
    pub items: Vec<Item>,
    pub next: Reached,
    /// If not, all that was committed before the question is in the pages up to this one.
    pub has_more: bool,
}

impl Tasks {
    /// At most `limit` changes of these kinds from `since` on. Without `since` a full copy begins.
    ///
    /// # Errors
    /// [`Refusal::CursorExpired`] if changes since then are no longer available, or were skipped.
    pub async fn changes(
        &self,
        space: &SpaceId,
        since: Option<Reached>,
        kinds: Kinds,
        limit: usize,
    ) -> Result<ChangePage> {
        // Before anything is read: later changes are for the next page.
        let account = self.store.find_account(space).await?;
        let since = since.unwrap_or_else(|| Reached {
            epoch: known_epoch(&account),
            position: 0,
            copy_until: account.seq,
            kinds,
        });
        check(since, kinds, &account)?;
        let (mut position, mut latest) = (since.position, account.seq);
        let mut items = Vec::new();
        for _ in 0..MOST_WINDOWS {
            if position >= account.seq {
                break;
            }
            let until = account.seq.min(position + WINDOW);
            // One more than asked for tells whether there is more.
            for noun in kinds.nouns() {
                let numbers = position + 1..=until;
                let copied = since.copy_until;
                let reading = self
                    .store
                    .list_changes(space, noun, numbers, copied, limit + 1);
                items.extend(reading.await?);
            }
            items.sort_by_key(Item::seq);
            let more = items.len() > limit;
            items.truncate(limit);
            position = match items.last() {
                Some(last) if more => last.seq(),
                _ => until,
            };
            if !items.is_empty() {
                break;
            }
        }
        if position > since.position {
            let now = self.store.find_account(space).await?;
            // What was swept while it was read is not in it.
            check(since, kinds, &now)?;
            // Nor is what was changed again: that stands behind it, and whoever reads to the end must find it there.
            latest = now.seq;
        }
        Ok(ChangePage {
            items,
            next: Reached {
                epoch: known_epoch(&account),
                position,
                copy_until: since.copy_until,
                kinds,
            },
            has_more: position < latest,
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
        // Before the first read, so that no change is missed in between.
        let mut watcher = self.watch(space);
        let waiting = async {
            loop {
                let page = self.changes(space, Some(since), since.kinds, limit).await?;
                if !page.items.is_empty() || page.has_more {
                    return Ok(page);
                }
                watcher.changed().await;
            }
        };
        tokio::select! {
            page = waiting => page,
            () = patience => self.changes(space, Some(since), since.kinds, limit).await,
        }
    }

    /// The position of a reader who wants all changes from now on, or since a cursor.
    ///
    /// # Errors
    /// [`Refusal::CursorExpired`] if changes since then are no longer available.
    pub async fn reached(
        &self,
        space: &SpaceId,
        since: Option<Reached>,
        kinds: Kinds,
    ) -> Result<Reached> {
        let account = self.store.find_account(space).await?;
        match since {
            Some(since) => check(since, kinds, &account).map(|()| Reached { kinds, ..since }),
            None => Ok(Reached {
                epoch: known_epoch(&account),
                position: account.seq,
                copy_until: 0,
                kinds,
            }),
        }
    }

    /// As [`Tasks::watch`], for a stream.
    ///
    /// # Errors
    /// [`Refusal::TooManyStreams`]
    pub fn watch_stream(&self, space: &SpaceId) -> Result<Watcher> {
        let watcher = self.watches.watch_stream(space);
        Ok(watcher.ok_or(Refusal::TooManyStreams)?)
    }

    /// A watcher: wakes its holder when something in the space has changed.
    pub fn watch(&self, space: &SpaceId) -> Watcher {
        self.watches.watch(space)
    }
}

fn known_epoch(account: &Account) -> Option<i64> {
    (*account != Account::default()).then_some(account.epoch)
}

fn check(since: Reached, kinds: Kinds, account: &Account) -> Result<()> {
    // From before there was an account, nothing was missed: it stands at 0.
    let is_of_another = since.epoch.is_some_and(|epoch| epoch != account.epoch);
    // A number that was not given yet comes from before a restore of the database.
    let known_until = since.known_until();
    let has_missed = since.epoch.is_some() && known_until < account.swept_seq;
    let was_passed_over = !since.kinds.contain(kinds);
    if is_of_another || has_missed || was_passed_over || known_until > account.seq {
        return Err(Refusal::CursorExpired.into());
    }
    Ok(())
}
