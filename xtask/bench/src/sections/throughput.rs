//! Full load. All sides and pgbench take turns in every repeat, deed by deed, so that a slow minute of
//! the machine hits all of them.

use std::collections::BTreeMap;

use super::{Sides, full};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Engine, Side, Stage};
use crate::yardstick::Yardstick;

/// In an order in which none spoils the data for the next.
const DEEDS: [&str; 4] = ["get", "list", "complete", "create"];

#[derive(Default)]
struct Found {
    rates: Sides,
    p99: Vec<f64>,
    pgbench: Vec<f64>,
}

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        for (deed, found) in load(stage, engine)? {
            figures.extend(found.figures(engine, deed));
        }
    }
    Ok(figures)
}

fn load(stage: &Stage, engine: Engine) -> Outcome<BTreeMap<&'static str, Found>> {
    let yardstick = match engine {
        Engine::PostgreSQL => Some(Yardstick::load(stage)?),
        Engine::SQLite => None,
    };
    let mut all: BTreeMap<_, Found> = BTreeMap::new();
    for repeat in stage.repeats() {
        let servers = stage.servers(engine, stage.cluster.port, repeat);
        let servers = servers.collect::<Outcome<Vec<_>>>()?;
        yardstick.as_ref().map_or(Ok(()), Yardstick::refresh)?;
        for deed in DEEDS {
            let found = all.entry(deed).or_default();
            if let Some(yardstick) = &yardstick {
                found.pgbench.push(yardstick.run(deed)?);
            }
            for (side, server) in &servers {
                let load = full(deed).run(stage, server)?;
                found.rates.push(*side, load.per_second());
                if *side == Side::Now {
                    found.p99.push(load.p99_ms());
                }
            }
        }
    }
    Ok(all)
}

impl Found {
    fn figures(self, engine: Engine, deed: &str) -> Vec<Figure> {
        let what = format!("{engine:?} {deed}");
        let mut figures = Vec::new();
        if engine == Engine::PostgreSQL {
            let ratio = Figure::ratio(format!("{what} ÷ pgbench"), &self.rates.now, &self.pgbench);
            figures.push(match deed {
                "create" => ratio.must(Goal::AtLeast(1.7)),
                "complete" => ratio.must(Goal::AtLeast(2.0)),
                _ => ratio,
            });
            figures.push(Figure::new(format!("pgbench {deed}"), "/s", self.pgbench));
        }
        let against_before = |ratio: Figure| match (engine, deed) {
            (Engine::SQLite, "create") => ratio.must(Goal::AtLeast(1.25)),
            (Engine::SQLite, "complete") => ratio.must(Goal::AtLeast(1.4)),
            (Engine::PostgreSQL, "create" | "complete") => ratio,
            // Not slower, within what the ratio of a program to itself varies by.
            _ => ratio.must(Goal::AtLeast(0.97)),
        };
        figures.extend(self.rates.figures(&what, "/s", against_before));
        let p99 = Figure::new(format!("{what}, p99"), "ms", self.p99);
        figures.push(match (engine, deed) {
            (Engine::PostgreSQL, "complete") => p99.must(Goal::AtMost(15.0)),
            _ => p99,
        });
        figures
    }
}
