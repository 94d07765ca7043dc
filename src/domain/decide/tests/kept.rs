//! A store of one space in memory: it loads what is asked for, keeps what is saved, and looks whether it is consistent.

use std::collections::BTreeMap;

use crate::domain::change::{Author, Change};
use crate::domain::content::Content;
use crate::domain::decide::{Undecided, decide};
use crate::domain::state::{Need, Row};
use crate::domain::work::{Deed, Done, Work};
use crate::domain::{
    Account, ItemId, List, ListId, Place, Record, RecordContent, ReferenceKey, State, Task, TaskId,
    Timestamp, Toward, UserId,
};

/// What a store would keep of one space.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) account: Account,
    pub(super) tasks: BTreeMap<TaskId, Task>,
    lists: BTreeMap<ListId, List>,
    references: BTreeMap<ReferenceKey, TaskId>,
    pub(super) changes: BTreeMap<i64, Change>,
    pub(super) now: i64,
}

impl Kept {
    fn load(&self, state: &mut State, need: Need) {
        let changes = || self.changes.values().cloned();
        match need {
            Need::Task(id) => state.load_task(id, self.tasks.get(&id).cloned()),
            Need::Key(key) => state.load_key(key, None),
            Need::Reference(reference) => {
                let holder = self.references.get(&reference).copied();
                state.load_reference(reference, holder);
            }
            Need::Changes(numbers) => {
                let found = changes().filter(|change| numbers.contains(change.seq));
                state.load_changes(numbers, found.collect());
            }
            Need::List(id) => state.load_list(id, self.lists.get(&id).cloned()),
            Need::Later {
                item,
                after,
                latest,
            } => {
                let own = |change: &Change| change.replaced.item() == item;
                let later = after + 1..=latest;
                let found = changes().filter(|change| own(change) && later.contains(&change.seq));
                state.load_later(item, found.collect());
            }
            Need::Below(id) => {
                let mut below = vec![id];
                let mut found = Vec::new();
                while let Some(parent) = below.pop() {
                    let children = self.live(|task| task.content.parent_id == Some(parent));
                    below.extend(children.iter().map(|task| task.id));
                    found.extend(children);
                }
                state.load_below(id, found);
            }
            Need::InList(id) => {
                let found = self.live(|task| task.content.list_id == Some(id));
                state.load_in_list(id, found);
            }
            Need::Siblings(stretch) => {
                let from = stretch.from.clone();
                let beyond = |place: &Place| match stretch.toward {
                    Toward::After => from.as_ref().is_none_or(|from| place > from),
                    Toward::Before => from.as_ref().is_none_or(|from| place < from),
                };
                let on = stretch.shelf;
                let found = self.live(|task| task.shelf() == on && beyond(&task.place()));
                state.load_siblings(stretch, found.iter().map(Task::place).collect());
            }
            Need::Lists => {
                let live = self.lists.values().filter(|list| !list.is_deleted());
                state.load_lists(live.cloned().collect());
            }
            // All at once: they are few.
            Need::Matching { matching, .. } => state.load_matching(matching, self.live(|_| true)),
            Need::Trash { until } => state.load_trash(old(&self.tasks, until)),
            Need::ListTrash { until } => state.load_list_trash(old(&self.lists, until)),
            Need::OldestChanges { count } => {
                let found = changes().filter(|change| change.seq > self.account.forgotten_seq);
                state.load_oldest(count, found.take(count).collect());
            }
        }
    }

    fn live(&self, which: impl Fn(&Task) -> bool) -> Vec<Task> {
        let live = self.tasks.values().filter(|task| !task.is_deleted());
        live.filter(|task| which(task)).cloned().collect()
    }

    pub(super) fn apply(&mut self, deed: Deed) -> Done {
        self.now += 10;
        let user = UserId::parse("ada").unwrap();
        let work = Work {
            space: user.space(),
            author: Author {
                actor: user,
                request_id: "a-request".into(),
            },
            now: Timestamp::from_micros(self.now),
            deed,
            key: None,
            epoch: 0,
            most_tasks: 5,
        };
        let mut state = State::new(self.account);
        let decision = loop {
            match decide(&state, &work) {
                Ok(decision) => break decision,
                Err(Undecided::Lacks(needs)) => {
                    for need in needs {
                        self.load(&mut state, need);
                    }
                }
                Err(undecided) => panic!("{undecided:?}"),
            }
        };
        let done = decision.accept(&mut state, &work, None);
        self.account = state.account;
        state
            .changed_tasks()
            .for_each(|row| save(&mut self.tasks, row));
        state
            .changed_lists()
            .for_each(|row| save(&mut self.lists, row));
        for (reference, holder) in state.changed_references() {
            assert_eq!(self.references.get(reference).copied(), holder.loaded);
            match holder.now {
                Some(task) => _ = self.references.insert(reference.clone(), task),
                None => _ = self.references.remove(reference),
            }
        }
        for change in state.new_changes() {
            assert_eq!(self.changes.insert(change.seq, change.clone()), None);
        }
        for seq in state.removed_changes() {
            assert!(self.changes.remove(seq).is_some(), "{seq}");
        }
        done
    }

    pub(super) fn check(&self) {
        let count = |which: &dyn Fn(&Task) -> bool| {
            i64::try_from(self.tasks.values().filter(|task| which(task)).count()).unwrap()
        };
        let live = |task: &Task| !task.is_deleted();
        let account = &self.account;
        assert_eq!(account.task_count, count(&live));
        assert_eq!(account.deleted_count, count(&Task::is_deleted));
        let done = |task: &Task| live(task) && task.content.completed;
        assert_eq!(account.completed_count, count(&done));
        let live = self.tasks.values().filter(|task| !task.is_deleted());
        let held = |task: &Task| {
            let id = task.id;
            let keys: Vec<_> = task.content.references.keys().collect();
            keys.into_iter().map(move |key| (key, id))
        };
        let held: Vec<_> = live.flat_map(held).collect();
        assert_eq!(self.references.len(), held.len(), "none has two tasks");
        assert_eq!(self.references, held.into_iter().collect());
        for task in self.tasks.values() {
            assert_eq!(task.content.completed_at.is_some(), task.content.completed);
            assert_eq!(task.content.check(), Ok(()));
            let stands = [
                task.content.anchor.is_some(),
                task.content.occurrence.is_some(),
                task.content.done.is_some(),
            ];
            assert_eq!(stands, [task.content.recurrence.is_some(); 3]);
            assert!(
                task.created_at <= task.updated_at,
                "it is not changed before it is made"
            );
            let latest = self.changes.get(&task.seq);
            assert_eq!(
                latest.map(|change| change.replaced.item()),
                Some(ItemId::Task(task.id)),
                "the log has its latest"
            );
        }
        for list in self.lists.values() {
            let latest = self.changes.get(&list.seq);
            let item = latest.map(|change| change.replaced.item());
            assert_eq!(item, Some(ItemId::List(list.id)), "the log has its latest");
        }
        self.check_places();
        let after = account.forgotten_seq + 1;
        let numbers: Vec<_> = self.changes.range(after..).map(|(seq, _)| *seq).collect();
        let all: Vec<_> = (after..=account.seq).collect();
        assert_eq!(numbers, all, "no number is missing");
    }

    /// Lists and parents are there, parents in the same list, not more than eight levels, and no circles.
    fn check_places(&self) {
        for task in self.live(|_| true) {
            if let Some(list) = task.content.list_id {
                assert!(!self.lists[&list].is_deleted(), "the list is there");
            }
            let mut levels = 1;
            let mut below = task;
            while let Some(parent) = below.content.parent_id {
                let above = self.tasks[&parent].clone();
                assert!(!above.is_deleted(), "the parent is there");
                assert_eq!(
                    above.content.list_id, below.content.list_id,
                    "in the same list"
                );
                levels += 1;
                assert!(levels <= 8, "not too deep, no circle");
                below = above;
            }
        }
    }

    /// What people see.
    pub(super) fn seen(&self) -> Vec<(TaskId, Content, bool)> {
        let tasks = self.tasks.values();
        tasks
            .map(|task| (task.id, task.content.clone(), task.is_deleted()))
            .collect()
    }
}

fn old<C: RecordContent>(records: &BTreeMap<C::Id, Record<C>>, until: Timestamp) -> Vec<Record<C>> {
    let old = |record: &&Record<C>| record.deleted_at.is_some_and(|at| at <= until);
    records.values().filter(old).cloned().collect()
}

fn save<C: RecordContent>(records: &mut BTreeMap<C::Id, Record<C>>, row: &Row<C>) {
    match (&row.loaded, &row.now) {
        (_, Some(record)) => _ = records.insert(record.id, record.clone()),
        (Some(record), None) => _ = records.remove(&record.id),
        (None, None) => {}
    }
}
