//! What happens to a group between loading and saving, the same for both engines: each work is decided in its turn, as
//! soon as its rows are loaded, and each caller is answered when the outcome of the group is known.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::{Applied, Pending, Turn};
use crate::domain::{Account, Need, SpaceId, State, Undecided, decide};
use crate::error::{Cause, Error, chain};

/// How a group ended.
#[derive(Debug)]
pub(super) enum End {
    Committed,
    /// It is certain that nothing has changed.
    NotDone(Error),
    /// The commit was sent, and its result is not known.
    Unknown(Cause),
}

/// How often more rows are loaded for one group: each round needs the rows of the one before.
const MOST_ROUNDS: usize = 64;

/// Works of one space, decided in their order, and the resulting state.
pub(super) struct Decided {
    pub(super) space: SpaceId,
    pub(super) state: State,
    works: Vec<(Pending, Result<Applied, Error>)>,
    /// The works that come next, and how often one of them had to wait for more rows.
    undecided: VecDeque<Pending>,
    rounds: usize,
}

impl Decided {
    pub(super) fn begin(space: SpaceId, state: State, works: Vec<Pending>) -> Self {
        Self {
            space,
            state,
            works: Vec::with_capacity(works.len()),
            undecided: works.into(),
            rounds: 0,
        }
    }

    /// Decides works until one needs rows that are not loaded: gives those. Then it has to be called again.
    pub(super) fn go_on(&mut self) -> Vec<Need> {
        while let Some(pending) = self.undecided.pop_front() {
            // On a copy of what it touches, so that a panic affects one caller only.
            let deciding = AssertUnwindSafe(|| decide_one(&mut self.state, &pending));
            let outcome = match catch_unwind(deciding) {
                Ok(Ok(applied)) => Ok(applied),
                Ok(Err(Undecided::Refused(refusal))) => Err(refusal.into()),
                Ok(Err(Undecided::Lacks(needs))) if self.rounds < MOST_ROUNDS => {
                    self.rounds += 1;
                    self.undecided.push_front(pending);
                    return needs;
                }
                Ok(Err(Undecided::Lacks(needs))) => {
                    let text = format!("a decision goes on asking: {:?}", needs.first());
                    Err(Error::Internal(text.into()))
                }
                Err(_) => Err(Error::Internal("a decision panicked".into())),
            };
            self.works.push((pending, outcome));
        }
        Vec::new()
    }

    /// All works, because the group failed.
    pub(super) fn into_works(self) -> Vec<Pending> {
        let decided = self.works.into_iter().map(|(pending, _)| pending);
        decided.chain(self.undecided).collect()
    }

    /// As [`Decided::into_works`], to be decided anew.
    pub(super) fn into_turn(self) -> Turn {
        Turn {
            space: self.space.clone(),
            works: self.into_works(),
        }
    }

    /// Answers all callers, after the commit.
    pub(super) fn tell(self) {
        for (pending, outcome) in self.works {
            pending.tell(outcome);
        }
    }
}

/// Rows that some works need in any case.
pub(super) fn first_needs(turn: &Turn) -> Vec<Need> {
    let works = turn.works.iter();
    works
        .flat_map(|pending| pending.work.first_needs())
        .collect()
}

/// Decides works of a space that has no account, and of which none makes one.
pub(super) fn decide_without_account(turn: Turn) -> Decided {
    let state = State::new(Account::default());
    let mut decided = Decided::begin(turn.space, state, turn.works);
    loop {
        let needs = decided.go_on();
        if needs.is_empty() {
            return decided;
        }
        for need in needs {
            decided.state.load_nothing(need);
        }
    }
}

fn decide_one(state: &mut State, pending: &Pending) -> Result<Applied, Undecided> {
    let before = state.account.seq;
    let decision = decide(state, &pending.work)?;
    let encode = pending.encode.as_ref();
    let answer = encode.and_then(|encode| {
        let (outcomes, latest) = decision.to_keep(state)?;
        encode(outcomes, latest)
    });
    let done = decision.accept(state, &pending.work, answer.clone());
    let seq = state.account.seq;
    Ok(Applied {
        done,
        answer,
        latest_change: (seq > before).then_some(seq),
    })
}

/// The same error, for another caller.
pub(super) fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable {
            what,
            retry_after,
            source,
        } => Error::Unavailable {
            what,
            retry_after: *retry_after,
            source: source.as_ref().map(|cause| chain(cause.as_ref()).into()),
        },
        other => Error::Internal(chain(other).into()),
    }
}

pub(super) fn tell_failed(works: impl IntoIterator<Item = Pending>, error: &Error) {
    for pending in works {
        pending.tell(Err(again(error)));
    }
}

/// It is not known whether it was committed.
pub(super) fn tell_unknown(decided: Vec<Decided>, cause: &str) {
    tracing::error!(
        cause,
        "it is not known whether a group of writes was committed"
    );
    for pending in decided.into_iter().flat_map(Decided::into_works) {
        pending.tell(Err(Error::OutcomeUnknown(cause.to_owned().into())));
    }
}
