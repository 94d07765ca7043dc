//! Sweeping: what was kept long enough goes for good, in steps.

use super::Drafting;
use crate::domain::Timestamp;
use crate::domain::change::Change;
use crate::domain::limits::SWEPT_CHANGES;

/// Removes the tasks that were loaded for it; gives how many.
pub(super) fn sweep_trash(drafting: &mut Drafting<'_>) -> usize {
    let tasks = drafting.state.trash.as_deref().unwrap_or_default();
    for task in tasks {
        let account = &mut drafting.draft.account;
        account.count(task, -1);
        account.swept_seq = account.swept_seq.max(task.seq);
        drafting.overtake(task);
        drafting.draft.tasks.insert(task.id, None);
    }
    tasks.len()
}

/// Looks at the oldest changes: up to one that was made at `until` or later, whatever later ones say, because clocks
/// differ; and up to the batch that would be cut. Removes those that a later one of the same task has overtaken, and
/// gives how many: by the others, a reader of the log finds the tasks.
pub(super) fn sweep_changes(drafting: &mut Drafting<'_>, until: Timestamp) -> usize {
    let oldest = drafting.state.oldest.as_deref().unwrap_or_default();
    let old = oldest.iter().take_while(|change| change.at < until);
    let mut count = old.count().min(SWEPT_CHANGES);
    if let Some(batch) = oldest.get(count).and_then(|stays| stays.batch) {
        count = oldest[..count].partition_point(|change| change.seq < batch.first);
    }
    let Some(last) = oldest[..count].last() else {
        return 0;
    };
    drafting.draft.account.forgotten_seq = last.seq;
    let is_latest = |change: &Change| {
        let task = drafting.state.task(change.task);
        task.is_some_and(|task| task.seq == change.seq)
    };
    let overtaken = oldest[..count].iter().filter(|change| !is_latest(change));
    let removed: Vec<i64> = overtaken.map(|change| change.seq).collect();
    drafting.draft.removed_changes = removed;
    drafting.draft.removed_changes.len()
}
