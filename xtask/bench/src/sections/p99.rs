//! The slowest hundredth of writes at full load.

use super::{CONNECTIONS, EVERYBODY, Sides};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Engine, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        for deed in ["complete", "create"] {
            let mut sides = Sides::default();
            for repeat in 0..stage.plan.repeats {
                for (side, server) in stage.servers(engine, repeat)? {
                    let found = stage.load(&server, deed, CONNECTIONS, EVERYBODY)?;
                    sides.push(side, found.p99_ms());
                }
            }
            let what = format!("{engine} {deed}, p99");
            let mut found = sides.figures(&what, "ms", |ratio| ratio);
            if (engine, deed) == (Engine::Postgres, "complete") {
                found[0].goal = Some(Goal::Below(15.0));
            }
            figures.extend(found);
        }
    }
    Ok(figures)
}
