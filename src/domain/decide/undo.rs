//! Undo: restores what a change replaced, together with all changes of the same batch. Later changes of other members
//! stay; a later change of the same member is a conflict.

use super::draft::Drafting;
use super::kept::Kept;
use super::trash::{self, parents_first};
use crate::domain::change::{Change, Kind};
use crate::domain::content::{Content, RecordPatch};
use crate::domain::state::Need;
use crate::domain::work::{Outcome, Written};
use crate::domain::{
    ItemId, ListContent, ListId, Map, Record, Refusal, Set, Task, TaskId, Timestamp,
};

pub(super) fn undo(drafting: &mut Drafting<'_>, seq: i64, since: Timestamp) -> Vec<Outcome> {
    let forgotten = drafting.state.account.forgotten_seq;
    // Of changes that were swept, only the latest of each item is there.
    let is_kept = |change: &&Change| change.at >= since && change.seq > forgotten;
    let Some(change) = drafting.change(seq).filter(is_kept).cloned() else {
        return vec![Err(Refusal::ChangeNotFound)];
    };
    let together: Vec<Change> = drafting.made_with(&change).into_iter().cloned().collect();
    // From what was changed last to the first.
    let mut changes: Map<ItemId, Vec<&Change>> = Map::default();
    for change in &together {
        changes
            .entry(change.replaced.item())
            .or_default()
            .push(change);
    }
    let mut seen = Set::default();
    let last_first = together.iter().rev().map(|change| change.replaced.item());
    let items = last_first.filter(|item| seen.insert(*item));
    let (mut lists, mut tasks, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        let own = &changes[&item];
        match item {
            ItemId::List(id) => match plan::<ListContent>(drafting, id, own) {
                Ok(plan) => lists.extend(plan),
                Err(refusal) => outcomes.push(Err(refusal)),
            },
            ItemId::Task(id) => match plan::<Content>(drafting, id, own) {
                Ok(plan) => tasks.extend(plan),
                Err(refusal) => outcomes.push(Err(refusal)),
            },
        }
    }
    // What was created since in a list, or below a task, that is removed again, is removed with it.
    let along = match go_along(drafting, &lists, &tasks) {
        Ok(along) => along,
        Err(refusal) => return vec![Err(refusal)],
    };
    // A reference that one of them gives up, another may have had before.
    for plan in &tasks {
        drafting.release(&plan.old, &plan.new);
    }
    for plan in lists {
        outcomes.push(Ok(take_back(drafting, plan)));
    }
    // A task that comes back needs its parent first.
    let order = parents_first(tasks.iter().map(|plan| plan.new.clone()).collect());
    let mut plans: Map<TaskId, _> = tasks.into_iter().map(|it| (it.new.id, it)).collect();
    for task in order {
        if let Some(plan) = plans.remove(&task.id) {
            let own = |id| plans.contains_key(&id);
            match take_task_back(drafting, plan, own) {
                Ok(written) => outcomes.extend(written.into_iter().map(Ok)),
                Err(refusal) => outcomes.push(Err(refusal)),
            }
        }
    }
    match throw_away_what_is_left(drafting, &along) {
        Ok(gone) => outcomes.extend(gone.into_iter().map(|it| Ok(Written::Deleted(it.into())))),
        Err(refusal) => outcomes.push(Err(refusal)),
    }
    outcomes.extend(drafting.check_growth().err().map(Err));
    outcomes
}

/// Those of the tasks that are still below something in the trash, or in it: others have gone back to where they were
/// before.
fn throw_away_what_is_left(
    drafting: &mut Drafting<'_>,
    along: &[TaskId],
) -> Result<Vec<Task>, Refusal> {
    let mut gone = Vec::new();
    let tasks = along
        .iter()
        .filter_map(|id| drafting.find_live::<Content>(*id));
    for task in parents_first(tasks.cloned().collect()) {
        let content = &task.content;
        let parent = content
            .parent_id
            .and_then(|id| drafting.find::<Content>(id));
        let list = content
            .list_id
            .and_then(|id| drafting.find::<ListContent>(id));
        if parent.is_some_and(Record::is_deleted) || list.is_some_and(Record::is_deleted) {
            gone.extend(trash::throw_all_away(drafting, vec![task.id])?);
        }
    }
    Ok(gone)
}

/// The tasks that are below what goes into the trash, or in it.
fn go_along(
    drafting: &Drafting<'_>,
    lists: &[Plan<ListContent>],
    tasks: &[Plan<Content>],
) -> Result<Vec<TaskId>, Refusal> {
    let mut along = Vec::new();
    let gone = lists
        .iter()
        .filter(|plan| plan.goes())
        .map(|plan| plan.old.id);
    let gone: Set<ListId> = gone.collect();
    for list in &gone {
        along.extend(drafting.in_list(*list)?);
    }
    let going: Map<TaskId, &Task> = tasks
        .iter()
        .filter(|plan| plan.goes())
        .map(|plan| (plan.old.id, &plan.old))
        .collect();
    for task in going.values() {
        let content = &task.content;
        let is_in = content.list_id.is_some_and(|list| gone.contains(&list));
        let is_below = content
            .parent_id
            .is_some_and(|parent| going.contains_key(&parent));
        // Else what is below is found from above.
        if !is_in && !is_below {
            along.extend(drafting.below(task.id)?);
        }
    }
    Ok(along)
}

/// What some changes of one item that were made together have to be taken back to.
struct Reversal<P> {
    first: i64,
    last: i64,
    /// Whether it was there, and not in the trash, before the first; nothing if none moved it.
    was_present: Option<bool>,
    was_made: bool,
    /// Whether it only made room for another.
    is_spread: bool,
    before: P,
}

impl<P: RecordPatch> Reversal<P> {
    /// Of changes in their order.
    fn of<C: Kept<Patch = P>>(changes: &[&Change]) -> Self {
        let mut reversal = Self {
            first: 0,
            last: 0,
            was_present: None,
            was_made: false,
            is_spread: true,
            before: P::default(),
        };
        let mut first_kind = None;
        let mut moved = false;
        for change in changes {
            let Some((_, before)) = C::before(&change.replaced) else {
                continue;
            };
            if first_kind.is_none() {
                reversal.first = change.seq;
            }
            let first_kind = *first_kind.get_or_insert(change.kind);
            reversal.was_made = first_kind == Kind::Created;
            reversal.is_spread &= change.kind == Kind::Spread;
            moved |= change.kind.moves();
            reversal.last = change.seq;
            reversal.before.fill(before);
        }
        if moved {
            reversal.was_present = first_kind.map(Kind::was_present);
        }
        reversal
    }

    /// The latest later change that is a conflict. One that was undone, and its undo, are not; nor is a change
    /// that only made room for another task.
    fn conflict<C: Kept<Patch = P>>(&self, is_deleted: bool, later: &[Change]) -> Option<i64> {
        let mut later: Vec<&Change> = later
            .iter()
            .filter(|change| change.seq > self.last && change.kind != Kind::Spread)
            .collect();
        later.sort_by_key(|change| std::cmp::Reverse(change.seq));
        let mut undone: Set<i64> = Set::default();
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
            let before = C::before(&change.replaced);
            let same = before.is_some_and(|(_, before)| before.meets(&self.before));
            let moves = change.kind.moves() && (self.was_present.is_some() || is_deleted);
            if self.was_made || same || moves {
                return Some(change.seq);
            }
        }
        None
    }
}

/// What happens to a task or a list.
struct Plan<C: Kept> {
    old: Record<C>,
    new: Record<C>,
    undoes: i64,
}

impl<C: Kept> Plan<C> {
    /// Whether it goes into the trash.
    fn goes(&self) -> bool {
        self.new.is_deleted() && !self.old.is_deleted()
    }
}

/// Nothing, where something made room and has changed since.
fn plan<C: Kept>(
    drafting: &Drafting<'_>,
    id: C::Id,
    changes: &[&Change],
) -> Result<Option<Plan<C>>, Refusal> {
    let reversal: Reversal<C::Patch> = Reversal::of::<C>(changes);
    // Without it, what could be undone was swept.
    let old = drafting.find::<C>(id).cloned();
    let old = old.ok_or(Refusal::ChangeNotFound)?;
    let later = drafting.later::<C>(&old, reversal.last);
    if let Some(seq) = reversal.conflict::<C>(old.is_deleted(), later) {
        return if reversal.is_spread {
            Ok(None)
        } else {
            Err(Refusal::ChangedSince(seq))
        };
    }
    let mut new = old.clone();
    new.content.change(&reversal.before);
    new.deleted_at = match reversal.was_present {
        Some(true) => None,
        Some(false) => old.deleted_at.or(Some(drafting.work.now)),
        None => old.deleted_at,
    };
    Ok(Some(Plan {
        old,
        new,
        undoes: reversal.first,
    }))
}

/// The latest change after the creation `made` that prevents undoing it.
pub(super) fn change_since<C: Kept>(
    drafting: &Drafting<'_>,
    record: &Record<C>,
    made: i64,
) -> Option<i64> {
    let reversal = Reversal {
        first: made,
        last: made,
        was_present: Some(false),
        was_made: true,
        is_spread: false,
        before: C::Patch::default(),
    };
    let later = drafting.later::<C>(record, made);
    reversal.conflict::<C>(record.is_deleted(), later)
}

fn take_back<C: Kept>(drafting: &mut Drafting<'_>, plan: Plan<C>) -> Written {
    let Plan { old, new, undoes } = plan;
    if new == old {
        return Written::Unchanged(C::item(old));
    }
    let new = drafting.replace(&old, new, Some(undoes));
    if new.is_deleted() {
        Written::Deleted(C::item(new))
    } else {
        Written::Changed(C::item(new))
    }
}

/// A task, and what comes along with it into another list; those that have changes of their own to be taken back are
/// still to come.
fn take_task_back(
    drafting: &mut Drafting<'_>,
    mut plan: Plan<Content>,
    is_to_come: impl Fn(TaskId) -> bool,
) -> Result<Vec<Written>, Refusal> {
    let (old, new) = (&plan.old, &mut plan.new);
    new.content.check().map_err(Refusal::UndoBreaks)?;
    let is_back = old.is_deleted();
    if !new.is_deleted() {
        let id = old.id;
        let parent = new.content.parent_id;
        let parent = parent.and_then(|parent| drafting.find_live::<Content>(parent));
        let is_apart = parent.is_some_and(|it| it.content.list_id != new.content.list_id);
        if is_back || is_apart || new.shelf() != old.shelf() {
            let height = || if is_back { Ok(1) } else { drafting.height(id) };
            drafting.settle(new, height, Refusal::UndoBreaks)?;
        }
    }
    let leaves = !is_back && !new.is_deleted() && new.content.list_id != old.content.list_id;
    drafting.claim(Some(&plan.old), &plan.new)?;
    let (id, list) = (plan.new.id, plan.new.content.list_id);
    let mut written = vec![take_back(drafting, plan)];
    if leaves {
        let along = drafting.go_along(id, list, is_to_come)?;
        written.extend(along.into_iter().map(|it| Written::Changed(it.into())));
    }
    Ok(written)
}

impl Drafting<'_> {
    /// The changes of an item after a given change.
    fn later<C: Kept>(&self, record: &Record<C>, after: i64) -> &[Change] {
        if record.seq <= after {
            return &[];
        }
        let item = C::item_id(record.id);
        let Some(later) = self.state.later.get(&item) else {
            self.lack(Need::Later {
                item,
                after,
                latest: record.seq,
            });
            return &[];
        };
        later
    }
}
