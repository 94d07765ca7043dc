//! Operations: create, change, delete, restore.

use super::Drafting;
use crate::domain::content::{Content, Patch};
use crate::domain::work::{Expected, Operation, Operations, Outcome, Twice, Written};
use crate::domain::{Refusal, Task, TaskId};

impl Operation {
    /// The task that it needs to know, unless there can be none.
    pub(in crate::domain) fn existing(&self) -> Option<TaskId> {
        match self {
            Self::Create {
                twice: Twice::Impossible,
                ..
            } => None,
            Self::Create { id, .. }
            | Self::Change { id, .. }
            | Self::Delete { id, .. }
            | Self::Restore { id } => Some(*id),
        }
    }
}

pub(super) fn operate(drafting: &mut Drafting<'_>, operations: &Operations) -> Vec<Outcome> {
    let one = |operation: &Operation| match operation {
        Operation::Create { id, content, twice } => create(drafting, *id, content, *twice),
        Operation::Change {
            id,
            patch,
            expected,
        } => change(drafting, *id, patch, expected),
        Operation::Delete { id, expected } => delete(drafting, *id, expected),
        Operation::Restore { id } => restore(drafting, *id),
    };
    operations.list.iter().map(one).collect()
}

fn create(drafting: &mut Drafting<'_>, id: TaskId, content: &Content, twice: Twice) -> Outcome {
    if twice != Twice::Impossible
        && let Some(task) = drafting.task(id)
    {
        let task = task.clone();
        return match twice {
            _ if task.is_deleted() => Err(Refusal::TaskInTrash),
            Twice::Compare if task.content.says_the_same(content) => Ok(Written::Unchanged(task)),
            Twice::Refuse => Err(Refusal::TaskExists(Box::new(task))),
            Twice::Compare | Twice::Impossible => Err(Refusal::TaskDiffers(Box::new(task))),
        };
    }
    let now = drafting.work.now;
    let content = content.clone().as_new(now).map_err(Refusal::Breaks)?;
    let task = Task {
        space: drafting.work.space.clone(),
        id,
        content,
        created_at: now,
        updated_at: now,
        version: 1,
        seq: 0,
        deleted_at: None,
    };
    drafting.claim(None, &task)?;
    Ok(Written::Created(drafting.insert(task)))
}

fn change(drafting: &mut Drafting<'_>, id: TaskId, patch: &Patch, expected: &Expected) -> Outcome {
    let old = expected_task(drafting, id, expected)?;
    let mut new = old.clone();
    let now = drafting.time_after(&old);
    let before = new.content.obey(patch, now).map_err(Refusal::Breaks)?;
    drafting.claim(Some(&old), &new)?;
    Ok(Written::Changed(drafting.replace(&old, new, None, before)))
}

fn delete(drafting: &mut Drafting<'_>, id: TaskId, expected: &Expected) -> Outcome {
    let old = expected_task(drafting, id, expected)?;
    let mut new = old.clone();
    new.deleted_at = Some(drafting.work.now);
    drafting.claim(Some(&old), &new)?;
    let gone = drafting.replace(&old, new, None, Patch::default());
    Ok(Written::Deleted(gone))
}

fn restore(drafting: &mut Drafting<'_>, id: TaskId) -> Outcome {
    let old = drafting.task(id).ok_or(Refusal::TaskNotFound)?.clone();
    if !old.is_deleted() {
        return Ok(Written::Unchanged(old));
    }
    let mut new = old.clone();
    new.deleted_at = None;
    drafting.claim(Some(&old), &new)?;
    let back = drafting.replace(&old, new, None, Patch::default());
    Ok(Written::Changed(back))
}

/// A task that is there, and is as the caller knows it.
fn expected_task(
    drafting: &Drafting<'_>,
    id: TaskId,
    expected: &Expected,
) -> Result<Task, Refusal> {
    let task = drafting.task(id).filter(|task| !task.is_deleted());
    let task = task.ok_or(Refusal::TaskNotFound)?.clone();
    match expected {
        Expected::OneOf(versions) if versions.is_empty() => Err(Refusal::NoVersion(Box::new(task))),
        Expected::OneOf(versions) if !versions.contains(&task.version) => {
            Err(Refusal::TaskChanged(Box::new(task)))
        }
        _ => Ok(task),
    }
}
