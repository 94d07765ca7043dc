//! Writing tasks: some work is one transaction, and what its rows say is told for each operation. How operations
//! become statements: `plan`.

use std::sync::{Arc, OnceLock};

use super::plan::{Place, Plan};
use super::tasks::StoredTask;
use super::{Judge, Kept, Store, Verdict, answers};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::tasks::model::{Expected, NewTask, Task, TaskId, UserId};
use crate::tasks::operation::{Answer, Done, Operation, Outcome, Twice, Work, Written};

impl Store {
    /// Does the work in one transaction. `batch` names the operations together, where there are several.
    ///
    /// # Errors
    /// [`Error::KeyReused`], or a failure; what an operation is refused for stands in its outcome.
    pub async fn apply(
        &self,
        work: Work,
        batch: Option<uuid::Uuid>,
        now: Timestamp,
    ) -> Result<Done, Error> {
        let work = Arc::new(work);
        match self.try_apply(&work, batch, now).await {
            Err(Error::KeyTaken) => {}
            done => return done,
        }
        let Some(repeat) = &work.repeat else {
            return Err(Error::Internal("a number was given twice".into()));
        };
        if let Some(answer) = self.find_answer(&work.user, repeat, now).await? {
            return Ok(Done::Before(answer));
        }
        // It is there, but its time is over, although nobody has swept it up yet.
        self.forget_answer(&work.user, repeat, now).await?;
        match self.try_apply(&work, batch, now).await {
            Err(Error::KeyTaken) => Err(Error::KeyInUse),
            done => done,
        }
    }

    async fn try_apply(
        &self,
        work: &Arc<Work>,
        batch: Option<uuid::Uuid>,
        now: Timestamp,
    ) -> Result<Done, Error> {
        let foreseen = foresee(work, now);
        let may_be_refused = foreseen.is_none();
        let several = work.operations.len() > 1;
        let wants_judge =
            work.dry_run || may_be_refused && (work.repeat.is_some() || work.atomic && several);
        let Plan { mut steps, places } = Plan::new(work, batch, now, wants_judge || several);
        let answer = Arc::new(OnceLock::new());
        if let Some(repeat) = work.repeat.as_ref().filter(|_| !work.dry_run) {
            if let Some(outcomes) = &foreseen {
                let _ = answer.set((repeat.answer)(outcomes));
            }
            steps.insert(0, answers::claim(&work.user, repeat, now, answer.get()));
        }
        let places: Arc<[Place]> = places.into();
        let judge = wants_judge.then(|| judge(work, &places, &answer));
        let rows = self.write(steps, judge).await?;

        let mut outcomes = outcomes(work, &places, &rows);
        if let ([outcome @ Err(Error::TaskNotFound)], [operation]) =
            (&mut *outcomes, &*work.operations)
            && let Some(id) = conditional(operation)
            && let Some(task) = self.find_task(&work.user, id).await?
        {
            *outcome = Err(Error::TaskChanged(Box::new(task)));
        }
        if refuses_all(work, &outcomes)
            && let Some(repeat) = &work.repeat
        {
            // What the steps did was taken back, and the key with it.
            let refusal = (repeat.answer)(&outcomes);
            let claim = answers::claim(&work.user, repeat, now, Some(&refusal));
            self.write::<()>(vec![claim], None).await?;
            return Ok(Done::Now(outcomes, Some(refusal)));
        }
        Ok(Done::Now(outcomes, answer.get().cloned()))
    }
}

/// The task of a write that has a condition.
fn conditional(operation: &Operation) -> Option<TaskId> {
    match operation {
        Operation::Change { id, expected, .. } | Operation::Delete { id, expected } => {
            (*expected != Expected::Anything).then_some(*id)
        }
        _ => None,
    }
}

/// Whether all is taken back because one was refused. One alone has changed nothing then.
fn refuses_all(work: &Work, outcomes: &[Outcome]) -> bool {
    work.atomic && !work.dry_run && outcomes.len() > 1 && outcomes.iter().any(Result::is_err)
}

fn judge(
    work: &Arc<Work>,
    places: &Arc<[Place]>,
    answer: &Arc<OnceLock<Answer>>,
) -> Judge<StoredTask> {
    let (work, places, answer) = (work.clone(), places.clone(), answer.clone());
    Box::new(move |rows| {
        let outcomes = outcomes(&work, &places, rows);
        if work.dry_run || refuses_all(&work, &outcomes) {
            return Verdict::Rollback;
        }
        let keep = work.repeat.as_ref().map(|repeat| {
            let answer = answer.get_or_init(|| (repeat.answer)(&outcomes));
            answers::keep(&work.user, repeat, answer)
        });
        Verdict::Commit(keep.into_iter().collect())
    })
}

/// What will come of the work, where that depends on nothing that is stored.
fn foresee(work: &Work, now: Timestamp) -> Option<Vec<Outcome>> {
    let foresee = |operation: &Operation| match operation {
        Operation::Create {
            id,
            new,
            twice: Twice::Impossible,
        } => Some(Ok(Written::Created(Task {
            id: *id,
            user_id: work.user.clone(),
            title: new.title.clone(),
            description: new.description.clone(),
            completed: new.completed,
            created_at: now,
            updated_at: now,
            version: 1,
            seq: 0,
            deleted_at: None,
        }))),
        _ => None,
    };
    work.operations.iter().map(foresee).collect()
}

fn outcomes(work: &Work, places: &[Place], rows: &Kept<StoredTask>) -> Vec<Outcome> {
    let operations = work.operations.iter().zip(places);
    operations
        .map(|(operation, place)| outcome(&work.user, operation, *place, rows))
        .collect()
}

fn outcome(user: &UserId, operation: &Operation, place: Place, rows: &Kept<StoredTask>) -> Outcome {
    let row = |place: usize| rows.get(place).map_or(&[][..], Vec::as_slice);
    let task = |stored: &StoredTask| stored.clone().of(user);
    let seen = || place.look.and_then(|look| row(look).first()).map(task);
    let done = match operation {
        Operation::Create { id, .. } => row(place.result).iter().find(|stored| stored.id == *id),
        _ => row(place.result).first(),
    };
    if let Some(done) = done.map(task) {
        return Ok(match operation {
            Operation::Create { .. } => Written::Created(done),
            _ if done.deleted_at.is_some() => Written::Deleted(done),
            _ => Written::Changed(done),
        });
    }
    let seen = seen().ok_or(Error::TaskNotFound)?;
    match operation {
        Operation::Create { .. } if seen.deleted_at.is_some() => Err(Error::TaskInTrash),
        Operation::Create { new, twice, .. } => match twice {
            Twice::Compare if is_same(&seen, new) => Ok(Written::Unchanged(seen)),
            Twice::Compare | Twice::Impossible => Err(Error::TaskDiffers(Box::new(seen))),
            Twice::Refuse => Err(Error::TaskExists(Box::new(seen))),
        },
        // Made and thrown away in one go: it is where undoing would bring it.
        Operation::Revert { latest, .. } if seen.seq == *latest => Ok(Written::Unchanged(seen)),
        Operation::Revert { .. } => Err(Error::ChangedSince(seen.seq)),
        Operation::Restore { .. } => Ok(Written::Unchanged(seen)),
        _ if seen.deleted_at.is_some() => Err(Error::TaskNotFound),
        Operation::Change { .. } | Operation::Delete { .. } => {
            Err(Error::TaskChanged(Box::new(seen)))
        }
    }
}

fn is_same(task: &Task, new: &NewTask) -> bool {
    task.title == new.title
        && task.description == new.description
        && task.completed == new.completed
}
