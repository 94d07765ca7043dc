//! Who stands where among the tasks that are known, or whose places are: made when something asks for it, and kept up from
//! then on, so that each of many operations looks only at those who stand near.

use std::cell::RefMut;
use std::collections::BTreeSet;
use std::ops::Bound;

use super::draft::{Drafted, Drafting};
use super::kept::Kept;
use crate::domain::{Content, Map, Place, Record, Shelf, Task, TaskId, Toward};

/// Those in the trash are on none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shelves {
    places: Map<Shelf, BTreeSet<Place>>,
    children: Map<TaskId, BTreeSet<TaskId>>,
}

impl Shelves {
    pub(super) fn of(drafting: &Drafting<'_>) -> Self {
        let mut shelves = Self::default();
        for (stretch, places) in &drafting.state.stretches {
            // What is known of a task tells where it stands by now.
            let others = places.iter().cloned();
            let others = others.filter(|place| drafting.find_known::<Content>(place.id).is_err());
            shelves
                .places
                .entry(stretch.shelf)
                .or_default()
                .extend(others);
        }
        drafting
            .known::<Content>()
            .for_each(|task| shelves.add(task));
        shelves
    }

    pub(super) fn add(&mut self, task: &Task) {
        if task.is_deleted() {
            return;
        }
        let places = self.places.entry(task.shelf()).or_default();
        places.insert(task.place());
        if let Some(parent) = task.content.parent_id {
            self.children.entry(parent).or_default().insert(task.id);
        }
    }

    pub(super) fn remove(&mut self, task: &Task) {
        if task.is_deleted() {
            return;
        }
        if let Some(places) = self.places.get_mut(&task.shelf()) {
            places.remove(&task.place());
        }
        let children = task.content.parent_id;
        let children = children.and_then(|parent| self.children.get_mut(&parent));
        if let Some(children) = children {
            children.remove(&task.id);
        }
    }

    /// By their ids.
    pub(super) fn children(&self, parent: TaskId) -> impl Iterator<Item = TaskId> {
        let children = self.children.get(&parent);
        children.into_iter().flatten().copied()
    }

    /// From a place on, or from the end, the nearest first.
    pub(super) fn from(
        &self,
        on: Shelf,
        from: Option<&Place>,
        toward: Toward,
    ) -> Box<dyn Iterator<Item = &Place> + '_> {
        let Some(places) = self.places.get(&on) else {
            return Box::new(std::iter::empty());
        };
        let from = from.map_or(Bound::Unbounded, Bound::Excluded);
        match toward {
            Toward::After => Box::new(places.range((from, Bound::Unbounded))),
            Toward::Before => Box::new(places.range((Bound::Unbounded, from)).rev()),
        }
    }
}

impl Drafting<'_> {
    /// Who stands where.
    pub(super) fn shelves(&self) -> RefMut<'_, Shelves> {
        RefMut::map(self.shelves.borrow_mut(), |shelves| {
            shelves.get_or_insert_with(|| Shelves::of(self))
        })
    }

    /// Before a record takes the place of what is known of it.
    pub(super) fn shelve<C: Kept>(&self, new: &Record<C>) {
        if let Some(shelves) = &mut *self.shelves.borrow_mut() {
            let old = self.find_known::<C>(new.id).ok().flatten();
            if let Some(old) = old.and_then(C::as_task) {
                shelves.remove(old);
            }
            if let Some(new) = C::as_task(new) {
                shelves.add(new);
            }
        }
    }

    /// What a refused operation had done to tasks is not so.
    pub(super) fn put_back(&self, undone: &Drafted<Content>) {
        if let Some(shelves) = &mut *self.shelves.borrow_mut() {
            undone
                .values()
                .flatten()
                .for_each(|task| shelves.remove(task));
            let known = undone
                .keys()
                .filter_map(|id| self.find_known::<Content>(*id).ok()?);
            known.for_each(|task| shelves.add(task));
        }
    }

    /// What was kept up is what would be made now.
    #[cfg(test)]
    pub(super) fn check_shelves(&self) {
        if let Some(mut shelves) = self.shelves.take() {
            let mut anew = Shelves::of(self);
            for shelves in [&mut shelves, &mut anew] {
                shelves.places.retain(|_, places| !places.is_empty());
                shelves.children.retain(|_, children| !children.is_empty());
            }
            assert_eq!(shelves, anew);
        }
    }
}
