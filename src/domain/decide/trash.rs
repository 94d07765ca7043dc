//! Deleting into the trash and restoring, together with all tasks below.

use super::draft::Drafting;
use super::kept::Kept;
use crate::domain::change::{Batch, Change, Kind};
use crate::domain::content::{Breach, Content};
use crate::domain::limits::LISTS;
use crate::domain::state::Need;
use crate::domain::work::{Expected, Outcome, Written};
use crate::domain::{
    Item, ItemId, List, ListContent, ListId, Map, Record, Refusal, Set, Task, TaskId,
};

pub(super) fn delete(drafting: &mut Drafting<'_>, id: TaskId, expected: &Expected) -> Outcome {
    let old = drafting.expected::<Content>(id, expected)?;
    let gone = throw_away(drafting, &old)?;
    delete_below(drafting, ItemId::Task(id))?;
    Ok(Written::Deleted(Item::Task(gone)))
}

pub(super) fn delete_list(drafting: &mut Drafting<'_>, id: ListId, expected: &Expected) -> Outcome {
    let old = drafting.expected::<ListContent>(id, expected)?;
    let mut new = old.clone();
    new.deleted_at = Some(drafting.work.now);
    let gone = drafting.replace(&old, new, None);
    delete_below(drafting, ItemId::List(id))?;
    Ok(Written::Deleted(Item::List(gone)))
}

/// The tasks below a task, or in a list.
pub(super) fn delete_below(drafting: &mut Drafting<'_>, item: ItemId) -> Result<(), Refusal> {
    let tasks = match item {
        ItemId::Task(id) => drafting.below(id)?,
        ItemId::List(id) => drafting.in_list(id)?,
    };
    throw_all_away(drafting, tasks)?;
    Ok(())
}

/// The records that are not there yet.
pub(super) fn throw_all_away(
    drafting: &mut Drafting<'_>,
    tasks: Vec<TaskId>,
) -> Result<Vec<Task>, Refusal> {
    let mut gone = Vec::new();
    for id in tasks {
        if let Some(task) = drafting.find_live::<Content>(id).cloned() {
            gone.push(throw_away(drafting, &task)?);
        }
    }
    Ok(gone)
}

fn throw_away(drafting: &mut Drafting<'_>, old: &Task) -> Result<Task, Refusal> {
    let mut new = old.clone();
    new.deleted_at = Some(drafting.work.now);
    drafting.claim(Some(old), &new)?;
    Ok(drafting.replace(old, new, None))
}

pub(super) fn restore(drafting: &mut Drafting<'_>, id: TaskId, expected: &Expected) -> Outcome {
    let old = drafting.expected_anywhere::<Content>(id, expected)?;
    if !old.is_deleted() {
        return Ok(Written::Unchanged(old.into()));
    }
    let together = drafting.deleted_with(&old);
    let back = take_out(drafting, &old)?;
    let mut with_it = Set::from_iter([id]);
    for task in parents_first(drafting.all(&together)) {
        if task
            .content
            .parent_id
            .is_some_and(|parent| with_it.contains(&parent))
        {
            take_out(drafting, &task)?;
            with_it.insert(task.id);
        }
    }
    Ok(Written::Changed(back.into()))
}

pub(super) fn restore_list(
    drafting: &mut Drafting<'_>,
    id: ListId,
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected_anywhere::<ListContent>(id, expected)?;
    if !old.is_deleted() {
        return Ok(Written::Unchanged(old.into()));
    }
    drafting.check_lists(id)?;
    let together = drafting.deleted_with(&old);
    let mut new: List = old.clone();
    new.deleted_at = None;
    let back = drafting.replace(&old, new, None);
    for task in parents_first(drafting.all(&together)) {
        if task.content.list_id == Some(id) {
            take_out(drafting, &task)?;
        }
    }
    Ok(Written::Changed(back.into()))
}

/// Where a task that has a parent among the others comes behind it.
pub(super) fn parents_first(tasks: Vec<Task>) -> Vec<Task> {
    let mut waiting: Map<TaskId, Task> = tasks.iter().map(|it| (it.id, it.clone())).collect();
    let mut sorted = Vec::with_capacity(tasks.len());
    for task in tasks {
        // From the task upward, up to a task that was visited already.
        let mut line = Vec::new();
        let mut next = Some(task.id);
        while let Some(task) = next.and_then(|id| waiting.remove(&id)) {
            next = task.content.parent_id;
            line.push(task);
        }
        sorted.extend(line.into_iter().rev());
    }
    sorted
}

/// Out of the trash, to where it was; where that is gone, to the top level or the inbox.
fn take_out(drafting: &mut Drafting<'_>, old: &Task) -> Result<Task, Refusal> {
    drafting.check_room()?;
    let mut new = old.clone();
    new.deleted_at = None;
    drafting.settle(&mut new, || Ok(1), Refusal::RestoreBreaks)?;
    drafting.claim(Some(old), &new)?;
    Ok(drafting.replace(old, new, None))
}

impl Drafting<'_> {
    fn all(&self, ids: &[TaskId]) -> Vec<Task> {
        let found = ids.iter().filter_map(|id| self.find::<Content>(*id));
        found.cloned().collect()
    }

    /// Where a task that comes back can be: below its parent and in its list if they are there, or else above.
    pub(super) fn settle(
        &self,
        task: &mut Task,
        height: impl FnOnce() -> Result<usize, Refusal>,
        refusal: impl FnOnce(Breach) -> Refusal,
    ) -> Result<(), Refusal> {
        let before = task.shelf();
        let content = &mut task.content;
        if let Some(parent) = content.parent_id {
            match self.find_live::<Content>(parent) {
                Some(parent) => content.list_id = parent.content.list_id,
                None => content.parent_id = None,
            }
        }
        if let Some(list) = content.list_id
            && content.parent_id.is_none()
            && self.find_live::<ListContent>(list).is_none()
        {
            content.list_id = None;
        }
        let parent = content.parent_id;
        if task.shelf() != before && parent.is_none() {
            // Its place was among others.
            task.content.order = None;
        }
        self.check_nesting(task.id, parent, height, refusal)
    }

    /// The tasks that went into the trash together with this task or list, and have not moved since.
    fn deleted_with<C: Kept>(&self, record: &Record<C>) -> Vec<TaskId> {
        let Some(change) = self.change(record.seq) else {
            return Vec::new();
        };
        let deleted = |change: &&Change| change.kind == Kind::Deleted;
        let changes = self.made_with(change).into_iter().filter(deleted);
        let tasks = changes.filter_map(|change| {
            let (id, _) = Content::before(&change.replaced)?;
            let task = self.find::<Content>(id)?;
            let is_own = C::item_id(record.id) == Content::item_id(id);
            (task.seq == change.seq && task.is_deleted() && !is_own).then_some(id)
        });
        tasks.collect()
    }

    pub(super) fn change(&self, seq: i64) -> Option<&Change> {
        let Some(found) = self.state.changes.get(&seq) else {
            self.lack(Need::Changes(Batch::of_one(seq)));
            return None;
        };
        found.as_ref()
    }

    /// A change and those that were made together with it, in order.
    pub(super) fn made_with<'a>(&'a self, change: &'a Change) -> Vec<&'a Change> {
        let Some(batch) = change.batch else {
            return vec![change];
        };
        let numbers = || batch.first..=batch.last();
        if numbers().any(|seq| !self.state.changes.contains_key(&seq)) {
            self.lack(Need::Changes(batch));
            return Vec::new();
        }
        numbers()
            .filter_map(|seq| self.state.changes.get(&seq)?.as_ref())
            .collect()
    }

    /// Refuses one more list than there may be.
    pub(super) fn check_lists(&self, id: ListId) -> Result<(), Refusal> {
        if self.other_lists(id).len() >= LISTS {
            return Err(Refusal::TooManyLists);
        }
        Ok(())
    }

    /// The other lists that are not in the trash, in their order.
    pub(super) fn other_lists(&self, id: ListId) -> Vec<List> {
        if !self.state.has_lists {
            self.lack(Need::Lists);
        }
        let others = self.known::<ListContent>().filter(|list| list.id != id);
        let mut lists: Vec<List> = others.cloned().collect();
        lists.sort_by_cached_key(|list| (list.order(), list.id));
        lists
    }
}
