//! Somebody who writes alone waits for the database and for nobody else. A program that collects
//! writes in groups must not make them wait longer.

use std::time::Duration;

use super::{EVERYBODY, Sides};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::proxy;
use crate::stage::{Engine, Stage};

/// There and back: 2 ms.
const EACH_WAY: Duration = Duration::from_millis(1);

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let near = stage.cluster.port;
    let far = proxy::start(near, EACH_WAY)?;
    let places = [
        (Engine::Postgres, near, "PostgreSQL", 1.5),
        (Engine::Postgres, far, "PostgreSQL, 2 ms away", 2.05),
        (Engine::Sqlite, near, "SQLite", 1.1),
    ];
    let mut figures = Vec::new();
    for (engine, port, place, wanted) in places {
        for deed in ["create", "complete"] {
            let mut sides = Sides::default();
            for repeat in 0..stage.plan.repeats {
                let mut turns = stage.sides();
                if repeat % 2 == 1 {
                    turns.reverse();
                }
                for side in turns {
                    let server = stage.server_at(engine, side, port)?;
                    let found = stage.load(&server, deed, 1, EVERYBODY)?;
                    sides.push(side, found.p50_ms());
                }
            }
            let what = format!("{place}: {deed}, median");
            figures.extend(sides.figures(&what, "ms", |ratio| ratio.must(Goal::AtMost(wanted))));
        }
    }
    Ok(figures)
}
