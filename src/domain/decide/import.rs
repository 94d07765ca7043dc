//! Import: tasks and lists that have their own ids and times, and the undo of an import.

use super::draft::Drafting;
use super::kept::Kept;
use super::undo;
use crate::domain::content::{Content, RecordContent};
use crate::domain::order::OrderKey;
use crate::domain::work::{Outcome, Written};
use crate::domain::{Imported, ItemId, ListContent, ListId, Record, Refusal, TaskId};

/// What is there already, also in the trash, stays as it is. Where the list or the parent is not there, or the parent
/// is too deep, it is the inbox or the top level; with `waits`, a task is refused as long as its parent is not there.
pub(super) fn import(
    drafting: &mut Drafting<'_>,
    imported: &Imported<Content>,
    waits: bool,
) -> Outcome {
    if let Some(found) = drafting.find::<Content>(imported.id) {
        return Ok(Written::Unchanged(found.clone().into()));
    }
    let mut task = imported.as_made_in(drafting);
    task.content.resume().map_err(Refusal::Breaks)?;
    task.content.check().map_err(Refusal::Breaks)?;
    let content = &mut task.content;
    content.completed_at = content.completed.then(|| {
        let completed_at = content.completed_at.unwrap_or(task.updated_at);
        completed_at.min(drafting.work.now)
    });
    // Where it was is asked for when it comes out of the trash.
    if !task.is_deleted() {
        drafting.check_room()?;
        let parent = task.content.parent_id;
        let is_missing = |id| drafting.find_live::<Content>(id).is_none();
        if waits && parent.is_some_and(is_missing) {
            return Err(Refusal::NoParentYet);
        }
        if drafting
            .settle(&mut task, || Ok(1), Refusal::Breaks)
            .is_err()
        {
            // Deeper than may be. At the top level of its list nothing of it is lost.
            task.content.parent_id = None;
            task.content.order = None;
        }
    }
    let own = OrderKey::of_creation(task.created_at);
    task.content.order = task.content.order.filter(|order| *order != own);
    drafting.claim(None, &task)?;
    Ok(Written::Created(drafting.insert(task).into()))
}

/// The same of a list.
pub(super) fn import_list(
    drafting: &mut Drafting<'_>,
    imported: &Imported<ListContent>,
) -> Outcome {
    if let Some(found) = drafting.find::<ListContent>(imported.id) {
        return Ok(Written::Unchanged(found.clone().into()));
    }
    let mut list = imported.as_made_in(drafting);
    if !list.is_deleted() {
        drafting.check_lists(list.id)?;
    }
    list.content.order = Some(list.order());
    Ok(Written::Created(drafting.insert(list).into()))
}

impl<C: RecordContent> Imported<C> {
    /// No time is after now, or before the creation.
    fn as_made_in(&self, drafting: &Drafting<'_>) -> Record<C> {
        let now = drafting.work.now;
        let mut record = drafting.new_record(self.id, self.content.clone());
        record.created_at = self.created_at.min(now);
        record.updated_at = self.updated_at.min(now).max(record.created_at);
        record.deleted_at = self.deleted_at.map(|at| at.min(now));
        record
    }
}

/// Into the trash with what the change `made` has made, if nobody has changed it since, and if nothing that stays is
/// below it or in it.
pub(super) fn take_back(drafting: &mut Drafting<'_>, item: ItemId, made: i64) -> Outcome {
    match item {
        ItemId::Task(id) => take_back_task(drafting, id, made),
        ItemId::List(id) => take_back_list(drafting, id, made),
    }
}

fn take_back_task(drafting: &mut Drafting<'_>, id: TaskId, made: i64) -> Outcome {
    let old = unchanged_since::<Content>(drafting, id, made)?;
    if old.is_deleted() {
        return Ok(Written::Unchanged(old.into()));
    }
    // More than can be told is something, too.
    if !drafting.below(id).is_ok_and(|below| below.is_empty()) {
        return Err(Refusal::NotEmpty(Content::NOUN));
    }
    let new = thrown_away(drafting, &old);
    drafting.release(&old, &new);
    let gone = drafting.replace(&old, new, Some(made));
    Ok(Written::Deleted(gone.into()))
}

fn take_back_list(drafting: &mut Drafting<'_>, id: ListId, made: i64) -> Outcome {
    let old = unchanged_since::<ListContent>(drafting, id, made)?;
    if old.is_deleted() {
        return Ok(Written::Unchanged(old.into()));
    }
    if !drafting.in_list(id).is_ok_and(|tasks| tasks.is_empty()) {
        return Err(Refusal::NotEmpty(ListContent::NOUN));
    }
    let new = thrown_away(drafting, &old);
    let gone = drafting.replace(&old, new, Some(made));
    Ok(Written::Deleted(gone.into()))
}

/// What is in the trash already counts as unchanged.
fn unchanged_since<C: Kept>(
    drafting: &Drafting<'_>,
    id: C::Id,
    made: i64,
) -> Result<Record<C>, Refusal> {
    let record = drafting.find::<C>(id).cloned();
    let record = record.ok_or(Refusal::NotFound(C::NOUN))?;
    if record.is_deleted() {
        return Ok(record);
    }
    match undo::change_since(drafting, &record, made) {
        Some(seq) => Err(Refusal::ChangedSince(seq)),
        None => Ok(record),
    }
}

fn thrown_away<C: RecordContent>(drafting: &Drafting<'_>, old: &Record<C>) -> Record<C> {
    let mut new = old.clone();
    new.deleted_at = Some(drafting.work.now);
    new
}
