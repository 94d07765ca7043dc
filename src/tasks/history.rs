//! What happened to a task, and how it is undone.

use serde::Serialize;
use utoipa::ToSchema;

use super::Tasks;
use super::model::{Description, TaskId, Title, UserId};
use super::operation::Operation;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// What a change did to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Created,
    Changed,
    /// Put into the trash.
    Deleted,
    /// Taken out of the trash.
    Restored,
}

/// One change of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastChange {
    /// The number of the change among all of the user's: what `undo` takes.
    #[schema(minimum = 1)]
    pub seq: i64,
    pub kind: Kind,
    /// RFC 3339, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The identity of the token that made the change.
    pub actor: String,
    /// The `X-Request-Id` of the request that made the change.
    pub request_id: String,
    /// The number of the change that this one undid; only there if it is an undo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub undoes: Option<i64>,
    /// What the change replaced; `null` where there was no task before.
    #[schema(required)]
    pub before: Option<Before>,
}

/// A task's content before a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Before {
    #[schema(value_type = String)]
    pub title: Title,
    #[schema(value_type = Option<String>, required)]
    pub description: Option<Description>,
    pub completed: bool,
}

/// A part of a task's history, and the number of the change where the next part begins.
pub struct HistoryPage {
    pub changes: Vec<PastChange>,
    /// `None` on the last page.
    pub next: Option<i64>,
}

/// A change among those that were made together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    pub seq: i64,
    pub task: TaskId,
}

impl Tasks {
    /// At most `limit` changes of a task, newest first, from the change `from` on.
    ///
    /// # Errors
    /// [`Error::TaskNotFound`]; a task in the trash has a history.
    pub async fn list_history(
        &self,
        user: &UserId,
        id: TaskId,
        from: Option<i64>,
        limit: usize,
    ) -> Result<HistoryPage> {
        // One more than asked for tells whether there is a next page.
        let since = self.kept_since();
        let mut changes = self
            .store
            .list_history(user, id, from, limit + 1, since)
            .await?;
        // The changes of a task that is there may have been swept, or made before there was a history.
        if changes.is_empty() && self.store.find_any_task(user, id).await?.is_none() {
            return Err(Error::TaskNotFound);
        }
        let next = changes.get(limit).map(|change| change.seq);
        changes.truncate(limit);
        Ok(HistoryPage { changes, next })
    }

    /// What undoes a change, with all that was made together with it; `None` if there is no such change.
    pub async fn find_reversal(&self, user: &UserId, seq: i64) -> Result<Option<Vec<Operation>>> {
        let made = self
            .store
            .find_change_and_batch(user, seq, self.kept_since())
            .await?;
        Ok((!made.is_empty()).then(|| reversal(&made)))
    }

    /// What is older is no longer told, whether it was swept already or not: so a batch goes at once.
    fn kept_since(&self) -> Timestamp {
        self.clock.now().minus(self.retention)
    }
}

/// For each task, from the last to the first, back to before its first change.
fn reversal(made: &[Made]) -> Vec<Operation> {
    // Each task at its last change: its first one is looked up from there.
    let mut firsts = std::collections::HashMap::new();
    for change in made {
        firsts.entry(change.task).or_insert(change.seq);
    }
    let last_first = made.iter().rev();
    let revert = last_first.filter_map(|last| {
        Some(Operation::Revert {
            id: last.task,
            to: firsts.remove(&last.task)?,
            latest: last.seq,
        })
    });
    revert.collect()
}
