//! One account that is sent batches of 500 on 100 connections without a pause, and the writes of
//! somebody else beside it. Batches may be refused; the writes of others may not.

use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::data::USERS;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Engine, Side, Stage};
use crate::wrk::{Load, wait};

const FLOOD: Load = Load {
    script: "batch",
    connections: 100,
    people: 0..1,
};

const OTHERS: Load = Load {
    script: "create",
    connections: 1,
    people: 1..USERS,
};

/// Until the flood has filled what can be filled.
const RISE: Duration = Duration::from_secs(2);

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        let (mut alone, mut beside) = (Vec::new(), Vec::new());
        for _ in stage.repeats() {
            let server = stage.server(engine, Side::Now)?;
            alone.push(OTHERS.run(stage, &server)?.p50_ms());
            // Longer than the others need, who are given a third of their time to warm up.
            let seconds = 2 * stage.options.seconds() + 5;
            let flood = FLOOD.start(stage, &server, seconds)?;
            sleep(RISE);
            beside.push(OTHERS.run(stage, &server)?.p50_ms());
            println!("  batches meanwhile: {:.0}/s", wait(flood)?.per_second());
        }
        let what = format!("{engine:?}, create of others: beside ÷ alone");
        let ratio = Figure::ratio(what, &beside, &alone);
        figures.push(match engine {
            Engine::PostgreSQL => ratio.must(Goal::AtMost(2.0)),
            Engine::SQLite => ratio,
        });
        let what = format!("{engine:?}, create of others: median alone");
        figures.push(Figure::new(what, "ms", alone));
    }
    Ok(figures)
}
