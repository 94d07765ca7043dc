//! Sweeping: removes for good what is older than the retention, in steps.

use super::draft::Drafting;
use super::kept::Kept;
use crate::domain::change::Change;
use crate::domain::content::Content;
use crate::domain::limits::SWEPT_CHANGES;
use crate::domain::state::Need;
use crate::domain::work::Done;
use crate::domain::{ItemId, ListContent, Record, Timestamp};

/// Removes the tasks and lists that were loaded for it.
pub(super) fn sweep_trash(drafting: &mut Drafting<'_>, until: Timestamp) -> Done {
    let state = drafting.state;
    if state.trash.is_none() {
        drafting.lack(Need::Trash { until });
    }
    if state.list_trash.is_none() {
        drafting.lack(Need::ListTrash { until });
    }
    let tasks = state.trash.as_deref().unwrap_or_default();
    let lists = state.list_trash.as_deref().unwrap_or_default();
    for task in tasks {
        remove::<Content>(drafting, task);
    }
    for list in lists {
        remove::<ListContent>(drafting, list);
    }
    let rows = tasks.len() + lists.len();
    Done::Swept {
        rows,
        more: rows > 0,
    }
}

fn remove<C: Kept>(drafting: &mut Drafting<'_>, record: &Record<C>) {
    let account = &mut drafting.draft.account;
    C::count(account, record, -1);
    account.swept_seq = account.swept_seq.max(record.seq);
    drafting.overtake(record.seq);
    C::drafted_mut(&mut drafting.draft).insert(record.id, None);
}

/// Looks at the oldest changes: up to one that was made at `until` or later, whatever later ones say, because clocks
/// differ; and up to the batch that would be cut. Removes those that a later one of the same item has overtaken: by the
/// others, a reader of the log finds the items.
pub(super) fn sweep_changes(drafting: &mut Drafting<'_>, until: Timestamp) -> Done {
    let nothing = Done::Swept {
        rows: 0,
        more: false,
    };
    let lack = |most: usize| {
        let count = most + 1;
        drafting.lack(Need::OldestChanges { count });
        nothing.clone()
    };
    let Some((asked, oldest)) = &drafting.state.oldest else {
        return lack(SWEPT_CHANGES);
    };
    // A batch goes whole, however long it is.
    let batch = oldest.first().and_then(|first| first.batch);
    let size = batch.map_or(0, |batch| usize::try_from(batch.size).unwrap_or(0));
    let most = size.max(SWEPT_CHANGES);
    if *asked <= most {
        return lack(most);
    }
    let old = oldest.iter().take_while(|change| change.at < until);
    let mut count = old.count().min(most);
    if let Some(batch) = oldest.get(count).and_then(|stays| stays.batch) {
        count = oldest[..count].partition_point(|change| change.seq < batch.first);
    }
    let first_left = oldest.get(count).map(|change| change.at);
    drafting.draft.account.changes_since = first_left;
    let Some(last) = oldest[..count].last() else {
        return nothing;
    };
    drafting.draft.account.forgotten_seq = last.seq;
    let is_latest = |change: &Change| {
        let seq = match change.replaced.item() {
            ItemId::Task(id) => drafting.find::<Content>(id).map(|task| task.seq),
            ItemId::List(id) => drafting.find::<ListContent>(id).map(|list| list.seq),
        };
        seq == Some(change.seq)
    };
    let overtaken = oldest[..count].iter().filter(|change| !is_latest(change));
    let removed: Vec<i64> = overtaken.map(|change| change.seq).collect();
    let rows = removed.len();
    drafting.draft.removed_changes = removed;
    Done::Swept {
        rows,
        more: first_left.is_some_and(|at| at < until),
    }
}
