//! One operation on all tasks that a filter selects.

use super::draft::Drafting;
use super::operate::operate_once;
use crate::domain::content::Content;
use crate::domain::matching::Matching;
use crate::domain::state::Need;
use crate::domain::work::{Operation, Outcome, Written};
use crate::domain::{Refusal, TaskId};

/// All or none of them. `operation` is meant for whichever task.
pub(super) fn operate_on_each(
    drafting: &mut Drafting<'_>,
    matching: &Matching,
    operation: &Operation,
) -> Outcome {
    let Some(ids) = drafting.matching(matching) else {
        // It is decided again when they are loaded.
        return Ok(Written::Each(Vec::new()));
    };
    let ids = ids?;
    let mut refused = None;
    for id in &ids {
        // A task that is below another one has gone along with it.
        if drafting.find_live::<Content>(*id).is_some() {
            let outcome = operate_once(drafting, &operation.of_task(*id));
            refused = refused.or(outcome.err());
        }
    }
    match refused {
        Some(refusal) => Err(refusal),
        None => Ok(Written::Each(ids)),
    }
}

impl Drafting<'_> {
    /// The tasks that are selected in the present state, newest first. `None` until all are loaded.
    fn matching(&self, matching: &Matching) -> Option<Result<Vec<TaskId>, Refusal>> {
        let most = matching.most();
        let loaded = self.state.matched(matching);
        let after = loaded.map(|matched| matched.last);
        let is_whole = loaded.is_some_and(|matched| matched.is_whole);
        if !is_whole && loaded.is_none_or(|matched| !matched.is_enough(most)) {
            self.lack(Need::Matching {
                matching: matching.clone(),
                after: after.flatten(),
            });
            return None;
        }
        let tasks = self.known::<Content>();
        let tasks = tasks.filter(|task| matching.asked().matches(task));
        let mut found: Vec<_> = tasks.map(|task| (task.created_at, task.id)).collect();
        if !is_whole || found.len() > most {
            return Some(Err(Refusal::TooManyMatch(most)));
        }
        found.sort_unstable();
        Some(Ok(found.into_iter().rev().map(|(_, id)| id).collect()))
    }
}

impl Operation {
    /// The same operation for this task.
    fn of_task(&self, task: TaskId) -> Self {
        let mut operation = self.clone();
        match &mut operation {
            Self::Change { id, .. }
            | Self::Complete { id, .. }
            | Self::Move { id, .. }
            | Self::Delete { id, .. } => *id = task,
            _ => {}
        }
        operation
    }
}
