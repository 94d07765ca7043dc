//! The state of a space while its works are decided: rows as they were loaded, and as they are to be saved.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::change::{Batch, Change};
use super::content::{Content, RecordContent};
use super::decide::Draft;
use super::place::{Place, Stretch, Toward};
use super::record::Record;
use super::work::KeptAnswer;
use super::{
    Account, ItemId, List, ListContent, ListId, MATCHING_STEP, Map, Matching, Position,
    ReferenceKey, Set, Task, TaskId, Timestamp,
};

/// Rows that must be loaded before a work can be decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    Task(TaskId),
    List(ListId),
    Key(Arc<str>),
    /// Which task has a reference.
    Reference(ReferenceKey),
    /// Changes by their numbers.
    Changes(Batch),
    /// The changes of a task or a list that came after one, up to its latest.
    Later {
        item: ItemId,
        after: i64,
        latest: i64,
    },
    /// The tasks below one that are not in the trash: some more than may be deleted at once.
    Below(TaskId),
    /// The same of a list.
    InList(ListId),
    /// The places of some siblings in a row.
    Siblings(Stretch),
    /// All lists that are not in the trash.
    Lists,
    /// Some of the tasks that a filter selects, newest first, from there on.
    Matching {
        matching: Matching,
        after: Option<Position>,
    },
    /// Of the tasks that were deleted until then: some, the oldest first.
    Trash {
        until: Timestamp,
    },
    /// The same of lists.
    ListTrash {
        until: Timestamp,
    },
    /// The oldest changes that no sweep has looked at: this many.
    OldestChanges {
        count: usize,
    },
}

/// A row as it was loaded, and as it is to be.
#[derive(Clone, Debug)]
pub struct Row<C: RecordContent> {
    pub loaded: Option<Record<C>>,
    pub now: Option<Record<C>>,
}

pub(super) type Rows<C> = Map<<C as RecordContent>::Id, Row<C>>;

/// Which task that is not in the trash has a reference: as it was loaded, and as it is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holder {
    pub loaded: Option<TaskId>,
    pub now: Option<TaskId>,
}

/// What was loaded of the tasks that a filter selects.
#[derive(Clone, Debug, Default)]
pub(super) struct Matched {
    count: usize,
    /// Where the next ones begin.
    pub(super) last: Option<Position>,
    pub(super) is_whole: bool,
}

impl Matched {
    /// Whether these are too many, also if some of them match no more as they are by now.
    pub(super) fn is_enough(&self, most: usize) -> bool {
        self.count > most + MATCHING_STEP
    }
}

/// The loaded rows of one space.
#[derive(Clone, Debug)]
pub struct State {
    loaded_account: Account,
    pub account: Account,
    pub(super) tasks: Rows<Content>,
    pub(super) lists: Rows<ListContent>,
    pub(super) references: Map<ReferenceKey, Holder>,
    pub(super) keys: Map<Arc<str>, Option<KeptAnswer>>,
    /// Keys whose rows are to be written, also those whose answer is only repeated.
    touched_keys: Vec<Arc<str>>,
    pub(super) changes: Map<i64, Option<Change>>,
    pub(super) later: Map<ItemId, Vec<Change>>,
    /// Of these, all that is below them was loaded.
    pub(super) below: Set<TaskId>,
    pub(super) in_list: Set<ListId>,
    /// Of these, the places of the siblings were loaded.
    pub(super) stretches: Vec<(Stretch, Vec<Place>)>,
    pub(super) has_lists: bool,
    matched: Map<Matching, Matched>,
    pub(super) trash: Option<Vec<Task>>,
    pub(super) list_trash: Option<Vec<List>>,
    /// And how many were asked for.
    pub(super) oldest: Option<(usize, Vec<Change>)>,
    made: Vec<Change>,
    removed_changes: Vec<i64>,
}

impl State {
    pub fn new(account: Account) -> Self {
        Self {
            loaded_account: account,
            account,
            tasks: Map::default(),
            lists: Map::default(),
            references: Map::default(),
            keys: Map::default(),
            touched_keys: Vec::new(),
            changes: Map::default(),
            later: Map::default(),
            below: Set::default(),
            in_list: Set::default(),
            stretches: Vec::new(),
            has_lists: false,
            matched: Map::default(),
            trash: None,
            list_trash: None,
            oldest: None,
            made: Vec::new(),
            removed_changes: Vec::new(),
        }
    }

    /// Whether a row that is asked for by its key was loaded.
    pub fn knows(&self, need: &Need) -> bool {
        match need {
            Need::Task(id) => self.tasks.contains_key(id),
            Need::List(id) => self.lists.contains_key(id),
            Need::Key(key) => self.keys.contains_key(key),
            Need::Below(id) => self.below.contains(id),
            Need::InList(id) => self.in_list.contains(id),
            Need::Lists => self.has_lists,
            _ => false,
        }
    }

    // What was loaded. What is known already stays as it is known.

    pub fn load_task(&mut self, id: TaskId, task: Option<Task>) {
        if let Some(task) = task.as_ref().filter(|task| !task.is_deleted()) {
            for reference in task.content.references.keys() {
                self.load_reference(reference, Some(id));
            }
        }
        load(&mut self.tasks, id, task);
    }

    pub fn load_list(&mut self, id: ListId, list: Option<List>) {
        load(&mut self.lists, id, list);
    }

    fn load_tasks(&mut self, tasks: Vec<Task>) {
        for task in tasks {
            self.load_task(task.id, Some(task));
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

    pub fn load_later(&mut self, item: ItemId, changes: Vec<Change>) {
        self.later.insert(item, changes);
    }

    pub fn load_below(&mut self, id: TaskId, tasks: Vec<Task>) {
        self.below.insert(id);
        self.load_tasks(tasks);
    }

    pub fn load_in_list(&mut self, id: ListId, tasks: Vec<Task>) {
        self.in_list.insert(id);
        self.load_tasks(tasks);
    }

    /// In any order.
    pub fn load_siblings(&mut self, stretch: Stretch, mut places: Vec<Place>) {
        places.sort_unstable();
        if stretch.toward == Toward::Before {
            places.reverse();
        }
        places.truncate(stretch.count);
        self.stretches.push((stretch, places));
    }

    pub fn load_lists(&mut self, lists: Vec<List>) {
        for list in lists {
            self.load_list(list.id, Some(list));
        }
        self.has_lists = true;
    }

    /// The next of those that may match: what the filter does not select is forgotten.
    pub fn load_matching(&mut self, matching: Matching, mut tasks: Vec<Task>) {
        let last = tasks.last().map(Task::position);
        let is_whole = tasks.len() < MATCHING_STEP;
        tasks.retain(|task| matching.asked().matches(task));
        let matched = self.matched.entry(matching).or_default();
        matched.count += tasks.len();
        matched.is_whole = is_whole;
        matched.last = last;
        self.load_tasks(tasks);
    }

    pub(super) fn matched(&self, matching: &Matching) -> Option<&Matched> {
        self.matched.get(matching)
    }

    pub fn load_trash(&mut self, tasks: Vec<Task>) {
        self.load_tasks(tasks.clone());
        self.trash = Some(tasks);
    }

    pub fn load_list_trash(&mut self, lists: Vec<List>) {
        for list in &lists {
            self.load_list(list.id, Some(list.clone()));
        }
        self.list_trash = Some(lists);
    }

    pub fn load_oldest(&mut self, count: usize, changes: Vec<Change>) {
        self.oldest = Some((count, changes));
    }

    /// Notes that there are no such rows.
    pub fn load_nothing(&mut self, need: Need) {
        match need {
            Need::Task(id) => self.load_task(id, None),
            Need::List(id) => self.load_list(id, None),
            Need::Key(key) => self.load_key(key, None),
            Need::Reference(reference) => self.load_reference(reference, None),
            Need::Changes(numbers) => self.load_changes(numbers, Vec::new()),
            Need::Later { item, .. } => self.load_later(item, Vec::new()),
            Need::Below(id) => self.load_below(id, Vec::new()),
            Need::InList(id) => self.load_in_list(id, Vec::new()),
            Need::Siblings(stretch) => self.load_siblings(stretch, Vec::new()),
            Need::Lists => self.load_lists(Vec::new()),
            Need::Matching { matching, .. } => self.load_matching(matching, Vec::new()),
            Need::Trash { .. } => self.load_trash(Vec::new()),
            Need::ListTrash { .. } => self.load_list_trash(Vec::new()),
            Need::OldestChanges { count } => self.load_oldest(count, Vec::new()),
        }
    }

    // What was decided.

    /// Applies the changes of a work.
    pub(super) fn absorb(&mut self, draft: Draft) {
        self.account = draft.account;
        absorb(&mut self.tasks, draft.tasks);
        absorb(&mut self.lists, draft.lists);
        for (reference, now) in draft.references {
            self.references.entry(reference).or_default().now = now;
        }
        self.made.extend(draft.changes);
        self.removed_changes.extend(draft.removed_changes);
    }

    pub(super) fn keep(&mut self, key: Arc<str>, kept: KeptAnswer) {
        let now = kept.created_at;
        // One whose time is over had been counted.
        if self
            .keys
            .insert(key.clone(), Some(kept))
            .flatten()
            .is_none()
        {
            self.account.count_answer(now);
        }
        self.touch(key);
    }

    /// An answer is repeated: it is sent only when its row was committed once more.
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

    /// The tasks that were changed, created or removed.
    pub fn changed_tasks(&self) -> impl Iterator<Item = &Row<Content>> {
        self.tasks.values().filter(|row| row.loaded != row.now)
    }

    /// The same of lists.
    pub fn changed_lists(&self) -> impl Iterator<Item = &Row<ListContent>> {
        self.lists.values().filter(|row| row.loaded != row.now)
    }

    /// The references that are added, removed, or moved to another task.
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

fn load<C: RecordContent>(rows: &mut Rows<C>, id: C::Id, record: Option<Record<C>>) {
    if let Entry::Vacant(entry) = rows.entry(id) {
        entry.insert(Row {
            loaded: record.clone(),
            now: record,
        });
    }
}

fn absorb<C: RecordContent>(rows: &mut Rows<C>, drafted: Map<C::Id, Option<Record<C>>>) {
    for (id, record) in drafted {
        match rows.entry(id) {
            Entry::Occupied(mut entry) => entry.get_mut().now = record,
            Entry::Vacant(entry) => {
                entry.insert(Row {
                    loaded: None,
                    now: record,
                });
            }
        }
    }
}

fn held_tags(task: Option<&Task>) -> &[String] {
    let task = task.filter(|task| !task.is_deleted());
    task.map_or(&[], |task| task.content.tags.as_slice())
}
