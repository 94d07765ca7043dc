//! Moves of tasks among their siblings, and completes, in turn.

use serde_json::{Value, json};

use super::{full, share};
use crate::Outcome;
use crate::data::task_id;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let figures = ENGINES.into_iter().map(|engine| {
        let loads = [full("move"), full("complete")];
        let ratio = share(stage, engine, "move ÷ complete", &loads, Some(in_order))?;
        Ok(ratio.must(Goal::AtLeast(0.9)))
    });
    figures.collect()
}

/// Tasks of one batch are of one moment, and so have no room between them: each gets a place.
fn in_order(user: usize, tasks: usize) -> Value {
    let last = |task| json!({"op": "move", "id": task_id(user, task), "before": null});
    (0..tasks).map(last).collect()
}
