//! What a work changes, kept beside the state, which stays as it is until the work is accepted.

use std::cell::RefCell;

use super::kept::Kept;
use super::shelves::Shelves;
use crate::domain::change::{Batch, Change, Kind};
use crate::domain::content::{Content, RecordContent};
use crate::domain::state::Need;
use crate::domain::work::{Expected, Work};
use crate::domain::{
    Account, ListContent, Map, Record, ReferenceKey, Refusal, Set, State, Task, TaskId, Timestamp,
};

pub(super) type Drafted<C> = Map<<C as RecordContent>::Id, Option<Record<C>>>;

#[derive(Debug)]
pub(in crate::domain) struct Draft {
    pub(in crate::domain) account: Account,
    pub(in crate::domain) tasks: Drafted<Content>,
    pub(in crate::domain) lists: Drafted<ListContent>,
    pub(in crate::domain) references: Map<ReferenceKey, Option<TaskId>>,
    pub(in crate::domain) changes: Vec<Change>,
    pub(in crate::domain) removed_changes: Vec<i64>,
}

impl Draft {
    fn new(account: Account) -> Self {
        Self {
            account,
            tasks: Map::default(),
            lists: Map::default(),
            references: Map::default(),
            changes: Vec::new(),
            removed_changes: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.lists.is_empty()
            && self.references.is_empty()
            && self.changes.is_empty()
            && self.removed_changes.is_empty()
    }
}

/// A draft while it is made.
pub(super) struct Drafting<'a> {
    pub(super) state: &'a State,
    pub(super) work: &'a Work,
    /// Of the operations that were done.
    done: Draft,
    /// Of the present operation: if it is refused, it has changed nothing.
    pub(super) draft: Draft,
    /// Rows that were needed and are not loaded. Then the decision is discarded.
    pub(super) lacks: RefCell<Vec<Need>>,
    /// Once something has asked for it.
    pub(super) shelves: RefCell<Option<Shelves>>,
}

impl<'a> Drafting<'a> {
    pub(super) fn new(state: &'a State, work: &'a Work) -> Self {
        Self {
            state,
            work,
            done: Draft::new(state.account),
            draft: Draft::new(state.account),
            lacks: RefCell::default(),
            shelves: RefCell::default(),
        }
    }
}

impl Drafting<'_> {
    /// Asks for rows: the work is decided again when they are there.
    pub(super) fn lack(&self, need: Need) {
        self.lacks.borrow_mut().push(need);
    }

    /// Ends an operation: what it has changed stays, or goes.
    pub(super) fn end_operation(&mut self, keeps: bool) {
        let next = Draft::new(if keeps {
            self.draft.account
        } else {
            self.done.account
        });
        let draft = std::mem::replace(&mut self.draft, next);
        if !keeps {
            self.put_back(&draft.tasks);
        }
        if keeps && self.done.is_empty() {
            self.done = draft;
        } else if keeps {
            self.done.account = draft.account;
            self.done.tasks.extend(draft.tasks);
            self.done.lists.extend(draft.lists);
            self.done.references.extend(draft.references);
            self.done.changes.extend(draft.changes);
            self.done.removed_changes.extend(draft.removed_changes);
        }
    }

    /// The present state of a task or a list, also of one in the trash.
    pub(super) fn find<C: Kept>(&self, id: C::Id) -> Option<&Record<C>> {
        match self.find_known::<C>(id) {
            Ok(found) => found,
            Err(need) => {
                self.lack(need);
                None
            }
        }
    }

    /// As [`Drafting::find`]; asks for nothing.
    pub(super) fn find_known<C: Kept>(&self, id: C::Id) -> Result<Option<&Record<C>>, Need> {
        for draft in [&self.draft, &self.done] {
            if let Some(drafted) = C::drafted(draft).get(&id) {
                return Ok(drafted.as_ref());
            }
        }
        match C::rows(self.state).get(&id) {
            Some(row) => Ok(row.now.as_ref()),
            None => Err(C::need(id)),
        }
    }

    /// As [`Drafting::find`], but not one in the trash.
    pub(super) fn find_live<C: Kept>(&self, id: C::Id) -> Option<&Record<C>> {
        self.find::<C>(id).filter(|record| !record.is_deleted())
    }

    /// The tasks or lists that are known and not in the trash.
    pub(super) fn known<C: Kept>(&self) -> impl Iterator<Item = &Record<C>> {
        let [draft, done] = [&self.draft, &self.done].map(C::drafted);
        let rows = C::rows(self.state);
        let drafted = draft.values().flatten();
        let done_before = done.iter().filter(|(id, _)| !draft.contains_key(id));
        let done_before = done_before.filter_map(|(_, record)| record.as_ref());
        let others = rows
            .iter()
            .filter(|(id, _)| !draft.contains_key(id) && !done.contains_key(id));
        let others = others.filter_map(|(_, row)| row.now.as_ref());
        let all = drafted.chain(done_before).chain(others);
        all.filter(|record| !record.is_deleted())
    }

    /// One that exists, in a version that the caller expects.
    pub(super) fn expected<C: Kept>(
        &self,
        id: C::Id,
        expected: &Expected,
    ) -> Result<Record<C>, Refusal> {
        self.find_live::<C>(id).ok_or(Refusal::NotFound(C::NOUN))?;
        self.expected_anywhere(id, expected)
    }

    /// As [`Drafting::expected`], also one in the trash.
    pub(super) fn expected_anywhere<C: Kept>(
        &self,
        id: C::Id,
        expected: &Expected,
    ) -> Result<Record<C>, Refusal> {
        let record = self.find::<C>(id).cloned();
        let record = record.ok_or(Refusal::NotFound(C::NOUN))?;
        let version = record.version;
        match expected {
            Expected::OneOf(versions) if versions.is_empty() => {
                Err(Refusal::NoVersion(Box::new(C::item(record))))
            }
            Expected::OneOf(versions) if !versions.contains(&version) => {
                Err(Refusal::Changed(Box::new(C::item(record))))
            }
            _ => Ok(record),
        }
    }

    pub(super) fn holder(&self, reference: &ReferenceKey) -> Option<TaskId> {
        for draft in [&self.draft, &self.done] {
            if let Some(drafted) = draft.references.get(reference) {
                return *drafted;
            }
        }
        let Some(holder) = self.state.references.get(reference) else {
            self.lack(Need::Reference(reference.clone()));
            return None;
        };
        holder.now
    }

    /// Gives a task its new references, unless another task has one of them, and removes those that
    /// it had before.
    pub(super) fn claim(&mut self, old: Option<&Task>, new: &Task) -> Result<(), Refusal> {
        if let Some(old) = old {
            self.release(old, new);
        }
        let has = held_references(new);
        for reference in &has {
            let other = self.holder(reference).filter(|holder| *holder != new.id);
            if let Some(task) = other.and_then(|other| self.find::<Content>(other)) {
                return Err(Refusal::ReferenceTaken(Box::new(task.clone())));
            }
        }
        for reference in has {
            if self.holder(&reference) != Some(new.id) {
                self.draft.references.insert(reference, Some(new.id));
            }
        }
        Ok(())
    }

    /// Removes the references that a task does not keep.
    pub(super) fn release(&mut self, old: &Task, new: &Task) {
        let keeps = held_references(new);
        for reference in held_references(old).difference(&keeps) {
            if self.holder(reference) == Some(old.id) {
                self.draft.references.insert(reference.clone(), None);
            }
        }
    }

    /// A record that is created now.
    pub(super) fn new_record<C: RecordContent>(&self, id: C::Id, content: C) -> Record<C> {
        Record {
            space: self.work.space.clone(),
            id,
            content,
            created_at: self.work.now,
            updated_at: self.work.now,
            version: 1,
            seq: 0,
            deleted_at: None,
        }
    }

    /// Refuses one more task than there may be. What is there already stays.
    pub(super) fn check_room(&self) -> Result<(), Refusal> {
        let most = self.work.most_tasks;
        if self.draft.account.task_count >= most {
            return Err(Refusal::TooManyTasks(most));
        }
        Ok(())
    }

    /// As [`Drafting::check_room`], at the end: with all that was added and removed.
    pub(super) fn check_growth(&self) -> Result<(), Refusal> {
        let (most, count) = (self.work.most_tasks, self.draft.account.task_count);
        if count > most && count > self.state.account.task_count {
            return Err(Refusal::TooManyTasks(most));
        }
        Ok(())
    }

    pub(super) fn insert<C: Kept>(&mut self, mut record: Record<C>) -> Record<C> {
        record.seq = self.draft.account.next_seq(self.work.now);
        C::count(&mut self.draft.account, &record, 1);
        let nothing = C::Patch::default();
        self.record::<C>(record.seq, record.id, Kind::Created, None, None, nothing);
        self.shelve(&record);
        C::drafted_mut(&mut self.draft).insert(record.id, Some(record.clone()));
        record
    }

    /// When something is changed: later than ever before, whatever the clock says.
    pub(super) fn time_after<C: RecordContent>(&self, old: &Record<C>) -> Timestamp {
        self.work.now.max(old.updated_at.next())
    }

    /// Replaces a record by its changed version.
    pub(super) fn replace<C: Kept>(
        &mut self,
        old: &Record<C>,
        mut new: Record<C>,
        undoes: Option<i64>,
    ) -> Record<C> {
        let kind = match (old.is_deleted(), new.is_deleted()) {
            (false, true) => Kind::Deleted,
            (true, false) => Kind::Restored,
            _ => Kind::Changed,
        };
        new.updated_at = self.time_after(old);
        self.put(old, new, kind, undoes)
    }

    /// As [`Drafting::replace`], for a record that only made room for another: that does not count as an update.
    pub(super) fn spread<C: Kept>(&mut self, old: &Record<C>, new: Record<C>) {
        self.put(old, new, Kind::Spread, None);
    }

    fn put<C: Kept>(
        &mut self,
        old: &Record<C>,
        mut new: Record<C>,
        kind: Kind,
        undoes: Option<i64>,
    ) -> Record<C> {
        new.seq = self.draft.account.next_seq(self.work.now);
        new.version = old.version + 1;
        C::count(&mut self.draft.account, old, -1);
        C::count(&mut self.draft.account, &new, 1);
        self.overtake(old.seq);
        let before = old.content.replaced_by(&new.content);
        self.record::<C>(new.seq, new.id, kind, undoes, Some(old.seq), before);
        self.shelve(&new);
        C::drafted_mut(&mut self.draft).insert(new.id, Some(new.clone()));
        new
    }

    /// A change that was kept although it is old, because it was the latest of its item, no longer is.
    pub(super) fn overtake(&mut self, seq: i64) {
        if seq <= self.draft.account.forgotten_seq {
            self.draft.removed_changes.push(seq);
        }
    }

    fn record<C: Kept>(
        &mut self,
        seq: i64,
        id: C::Id,
        kind: Kind,
        undoes: Option<i64>,
        former_seq: Option<i64>,
        before: C::Patch,
    ) {
        self.draft.changes.push(Change {
            seq,
            replaced: C::replaced(id, before),
            kind,
            at: self.work.now,
            author: self.work.author.clone(),
            batch: None,
            undoes,
            former_seq,
        });
    }

    /// # Errors
    /// What has to be loaded first, each once.
    pub(super) fn finish(mut self) -> Result<Draft, Vec<Need>> {
        self.end_operation(true);
        #[cfg(test)]
        self.check_shelves();
        let mut lacks = self.lacks.take();
        if !lacks.is_empty() {
            let mut seen = Set::default();
            lacks.retain(|need| seen.insert(need.clone()));
            return Err(lacks);
        }
        let size = self.done.changes.len();
        if let (Some(first), true) = (self.done.changes.first(), size > 1) {
            let batch = Batch {
                first: first.seq,
                size: i64::try_from(size).unwrap_or(i64::MAX),
            };
            for change in &mut self.done.changes {
                change.batch = Some(batch);
            }
        }
        Ok(self.done)
    }
}

/// In the trash there are none.
fn held_references(task: &Task) -> Set<ReferenceKey> {
    let mut keys = Set::default();
    if !task.is_deleted() {
        keys.extend(task.content.references.keys());
    }
    keys
}
