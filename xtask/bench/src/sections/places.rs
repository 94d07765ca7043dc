//! Moves of tasks among their siblings, and completes, in turn.

use super::{full, share};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let figures = ENGINES.into_iter().map(|engine| {
        let loads = [full("move"), full("complete")];
        let ratio = share(stage, engine, "move ÷ complete", &loads)?;
        Ok(ratio.must(Goal::AtLeast(0.9)))
    });
    figures.collect()
}
