//! What happens to a group between loading and saving, the same for both engines: each work is decided in its turn, and
//! whoever asked is told when it is known what became of the group.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::{Applied, Pending, Turn};
use crate::domain::{Account, Need, SpaceId, State, decide};
use crate::error::{Cause, Error, chain};

/// How a group ended.
#[derive(Debug)]
pub(super) enum End {
    Committed,
    /// It is certain that nothing has changed.
    NotDone(Error),
    /// The commit was asked for, and what came of it is not known.
    Unknown(Cause),
}

/// Works of one space that were decided, and the state that they lead to.
pub(super) struct Decided {
    pub(super) space: SpaceId,
    pub(super) state: State,
    works: Vec<(Pending, Result<Applied, Error>)>,
}

/// What some works need before anything of their space is known.
pub(super) fn first_needs(turn: &Turn) -> Vec<Need> {
    let nothing = State::new(Account::default());
    let works = turn.works.iter();
    works
        .flat_map(|pending| nothing.missing(&pending.work))
        .collect()
}

/// Decides works of a space that has no account, and of which none makes one.
pub(super) fn decide_without_account(turn: Turn) -> Decided {
    let mut state = State::new(Account::default());
    for need in first_needs(&turn) {
        state.load_nothing(need);
    }
    decide_all(turn.space, state, turn.works)
}

/// Decides works that all is loaded for, in their order.
pub(super) fn decide_all(space: SpaceId, mut state: State, works: Vec<Pending>) -> Decided {
    let decide = |pending: Pending| {
        // On a copy of what it touches: a panic is one caller's misfortune.
        let deciding = AssertUnwindSafe(|| decide_one(&mut state, &pending));
        let outcome = catch_unwind(deciding).unwrap_or_else(|_| Err(panicked()));
        (pending, outcome)
    };
    let works = works.into_iter().map(decide).collect();
    Decided {
        space,
        state,
        works,
    }
}

fn decide_one(state: &mut State, pending: &Pending) -> Result<Applied, Error> {
    let before = state.account.seq;
    let decision = decide(state, &pending.work)?;
    let encode = pending.encode.as_ref();
    let answer = encode.and_then(|encode| encode(decision.outcomes_to_keep()?));
    let done = decision.accept(state, &pending.work, answer.clone());
    let seq = state.account.seq;
    Ok(Applied {
        done,
        answer,
        latest_change: (seq > before).then_some(seq),
    })
}

fn panicked() -> Error {
    Error::Internal("a decision panicked".into())
}

impl Decided {
    /// Works that nothing was decided for, because the group failed before.
    pub(super) fn into_works(self) -> Vec<Pending> {
        self.works.into_iter().map(|(pending, _)| pending).collect()
    }

    /// Tells everybody, now that all is committed.
    pub(super) fn tell(self) {
        for (pending, outcome) in self.works {
            pending.tell(outcome);
        }
    }
}

/// The same error, for another caller.
pub(super) fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable {
            what, retry_after, ..
        } => Error::Unavailable {
            what,
            retry_after: *retry_after,
            source: Some(chain(error).into()),
        },
        other => Error::Internal(chain(other).into()),
    }
}

pub(super) fn tell_failed(works: impl IntoIterator<Item = Pending>, error: &Error) {
    for pending in works {
        pending.tell(Err(again(error)));
    }
}

/// Nobody knows whether it was committed.
pub(super) fn tell_unknown(decided: Vec<Decided>, cause: &str) {
    tracing::error!(
        cause,
        "it is not known whether a group of writes was committed"
    );
    for pending in decided.into_iter().flat_map(Decided::into_works) {
        pending.tell(Err(Error::OutcomeUnknown(cause.to_owned().into())));
    }
}
