//! Undoes an import: its records go into the trash, from the last to the first, so that children go before
//! their parents. What somebody has changed since stays, and so does everything above it.

use crate::domain::limits::BATCH_OPERATIONS;
use crate::domain::{
    Author, Deed, Done, ImportId, ItemId, Operation, Operations, Refusal, SpaceId, Written,
};
use crate::error::{Error, Result};
use crate::tasks::{Request, Tasks};

/// How many of the records that stay are listed, with the reason.
const MOST_KEPT: usize = 100;

/// A record that stays after the undo, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub item: ItemId,
    pub why: Refusal,
}

/// The report of an undo of an import.
#[derive(Clone, Debug, Default)]
pub struct Reversed {
    pub tasks_removed: usize,
    pub lists_removed: usize,
    /// They were in the trash already, or are gone.
    pub gone: usize,
    pub kept: usize,
    /// The first of them.
    pub told: Vec<Kept>,
}

impl Tasks {
    /// Undoes an import.
    ///
    /// # Errors
    /// [`Refusal::ImportNotFound`] if it has made nothing, or its changes are older than the retention;
    /// [`Refusal::ImportInFlight`].
    pub async fn undo_import(
        &self,
        space: &SpaceId,
        author: Author,
        import: ImportId,
    ) -> Result<Reversed> {
        let _turn = self.import_turn(space)?;
        // Works of a space are done in their order: what is left of an interrupted import is done before this.
        self.take_back(space, &author, &[]).await?;
        let since = self.kept_since();
        let mut reversed = Reversed::default();
        let mut before = None;
        loop {
            let made = self
                .store
                .list_imported(space, import, before, since, BATCH_OPERATIONS)
                .await?;
            let Some((last, _)) = made.last() else {
                break;
            };
            before = Some(*last);
            let outcomes = self.take_back(space, &author, &made).await?;
            for ((_, item), outcome) in made.into_iter().zip(outcomes) {
                reversed.note(item, outcome);
            }
        }
        if before.is_none() {
            return Err(Refusal::ImportNotFound.into());
        }
        Ok(reversed)
    }

    async fn take_back(
        &self,
        space: &SpaceId,
        author: &Author,
        made: &[(i64, ItemId)],
    ) -> Result<Vec<crate::domain::Outcome>> {
        let list = made.iter().map(|(made, item)| Operation::TakeBack {
            item: *item,
            made: *made,
        });
        let operations = Operations {
            list: list.collect(),
            atomic: false,
            dry_run: false,
        };
        let request = Request {
            space: space.clone(),
            author: author.clone(),
            deed: Deed::Operate(operations),
            key: None,
            encode: None,
            bytes: made.len() * 64,
        };
        match self.apply(request).await?.done {
            Done::Now(outcomes) => Ok(outcomes),
            _ => Err(Error::Internal("an undo was told of something else".into())),
        }
    }
}

impl Reversed {
    fn note(&mut self, item: ItemId, outcome: crate::domain::Outcome) {
        match (outcome, item) {
            (Ok(Written::Deleted(_)), ItemId::Task(_)) => self.tasks_removed += 1,
            (Ok(Written::Deleted(_)), ItemId::List(_)) => self.lists_removed += 1,
            (Ok(_) | Err(Refusal::NotFound(_)), _) => self.gone += 1,
            (Err(why), _) => {
                self.kept += 1;
                if self.told.len() < MOST_KEPT {
                    self.told.push(Kept { item, why });
                }
            }
        }
    }
}
