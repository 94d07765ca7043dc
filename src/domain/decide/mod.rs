//! Decides a work: from the known state of its space to the outcome and the next state. Pure: the same state
//! and work give the same decision. If a row is missing, the need is returned, and the work is decided again with it.

mod below;
mod draft;
mod each;
mod import;
mod kept;
mod operate;
mod place;
mod recur;
mod shelves;
mod sweep;
#[cfg(test)]
mod tests;
mod trash;
mod undo;

use std::sync::Arc;

pub(super) use self::draft::Draft;
use self::draft::Drafting;
use super::limits::KEY_LIFETIME;
use super::state::Need;
use super::work::{Deed, Done, KeptAnswer, Outcome, Work};
use super::{Account, Refusal, State, Timestamp};

/// The outcome of a work, not yet applied to the state.
#[derive(Debug)]
pub struct Decision {
    pub done: Done,
    /// `None`: nothing changes.
    draft: Option<Draft>,
    /// Whether the answer can be kept.
    keeps: bool,
}

/// Why nothing was decided.
#[derive(Debug, PartialEq, Eq)]
pub enum Undecided {
    Refused(Refusal),
    /// These have to be loaded before.
    Lacks(Vec<Need>),
}

/// Decides a work.
///
/// # Errors
/// Rows that are missing, or [`Refusal::KeyReused`]; what else is refused stands in the outcomes.
pub fn decide(state: &State, work: &Work) -> Result<Decision, Undecided> {
    if let Some(key) = &work.key {
        match state.keys.get(&key.key) {
            None => return Err(Undecided::Lacks(vec![Need::Key(key.key.clone())])),
            Some(Some(kept)) if kept.stands_at(work.now) => {
                return if *kept.fingerprint == *key.fingerprint {
                    Ok(Decision {
                        done: Done::Before(kept.answer.clone()),
                        draft: None,
                        keeps: false,
                    })
                } else {
                    Err(Undecided::Refused(Refusal::KeyReused))
                };
            }
            Some(_) => {}
        }
    }
    if state.account.is_leaving && !matches!(work.deed, Deed::Leave) {
        return Err(Undecided::Refused(Refusal::Leaving));
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
        Deed::Leave => {
            // Where there is no account, there is nothing to be removed.
            let is_there = state.account != Account::default();
            draft.draft.account.is_leaving = is_there;
            (Done::Left, is_there)
        }
        Deed::SweepTrash { until } => (sweep::sweep_trash(&mut draft, *until), true),
        Deed::SweepChanges { until } => (sweep::sweep_changes(&mut draft, *until), true),
    };
    let draft = draft.finish().map_err(Undecided::Lacks)?;
    let is_dry = matches!(&work.deed, Deed::Operate(operations) if operations.dry_run);
    Ok(Decision {
        done,
        draft: changes.then_some(draft),
        keeps: work.key.is_some() && !is_dry,
    })
}

impl Decision {
    /// What the caller's encoder has to write, if the answer is to be kept; and the number of the latest change once it is
    /// accepted: a record with a later one is of a draft that was given up.
    pub fn to_keep(&self, state: &State) -> Option<(&[Outcome], i64)> {
        let account = self.draft.as_ref().map(|draft| &draft.account);
        match &self.done {
            Done::Now(outcomes) if self.keeps => {
                Some((outcomes, account.unwrap_or(&state.account).seq))
            }
            _ => None,
        }
    }

    /// Applies the decision to the state, with the encoded answer.
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

impl KeptAnswer {
    /// Whether it has not expired.
    pub(super) fn stands_at(&self, now: Timestamp) -> bool {
        self.created_at > now.minus(KEY_LIFETIME)
    }
}
