//! What is known of a space while works on it are decided: rows as they were loaded, and as they are to be saved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::change::{Batch, Change};
use super::decide::Draft;
use super::work::{Deed, KeptAnswer, Operation, Work};
use super::{Account, ReferenceKey, References, Task, TaskId, Timestamp};

/// A row that must be loaded before some work can be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    Task(TaskId),
    Key(Arc<str>),
    /// Which task has a reference.
    Reference(ReferenceKey),
    /// Changes by their numbers.
    Changes(Batch),
    /// The changes of a task that came after one.
    Later {
        task: TaskId,
        after: i64,
    },
    /// Of what was deleted until then: some, the oldest first.
    Trash {
        until: Timestamp,
    },
    /// The oldest changes that no sweep has looked at: some.
    OldestChanges,
}

/// A row as it was loaded, and as it is to be.
#[derive(Clone, Debug)]
pub struct Row {
    pub loaded: Option<Task>,
    pub now: Option<Task>,
}

/// Which task that is not in the trash has a reference: as it was loaded, and as it is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holder {
    pub loaded: Option<TaskId>,
    pub now: Option<TaskId>,
}

/// The loaded rows of one space.
#[derive(Clone, Debug)]
pub struct State {
    loaded_account: Account,
    pub account: Account,
    pub(super) tasks: HashMap<TaskId, Row>,
    pub(super) references: HashMap<ReferenceKey, Holder>,
    pub(super) keys: HashMap<Arc<str>, Option<KeptAnswer>>,
    /// Keys whose rows are to be written, also those that only stand for an answer that is given again.
    touched_keys: Vec<Arc<str>>,
    pub(super) changes: HashMap<i64, Option<Change>>,
    pub(super) later: HashMap<TaskId, Vec<Change>>,
    pub(super) trash: Option<Vec<Task>>,
    pub(super) oldest: Option<Vec<Change>>,
    made: Vec<Change>,
    removed_changes: Vec<i64>,
}

impl State {
    pub fn new(account: Account) -> Self {
        Self {
            loaded_account: account,
            account,
            tasks: HashMap::new(),
            references: HashMap::new(),
            keys: HashMap::new(),
            touched_keys: Vec::new(),
            changes: HashMap::new(),
            later: HashMap::new(),
            trash: None,
            oldest: None,
            made: Vec::new(),
            removed_changes: Vec::new(),
        }
    }

    /// What has to be loaded for some work; nothing if it can be decided. What is loaded may ask for more.
    pub fn missing(&self, work: &Work) -> Vec<Need> {
        let mut needs = Vec::new();
        if let Some(key) = &work.key {
            match self.keys.get(&key.key) {
                None => needs.push(Need::Key(key.key.clone())),
                Some(Some(kept)) if kept.stands_at(work.now) => return needs,
                Some(_) => {}
            }
        }
        match &work.deed {
            Deed::Operate(operations) => {
                let ids = operations.list.iter().filter_map(Operation::existing);
                needs.extend(self.unknown_tasks(ids));
                let operations = operations.list.iter();
                let references = operations.flat_map(|operation| self.references_of(operation));
                needs.extend(self.unknown_references(references));
            }
            Deed::Undo { seq, .. } => self.missing_for_undo(*seq, &mut needs),
            Deed::SweepTrash { until } if self.trash.is_none() => {
                needs.push(Need::Trash { until: *until });
            }
            Deed::SweepTrash { .. } => {}
            Deed::SweepChanges { .. } => match &self.oldest {
                None => needs.push(Need::OldestChanges),
                Some(oldest) => {
                    let mut tasks: Vec<_> = oldest.iter().map(|change| change.task).collect();
                    tasks.sort_unstable();
                    tasks.dedup();
                    needs.extend(self.unknown_tasks(tasks.into_iter()));
                }
            },
        }
        needs
    }

    fn missing_for_undo(&self, seq: i64, needs: &mut Vec<Need>) {
        let Some(found) = self.changes.get(&seq) else {
            needs.push(Need::Changes(Batch {
                first: seq,
                size: 1,
            }));
            return;
        };
        let Some(change) = found else { return };
        if let Some(batch) = change.batch
            && (batch.first..=batch.last()).any(|seq| !self.changes.contains_key(&seq))
        {
            needs.push(Need::Changes(batch));
            return;
        }
        let together = self.made_with(change);
        needs.extend(self.unknown_tasks(together.iter().map(|change| change.task)));
        if !needs.is_empty() {
            return;
        }
        // What a task had comes back, and with one out of the trash what it has.
        let replaced = together
            .iter()
            .filter_map(|change| change.before.references.as_ref());
        let replaced = replaced.flat_map(References::keys);
        let in_trash = together
            .iter()
            .flat_map(|change| self.references_in_trash(change.task));
        needs.extend(self.unknown_references(replaced.chain(in_trash)));
        // The last of each task; what came after it may stand in the way.
        let lasts: HashMap<TaskId, i64> = together
            .iter()
            .map(|change| (change.task, change.seq))
            .collect();
        for (task, after) in lasts {
            let moved_on = self.task(task).is_some_and(|task| task.seq > after);
            if moved_on && !self.later.contains_key(&task) {
                needs.push(Need::Later { task, after });
            }
        }
    }

    fn unknown_tasks(&self, ids: impl Iterator<Item = TaskId>) -> Vec<Need> {
        let unknown = ids.filter(|id| !self.tasks.contains_key(id));
        unknown.map(Need::Task).collect()
    }

    /// Those that an operation may give to a task.
    fn references_of(&self, operation: &Operation) -> Vec<ReferenceKey> {
        match operation {
            Operation::Create { content, .. } => content.references.keys().collect(),
            Operation::Change { patch, .. } => {
                let references = patch.references.iter();
                references.flat_map(References::keys).collect()
            }
            Operation::Restore { id } => self.references_in_trash(*id),
            Operation::Delete { .. } => Vec::new(),
        }
    }

    fn references_in_trash(&self, id: TaskId) -> Vec<ReferenceKey> {
        let task = self.task(id).filter(|task| task.is_deleted());
        task.map_or_else(Vec::new, |task| task.content.references.keys().collect())
    }

    /// Who has them, and then those tasks.
    fn unknown_references(&self, references: impl Iterator<Item = ReferenceKey>) -> Vec<Need> {
        let need = |reference| match self.references.get(&reference) {
            None => Some(Need::Reference(reference)),
            Some(holder) => {
                let unknown = holder.loaded.filter(|id| !self.tasks.contains_key(id));
                unknown.map(Need::Task)
            }
        };
        references.filter_map(need).collect()
    }

    /// A change and those that were made together with it, in order.
    pub(super) fn made_with<'a>(&'a self, change: &'a Change) -> Vec<&'a Change> {
        match change.batch {
            None => vec![change],
            Some(batch) => (batch.first..=batch.last())
                .filter_map(|seq| self.changes.get(&seq)?.as_ref())
                .collect(),
        }
    }

    pub(super) fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)?.now.as_ref()
    }

    // What was loaded.

    pub fn load_task(&mut self, id: TaskId, task: Option<Task>) {
        if let Some(task) = task.as_ref().filter(|task| !task.is_deleted()) {
            for reference in task.content.references.keys() {
                self.load_reference(reference, Some(id));
            }
        }
        if let Entry::Vacant(entry) = self.tasks.entry(id) {
            entry.insert(Row {
                loaded: task.clone(),
                now: task,
            });
        }
    }

    pub fn load_reference(&mut self, reference: ReferenceKey, holder: Option<TaskId>) {
        let holder = Holder {
            loaded: holder,
            now: holder,
        };
        self.references.entry(reference).or_insert(holder);
    }

    pub fn load_key(&mut self, key: Arc<str>, kept: Option<KeptAnswer>) {
        self.keys.entry(key).or_insert(kept);
    }

    /// All that there are of these numbers.
    pub fn load_changes(&mut self, numbers: Batch, changes: Vec<Change>) {
        for seq in numbers.first..=numbers.last() {
            self.changes.entry(seq).or_default();
        }
        for change in changes {
            self.changes.insert(change.seq, Some(change));
        }
    }

    pub fn load_later(&mut self, task: TaskId, changes: Vec<Change>) {
        self.later.insert(task, changes);
    }

    pub fn load_trash(&mut self, tasks: Vec<Task>) {
        for task in &tasks {
            self.load_task(task.id, Some(task.clone()));
        }
        self.trash = Some(tasks);
    }

    pub fn load_oldest(&mut self, changes: Vec<Change>) {
        self.oldest = Some(changes);
    }

    /// There are no such rows.
    pub fn load_nothing(&mut self, need: Need) {
        match need {
            Need::Task(id) => self.load_task(id, None),
            Need::Key(key) => self.load_key(key, None),
            Need::Reference(reference) => self.load_reference(reference, None),
            Need::Changes(numbers) => self.load_changes(numbers, Vec::new()),
            Need::Later { task, .. } => self.load_later(task, Vec::new()),
            Need::Trash { .. } => self.load_trash(Vec::new()),
            Need::OldestChanges => self.load_oldest(Vec::new()),
        }
    }

    // What was decided.

    /// Takes over what some work has changed.
    pub(super) fn absorb(&mut self, draft: Draft) {
        self.account = draft.account;
        for (id, task) in draft.tasks {
            match self.tasks.entry(id) {
                Entry::Occupied(mut entry) => entry.get_mut().now = task,
                Entry::Vacant(entry) => {
                    entry.insert(Row {
                        loaded: None,
                        now: task,
                    });
                }
            }
        }
        for (reference, now) in draft.references {
            self.references.entry(reference).or_default().now = now;
        }
        self.made.extend(draft.changes);
        self.removed_changes.extend(draft.removed_changes);
    }

    pub(super) fn keep(&mut self, key: Arc<str>, kept: KeptAnswer) {
        self.keys.insert(key.clone(), Some(kept));
        self.touch(key);
    }

    /// An answer is given again: that is believed only when its row was committed once more.
    pub(super) fn touch(&mut self, key: Arc<str>) {
        if !self.touched_keys.contains(&key) {
            self.touched_keys.push(key);
        }
    }

    // What is to be saved.

    /// The account before and now, if it has changed.
    pub fn changed_account(&self) -> Option<(&Account, &Account)> {
        (self.account != self.loaded_account).then_some((&self.loaded_account, &self.account))
    }

    /// The tasks that have changed, came or went.
    pub fn changed_tasks(&self) -> impl Iterator<Item = &Row> {
        self.tasks.values().filter(|row| row.loaded != row.now)
    }

    /// The references that come to a task, go from it, or from one to another.
    pub fn changed_references(&self) -> impl Iterator<Item = (&ReferenceKey, &Holder)> {
        let all = self.references.iter();
        all.filter(|(_, holder)| holder.loaded != holder.now)
    }

    /// The tags that tasks come to have (`true`) or lose (`false`), those in the trash having none.
    pub fn changed_tags(&self) -> impl Iterator<Item = (TaskId, &str, bool)> {
        self.changed_tasks().flat_map(|row| {
            let (old, new) = (held_tags(row.loaded.as_ref()), held_tags(row.now.as_ref()));
            let id = row.loaded.as_ref().or(row.now.as_ref()).map(|task| task.id);
            let gone = old.iter().filter(|tag| !new.contains(tag));
            let come = new.iter().filter(|tag| !old.contains(tag));
            let gone = gone.map(|tag| (tag.as_str(), false));
            let all = gone.chain(come.map(|tag| (tag.as_str(), true)));
            all.filter_map(move |(tag, has)| Some((id?, tag, has)))
        })
    }

    pub fn new_changes(&self) -> &[Change] {
        &self.made
    }

    pub fn written_keys(&self) -> impl Iterator<Item = (&Arc<str>, &KeptAnswer)> {
        let kept = |key| Some((key, self.keys.get(key)?.as_ref()?));
        self.touched_keys.iter().filter_map(kept)
    }

    /// The numbers of changes that nobody needs any more.
    pub fn removed_changes(&self) -> &[i64] {
        &self.removed_changes
    }
}

fn held_tags(task: Option<&Task>) -> &[String] {
    let task = task.filter(|task| !task.is_deleted());
    task.map_or(&[], |task| task.content.tags.as_slice())
}
