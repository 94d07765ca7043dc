//! The place of a task: in which list, below which parent, and between which siblings.

use std::borrow::Cow;

use super::draft::Drafting;
use crate::domain::content::{Breach, Content};
use crate::domain::limits::LEVELS;
use crate::domain::order::OrderKey;
use crate::domain::state::Need;
use crate::domain::work::Destination;
use crate::domain::{
    ListContent, ListId, Noun, Place, Refusal, Shelf, Stretch, Task, TaskId, Toward,
};

const NO_LIST: Breach = Breach {
    fields: &["list_id"],
    rule: Cow::Borrowed("list_id must be that of a list that is there"),
};
const NO_PARENT: Breach = Breach {
    fields: &["parent_id"],
    rule: Cow::Borrowed("parent_id must be that of a task that is there"),
};
const OTHER_LIST: Breach = Breach {
    fields: &["list_id", "parent_id"],
    rule: Cow::Borrowed("parent_id must be that of a task of the same list"),
};
pub(super) const CIRCLE: Breach = Breach {
    fields: &["parent_id"],
    rule: Cow::Borrowed("parent_id must not be the task itself, nor one below it"),
};
pub(super) const TOO_DEEP: Breach = Breach {
    fields: &["parent_id"],
    rule: Cow::Borrowed("parent_id must leave the task, with what is below it, within 8 levels"),
};

/// How many neighbours get new keys at first when there is no room.
const SPREAD: usize = 32;

/// The siblings before and after a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    First,
    Last,
    Behind(TaskId),
    Before(TaskId),
}

/// A place that was found.
pub(super) enum Found {
    /// The task is there already.
    Same,
    At {
        key: OrderKey,
        /// Neighbours that get new keys.
        spread: Vec<(TaskId, OrderKey)>,
    },
}

impl Drafting<'_> {
    /// The siblings (the shelf) that a task is to be among; now it is on `present`, or is new.
    pub(super) fn shelf(&self, present: Option<Shelf>, to: &Destination) -> Result<Shelf, Breach> {
        let now = present.unwrap_or_default();
        let wanted = match (to.list, to.parent) {
            (list, Some(Some(parent))) => {
                let above = self.find_live::<Content>(parent).ok_or(NO_PARENT)?;
                if list.is_some_and(|list| list != above.content.list_id) {
                    return Err(OTHER_LIST);
                }
                return Ok(Shelf {
                    list: above.content.list_id,
                    parent: Some(parent),
                });
            }
            (list, Some(None)) => Shelf {
                list: list.unwrap_or(now.list),
                parent: None,
            },
            (Some(list), None) if list != now.list => Shelf { list, parent: None },
            (_, None) => now,
        };
        if let Some(list) = wanted.list
            && present != Some(wanted)
        {
            self.find_live::<ListContent>(list).ok_or(NO_LIST)?;
        }
        Ok(wanted)
    }

    /// Refuses circles, and too many levels, for a task and what is below it.
    pub(super) fn check_nesting(
        &self,
        id: TaskId,
        parent: Option<TaskId>,
        height: impl FnOnce() -> Result<usize, Refusal>,
        refusal: impl FnOnce(Breach) -> Refusal,
    ) -> Result<(), Refusal> {
        let mut levels = 0;
        let mut above = parent;
        while let Some(parent) = above {
            levels += 1;
            if parent == id {
                return Err(refusal(CIRCLE));
            }
            if levels >= LEVELS {
                return Err(refusal(TOO_DEEP));
            }
            above = self
                .find::<Content>(parent)
                .and_then(|task| task.content.parent_id);
        }
        if levels > 0 && levels + height()? > LEVELS {
            return Err(refusal(TOO_DEEP));
        }
        Ok(())
    }

    /// Between which siblings a task is to be.
    pub(super) fn spot(&self, id: TaskId, on: Shelf, to: &Destination) -> Result<Spot, Refusal> {
        let is_sibling = |other: &TaskId| {
            let task = self.find_live::<Content>(*other);
            *other != id && task.is_some_and(|task| task.shelf() == on)
        };
        match to.after {
            Some(None) => return Ok(Spot::First),
            Some(Some(after)) if is_sibling(&after) => return Ok(Spot::Behind(after)),
            _ => {}
        }
        match to.before {
            Some(None) => Ok(Spot::Last),
            Some(Some(before)) if is_sibling(&before) => Ok(Spot::Before(before)),
            None if to.after.is_none() => Ok(Spot::Last),
            _ => Err(Refusal::NoSibling(Noun::Task)),
        }
    }

    /// A place on a shelf for a task that comes from another shelf, or from another place on the same one.
    pub(super) fn find_place(&self, task: &Task, on: Shelf, spot: Spot) -> Found {
        let first = |from: Option<&Place>| {
            let before = self.siblings(on, from, Toward::Before, 1, Some(task.id));
            before.into_iter().next()
        };
        let place = |id| self.find::<Content>(id).map(Task::place);
        let lower = match spot {
            Spot::First => None,
            Spot::Last => first(None),
            Spot::Behind(sibling) => place(sibling),
            Spot::Before(sibling) => first(place(sibling).as_ref()),
        };
        if task.shelf() == on {
            let next = self.siblings(on, lower.as_ref(), Toward::After, 1, None);
            if next.first().is_some_and(|next| next.id == task.id) {
                return Found::Same;
            }
        }
        if let Spot::Last = spot {
            let lower = lower.as_ref().map(|lower| &lower.key);
            if let Ok(key) = OrderKey::between(lower, None) {
                return Found::At {
                    key,
                    spread: Vec::new(),
                };
            }
        }
        self.make_room(task, on, lower.as_ref())
    }

    /// A key after a place; where there is no room, the next siblings get new keys.
    fn make_room(&self, task: &Task, on: Shelf, lower: Option<&Place>) -> Found {
        let mut count = 0;
        loop {
            let mut behind = self.siblings(on, lower, Toward::After, count + 1, Some(task.id));
            if !self.lacks.borrow().is_empty() {
                // The decision is made anew.
                return Found::Same;
            }
            let is_end = behind.len() <= count;
            let upper = behind.get(count).map(|place| place.key.clone());
            behind.truncate(count);
            let after = lower.map(|place| &place.key);
            let keys = OrderKey::spread(after, upper.as_ref(), behind.len() + 1);
            if let Ok(keys) = keys {
                let mut keys = keys.into_iter();
                let key = keys.next().unwrap_or_else(|| task.place().key);
                let spread = behind.into_iter().map(|place| place.id).zip(keys).collect();
                return Found::At { key, spread };
            }
            if is_end {
                // Not while there are fewer than 62⁶⁴ siblings, or not all is loaded.
                return Found::At {
                    key: task.place().key,
                    spread: Vec::new(),
                };
            }
            count = (count * 2).max(SPREAD);
        }
    }

    /// At most `count` siblings from a place on, the nearest first.
    pub(super) fn siblings(
        &self,
        on: Shelf,
        from: Option<&Place>,
        toward: Toward,
        count: usize,
        skipped: Option<TaskId>,
    ) -> Vec<Place> {
        let is_beyond = |place: &Place, from: &Place| match toward {
            Toward::After => place > from,
            Toward::Before => place < from,
        };
        let shelves = self.shelves();
        let known = shelves.from(on, from, toward);
        let known = known.filter(|place| Some(place.id) != skipped);
        let known: Vec<Place> = known.take(count).cloned().collect();
        // Those that are known are the nearest, if a stretch that was loaded reaches from here to the last of them, or
        // to the end.
        let (mut is_certain, mut asked) = (false, 0);
        for (stretch, found) in &self.state.stretches {
            if (stretch.shelf, stretch.toward) != (on, toward) {
                continue;
            }
            let begins_before = match (&stretch.from, from) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(begin), Some(from)) => begin == from || is_beyond(from, begin),
            };
            if !begins_before {
                continue;
            }
            if stretch.from.as_ref() == from {
                asked = asked.max(stretch.count);
            }
            let reaches = || {
                let (last, farthest) = (found.last()?, known.get(count - 1)?);
                Some(!is_beyond(farthest, last))
            };
            is_certain |= found.len() < stretch.count || reaches() == Some(true);
        }
        if !is_certain {
            self.lack_siblings(Stretch {
                shelf: on,
                toward,
                from: from.cloned(),
                // The one that is passed over may be among them.
                count: (asked * 2).max(count + usize::from(skipped.is_some())),
            });
        }
        known
    }

    /// Once from each place: with what comes the decision is made anew, and may have enough.
    fn lack_siblings(&self, stretch: Stretch) {
        let Stretch {
            shelf,
            toward,
            from,
            ..
        } = &stretch;
        let begins_there =
            |of: &Stretch| (&of.shelf, &of.toward, &of.from) == (shelf, toward, from);
        let is_asked = |need: &Need| matches!(need, Need::Siblings(of) if begins_there(of));
        if !self.lacks.borrow().iter().any(is_asked) {
            self.lack(Need::Siblings(stretch));
        }
    }

    /// Moves a task to a place, with the neighbours that must make room; the tasks below it move along.
    pub(super) fn take_to(
        &mut self,
        old: &Task,
        new: Task,
        spread: Vec<(TaskId, OrderKey)>,
    ) -> Result<Task, Refusal> {
        let moved = self.replace(old, new, None);
        for (id, key) in spread {
            if let Some(old) = self.find::<Content>(id).cloned() {
                let mut new = old.clone();
                new.content.order = Some(key);
                self.spread(&old, new);
            }
        }
        if moved.content.list_id != old.content.list_id {
            self.go_along(moved.id, moved.content.list_id, |_| false)?;
        }
        Ok(moved)
    }

    /// The tasks below a task move into its list, except those that have a place of their own.
    pub(super) fn go_along(
        &mut self,
        root: TaskId,
        list: Option<ListId>,
        finds_its_place: impl Fn(TaskId) -> bool,
    ) -> Result<Vec<Task>, Refusal> {
        let mut moved = Vec::new();
        for id in self.below(root)? {
            let task = self.find::<Content>(id);
            let task = task.filter(|task| task.content.list_id != list && !finds_its_place(id));
            let Some(old) = task.cloned() else {
                continue;
            };
            let mut new = old.clone();
            new.content.list_id = list;
            moved.push(self.replace(&old, new, None));
        }
        Ok(moved)
    }
}
