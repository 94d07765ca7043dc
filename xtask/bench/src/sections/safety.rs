//! What it costs to be safe: a write with the header, and the same without.

use super::{CONNECTIONS, EVERYBODY};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Side, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let pairs = [
        ("POST with Idempotency-Key", "create-keyed", "create", 0.85),
        ("PUT with If-Match", "change-matched", "change", 0.97),
    ];
    let mut figures = Vec::new();
    for engine in ENGINES {
        for (what, safe, plain, wanted) in pairs {
            let (mut with, mut without) = (Vec::new(), Vec::new());
            for repeat in 0..stage.plan.repeats {
                let server = stage.server(engine, Side::Now)?;
                let mut turns = [(safe, &mut with), (plain, &mut without)];
                if repeat % 2 == 1 {
                    turns.reverse();
                }
                for (script, rates) in turns {
                    let found = stage.load(&server, script, CONNECTIONS, EVERYBODY)?;
                    rates.push(found.per_second());
                }
            }
            let ratio = Figure::ratio(format!("{engine} {what} ÷ without"), &with, &without);
            figures.push(ratio.must(Goal::AtLeast(wanted)));
        }
    }
    Ok(figures)
}
