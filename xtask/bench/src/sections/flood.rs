//! One account that is sent batches of 500 on 100 connections without a pause, and the writes of
//! somebody else beside it. Batches may be refused; the writes of others may not.

use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::data::USERS;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Engine, Side, Stage};
use crate::wrk::wrk;

const CONNECTIONS: usize = 100;

/// Until the flood has filled what can be filled.
const RISE: Duration = Duration::from_secs(2);

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        let (mut alone, mut beside, mut batches) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..stage.plan.repeats {
            let server = stage.server(engine, Side::Now)?;
            let others = || stage.load(&server, "create", 1, 1..USERS);
            alone.push(others()?.p50_ms());
            // Longer than the others need, however slow they are.
            let flood = stage.wrk(&server, "batch", CONNECTIONS, 0..1);
            let flood = wrk(&flood, 3 * stage.plan.seconds + 10)?;
            sleep(RISE);
            beside.push(others()?.p50_ms());
            let found = flood.wait()?;
            batches.push(found.per_second());
        }
        let ratio = Figure::ratio(
            format!("{engine} create of others, beside ÷ alone"),
            &beside,
            &alone,
        );
        figures.push(Figure::new(
            format!("{engine} create of others, median alone"),
            "ms",
            alone,
        ));
        figures.push(match engine {
            Engine::Postgres => ratio.must(Goal::AtMost(2.0)),
            Engine::Sqlite => ratio,
        });
        figures.push(Figure::new(
            format!("{engine} batches, also refused ones"),
            "/s",
            batches,
        ));
    }
    Ok(figures)
}
