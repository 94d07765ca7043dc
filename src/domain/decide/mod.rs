//! Decides what comes of some work: from what is known of its space, to what the space is then. Pure: the same state
//! and work give the same decision.

mod operate;
mod sweep;
#[cfg(test)]
mod tests;
mod undo;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::change::{Batch, Change, Kind};
use super::content::Patch;
use super::limits::KEY_LIFETIME;
use super::work::{Deed, Done, KeptAnswer, Outcome, Work};
use super::{Account, ReferenceKey, Refusal, State, Task, TaskId, Timestamp};

/// What comes of some work, not yet taken over into the state.
#[derive(Debug)]
pub struct Decision {
    pub done: Done,
    /// `None`: nothing changes.
    draft: Option<Draft>,
    /// Whether the answer can be kept.
    keeps: bool,
}

/// Decides some work of which nothing is missing.
///
/// # Errors
/// [`Refusal::KeyReused`]; what else is refused stands in the outcomes.
pub fn decide(state: &State, work: &Work) -> Result<Decision, Refusal> {
    if let Some(key) = &work.key
        && let Some(Some(kept)) = state.keys.get(&key.key)
        && kept.stands_at(work.now)
    {
        if *kept.fingerprint != *key.fingerprint {
            return Err(Refusal::KeyReused);
        }
        return Ok(Decision {
            done: Done::Before(kept.answer.clone()),
            draft: None,
            keeps: false,
        });
    }
    let mut draft = Drafting::new(state, work);
    let (done, changes) = match &work.deed {
        Deed::Operate(operations) => {
            let outcomes = operate::operate(&mut draft, operations);
            let refused = outcomes.iter().any(Result::is_err);
            let changes = !(operations.dry_run || operations.atomic && refused);
            (Done::Now(outcomes), changes)
        }
        Deed::Undo { seq, since } => {
            let outcomes = undo::undo(&mut draft, *seq, *since);
            let refused = outcomes.iter().any(Result::is_err);
            (Done::Now(outcomes), !refused)
        }
        Deed::SweepTrash { .. } => (Done::Swept(sweep::sweep_trash(&mut draft)), true),
        Deed::SweepChanges { until } => {
            (Done::Swept(sweep::sweep_changes(&mut draft, *until)), true)
        }
    };
    let is_dry = matches!(&work.deed, Deed::Operate(operations) if operations.dry_run);
    Ok(Decision {
        done,
        draft: changes.then(|| draft.finish()),
        keeps: work.key.is_some() && !is_dry,
    })
}

impl Decision {
    /// What the door has to write down, if the answer is to be kept.
    pub fn outcomes_to_keep(&self) -> Option<&[Outcome]> {
        match &self.done {
            Done::Now(outcomes) if self.keeps => Some(outcomes),
            _ => None,
        }
    }

    /// Takes the decision over into the state, with what the door wrote down.
    pub fn accept(self, state: &mut State, work: &Work, answer: Option<Arc<[u8]>>) -> Done {
        if let Some(draft) = self.draft {
            state.absorb(draft);
        }
        if let Some(key) = &work.key {
            match (&self.done, answer) {
                (Done::Before(_), _) => state.touch(key.key.clone()),
                (_, Some(answer)) => {
                    let kept = KeptAnswer {
                        fingerprint: (*key.fingerprint).to_owned(),
                        created_at: work.now,
                        answer,
                    };
                    state.keep(key.key.clone(), kept);
                }
                (_, None) => {}
            }
        }
        self.done
    }
}

/// In the trash there are none.
fn held_references(task: &Task) -> HashSet<ReferenceKey> {
    let mut keys = HashSet::new();
    if !task.is_deleted() {
        keys.extend(task.content.references.keys());
    }
    keys
}

impl KeptAnswer {
    /// Whether its time is not over.
    pub(super) fn stands_at(&self, now: Timestamp) -> bool {
        self.created_at > now.minus(KEY_LIFETIME)
    }
}

/// What some work changes, beside the state, which stays as it is until the work is accepted.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) account: Account,
    pub(super) tasks: HashMap<TaskId, Option<Task>>,
    pub(super) references: HashMap<ReferenceKey, Option<TaskId>>,
    pub(super) changes: Vec<Change>,
    pub(super) removed_changes: Vec<i64>,
}

/// A draft while it is made.
struct Drafting<'a> {
    state: &'a State,
    work: &'a Work,
    draft: Draft,
}

impl<'a> Drafting<'a> {
    fn new(state: &'a State, work: &'a Work) -> Self {
        Self {
            state,
            work,
            draft: Draft {
                account: state.account,
                tasks: HashMap::new(),
                references: HashMap::new(),
                changes: Vec::new(),
                removed_changes: Vec::new(),
            },
        }
    }
}

impl Drafting<'_> {
    /// A task as it is by now, also one in the trash.
    fn task(&self, id: TaskId) -> Option<&Task> {
        match self.draft.tasks.get(&id) {
            Some(task) => task.as_ref(),
            None => self.state.task(id),
        }
    }

    fn holder(&self, reference: &ReferenceKey) -> Option<TaskId> {
        let before = || self.state.references.get(reference)?.now;
        let drafted = self.draft.references.get(reference).copied();
        drafted.unwrap_or_else(before)
    }

    /// Gives a task the references that it comes to have, unless another has one of them, and takes from it those that
    /// it had.
    fn claim(&mut self, old: Option<&Task>, new: &Task) -> Result<(), Refusal> {
        if let Some(old) = old {
            self.release(old, new);
        }
        let has = held_references(new);
        for reference in &has {
            let other = self.holder(reference).filter(|holder| *holder != new.id);
            if let Some(task) = other.and_then(|other| self.task(other)) {
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

    /// Takes from a task the references that it does not come to keep.
    fn release(&mut self, old: &Task, new: &Task) {
        let keeps = held_references(new);
        for reference in held_references(old).difference(&keeps) {
            if self.holder(reference) == Some(old.id) {
                self.draft.references.insert(reference.clone(), None);
            }
        }
    }

    fn insert(&mut self, mut task: Task) -> Task {
        task.seq = self.draft.account.next_seq();
        self.draft.account.count(&task, 1);
        self.record(task.seq, &task, Kind::Created, None, None, Patch::default());
        self.draft.tasks.insert(task.id, Some(task.clone()));
        task
    }

    /// When a task is changed: later than ever before, whatever the clock says.
    fn time_after(&self, old: &Task) -> Timestamp {
        self.work.now.max(old.updated_at.next())
    }

    /// Puts a task that was changed in the place of what it was.
    fn replace(&mut self, old: &Task, mut new: Task, undoes: Option<i64>, before: Patch) -> Task {
        let kind = match (old.is_deleted(), new.is_deleted()) {
            (false, true) => Kind::Deleted,
            (true, false) => Kind::Restored,
            _ => Kind::Changed,
        };
        new.seq = self.draft.account.next_seq();
        new.version = old.version + 1;
        new.updated_at = self.time_after(old);
        self.draft.account.count(old, -1);
        self.draft.account.count(&new, 1);
        self.overtake(old);
        self.record(new.seq, &new, kind, undoes, Some(old.seq), before);
        self.draft.tasks.insert(new.id, Some(new.clone()));
        new
    }

    /// A change that was kept although it is old, because it was the latest of its task, no longer is.
    fn overtake(&mut self, old: &Task) {
        if old.seq <= self.draft.account.forgotten_seq {
            self.draft.removed_changes.push(old.seq);
        }
    }

    fn record(
        &mut self,
        seq: i64,
        task: &Task,
        kind: Kind,
        undoes: Option<i64>,
        former_seq: Option<i64>,
        before: Patch,
    ) {
        self.draft.changes.push(Change {
            seq,
            task: task.id,
            kind,
            at: self.work.now,
            author: self.work.author.clone(),
            batch: None,
            undoes,
            former_seq,
            before,
        });
    }

    fn finish(mut self) -> Draft {
        let size = self.draft.changes.len();
        if let (Some(first), true) = (self.draft.changes.first(), size > 1) {
            let batch = Batch {
                first: first.seq,
                size: i64::try_from(size).unwrap_or(i64::MAX),
            };
            for change in &mut self.draft.changes {
                change.batch = Some(batch);
            }
        }
        self.draft
    }
}
