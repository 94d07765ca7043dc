//! Undo: what a change replaced comes back, with all that was made together with it. Later changes of other members
//! stay; later changes of the same ones stand in the way.

use std::collections::HashSet;

use super::Drafting;
use crate::domain::change::{Change, Kind};
use crate::domain::content::Patch;
use crate::domain::work::{Outcome, Written};
use crate::domain::{Refusal, Task, TaskId, Timestamp};

pub(super) fn undo(drafting: &mut Drafting<'_>, seq: i64, since: Timestamp) -> Vec<Outcome> {
    let state = drafting.state;
    let found = state.changes.get(&seq).and_then(Option::as_ref);
    // Of what is forgotten, only the latest of each task is there.
    let is_kept = |change: &&Change| change.at >= since && change.seq > state.account.forgotten_seq;
    let Some(change) = found.filter(is_kept) else {
        return vec![Err(Refusal::ChangeNotFound)];
    };
    let together = state.made_with(change);
    // From the task that was changed last to the first.
    let mut seen = HashSet::new();
    let last_first = together.iter().rev().map(|change| change.task);
    let tasks: Vec<TaskId> = last_first.filter(|task| seen.insert(*task)).collect();
    let plan = |task| {
        let own = together.iter().copied();
        let reversal = Reversal::of(own.filter(|change| change.task == task));
        plan(drafting, task, &reversal)
    };
    let plans: Vec<_> = tasks.into_iter().map(plan).collect();
    // What one of them gives up, another may have had before.
    for plan in plans.iter().flatten() {
        drafting.release(&plan.old, &plan.new);
    }
    let take_back = |plan: Result<Plan, Refusal>| take_back(drafting, plan?);
    plans.into_iter().map(take_back).collect()
}

/// What some changes of one task that were made together have to be taken back to.
#[derive(Default)]
struct Reversal {
    first: i64,
    last: i64,
    /// Whether the task was there, and not in the trash, before the first; nothing if none moved it.
    was_present: Option<bool>,
    made_task: bool,
    before: Patch,
}

impl Reversal {
    /// Of changes in their order.
    fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut reversal = Self::default();
        let mut first_kind = None;
        let mut moved = false;
        for change in changes {
            if first_kind.is_none() {
                reversal.first = change.seq;
            }
            let first_kind = *first_kind.get_or_insert(change.kind);
            reversal.made_task = first_kind == Kind::Created;
            moved |= change.kind.moves();
            reversal.last = change.seq;
            reversal.before.fill(&change.before);
        }
        if moved {
            reversal.was_present = first_kind.map(Kind::was_present);
        }
        reversal
    }

    /// The latest of the later changes that stands in the way. One that was undone, and its undo, do not.
    fn conflict(&self, task: &Task, later: &[Change]) -> Option<i64> {
        let mut later: Vec<&Change> = later
            .iter()
            .filter(|change| change.seq > self.last)
            .collect();
        later.sort_by_key(|change| std::cmp::Reverse(change.seq));
        let mut undone: HashSet<i64> = HashSet::new();
        for change in &later {
            if undone.contains(&change.seq) {
                continue;
            }
            if let Some(seq) = change.undoes.filter(|seq| *seq > self.last) {
                let batch = later.iter().find(|other| other.seq == seq);
                let batch = batch.and_then(|other| other.batch);
                let taken_back = later
                    .iter()
                    .filter(|other| other.seq == seq || batch.is_some() && other.batch == batch);
                undone.extend(taken_back.map(|other| other.seq));
                continue;
            }
            let same = change.before.meets(&self.before);
            let moves = change.kind.moves() && (self.was_present.is_some() || task.is_deleted());
            if self.made_task || same || moves {
                return Some(change.seq);
            }
        }
        None
    }
}

/// What becomes of a task.
struct Plan {
    old: Task,
    new: Task,
    undoes: i64,
    /// What the new one replaces.
    before: Patch,
}

fn plan(drafting: &Drafting<'_>, id: TaskId, reversal: &Reversal) -> Result<Plan, Refusal> {
    // Without the task, what could be undone was swept.
    let old = drafting.task(id).ok_or(Refusal::ChangeNotFound)?.clone();
    let later = drafting.state.later.get(&id).map_or(&[][..], Vec::as_slice);
    if let Some(seq) = reversal.conflict(&old, later) {
        return Err(Refusal::ChangedSince(seq));
    }
    let mut new = old.clone();
    let before = new.content.change(&reversal.before);
    new.content.check().map_err(Refusal::UndoBreaks)?;
    new.deleted_at = match reversal.was_present {
        Some(true) => None,
        Some(false) => old.deleted_at.or(Some(drafting.work.now)),
        None => old.deleted_at,
    };
    Ok(Plan {
        old,
        new,
        undoes: reversal.first,
        before,
    })
}

fn take_back(drafting: &mut Drafting<'_>, plan: Plan) -> Outcome {
    let Plan { old, new, .. } = plan;
    if new == old {
        return Ok(Written::Unchanged(old));
    }
    drafting.claim(Some(&old), &new)?;
    let new = drafting.replace(&old, new, Some(plan.undoes), plan.before);
    Ok(if new.is_deleted() {
        Written::Deleted(new)
    } else {
        Written::Changed(new)
    })
}
