//! What one start costs, and what a server has that nobody asks anything.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::server::Server;
use crate::stage::{ENGINES, Engine, Side, Stage};

const STARTS: u32 = 4;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let binary = stage.binary(Side::Now);
    let mut times = Vec::new();
    for _ in 0..STARTS * stage.options.repeats() {
        let url = stage.fresh(Engine::SQLite, Side::Now, 0)?;
        // Without anything around the process that would cost time.
        let server = Server::start(Command::new(binary), &url, stage.directory())?;
        times.push(server.start_time.as_secs_f64() * 1e3);
    }
    let start = Figure::new("SQLite, start to ready", "ms", times);
    let mut figures = vec![start.must(Goal::AtMost(30.0))];
    for engine in ENGINES {
        let server = stage.server(engine, Side::Now)?;
        // What a start leaves behind is given back by then.
        sleep(Duration::from_secs(1));
        let memory = vec![server.process.resident_mib()?];
        figures.push(Figure::new(
            format!("{engine:?}, memory at rest"),
            "MiB",
            memory,
        ));
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let size = std::fs::metadata(binary)?.len() as f64 / 1024.0 / 1024.0;
    figures.push(Figure::new("size of the program", "MiB", vec![size]).must(Goal::AtMost(22.0)));
    Ok(figures)
}
