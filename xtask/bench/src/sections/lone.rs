//! Somebody who writes alone waits for the database and for nobody else. A program that collects
//! writes in groups must not make them wait longer.

use std::time::Duration;

use super::{Sides, full};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::proxy;
use crate::stage::{Engine, Stage};
use crate::wrk::Load;

/// There and back: 2 ms.
const EACH_WAY: Duration = Duration::from_millis(1);

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let near = stage.cluster.port;
    let far = proxy::start(near, EACH_WAY)?;
    let places = [
        (Engine::PostgreSQL, near, "PostgreSQL", 1.5),
        (Engine::PostgreSQL, far, "PostgreSQL, 2 ms away", 2.05),
        (Engine::SQLite, near, "SQLite", 1.1),
    ];
    let mut figures = Vec::new();
    for (engine, port, place, wanted) in places {
        for deed in ["create", "complete"] {
            let lone = Load {
                connections: 1,
                ..full(deed)
            };
            let mut sides = Sides::default();
            for repeat in stage.repeats() {
                for turn in stage.servers(engine, port, repeat) {
                    let (side, server) = turn?;
                    sides.push(side, lone.run(stage, &server)?.p50_ms());
                }
            }
            let what = format!("{place}: {deed}, median");
            figures.extend(sides.figures(&what, "ms", |ratio| ratio.must(Goal::AtMost(wanted))));
        }
    }
    Ok(figures)
}
