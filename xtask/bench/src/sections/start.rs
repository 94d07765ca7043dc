//! What one start costs, and what a server has that nobody asks anything.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::process::resident_mib;
use crate::stage::{ENGINES, Engine, Side, Stage};

const STARTS: usize = 4;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut times = Vec::new();
    for _ in 0..STARTS * stage.plan.repeats {
        let server = stage.server_at_once(Engine::Sqlite, Side::Now)?;
        times.push(server.start_time.as_secs_f64() * 1e3);
    }
    let start = Figure::new("SQLite, start to ready", "ms", times);
    let mut figures = vec![start.must(Goal::AtMost(30.0))];
    for engine in ENGINES {
        let server = stage.server(engine, Side::Now)?;
        // What a start leaves behind is given back by then.
        sleep(Duration::from_secs(1));
        let memory = resident_mib(server.pid())?;
        figures.push(Figure::new(
            format!("{engine}, memory at rest"),
            "MiB",
            vec![memory],
        ));
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let size = fs::metadata(stage.binary(Side::Now))?.len() as f64 / 1024.0 / 1024.0;
    figures.push(Figure::new("size of the program", "MiB", vec![size]).must(Goal::AtMost(22.0)));
    Ok(figures)
}
