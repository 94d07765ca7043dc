//! Throughput at full load. All sides and pgbench take turns in every repeat, deed by deed, so that a
//! slow minute of the machine hits all of them.

use std::collections::BTreeMap;

use super::{CONNECTIONS, EVERYBODY, Sides};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Engine, Stage};
use crate::yardstick::Yardstick;

/// In an order in which none spoils the data for the next.
const DEEDS: [&str; 4] = ["get", "list", "complete", "create"];

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        figures.extend(of_engine(stage, engine)?);
    }
    Ok(figures)
}

fn of_engine(stage: &Stage, engine: Engine) -> Outcome<Vec<Figure>> {
    let yardstick = match engine {
        Engine::Postgres => Some(Yardstick::load(stage)?),
        Engine::Sqlite => None,
    };
    let mut served: BTreeMap<&str, Sides> = BTreeMap::new();
    let mut bare: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for repeat in 0..stage.plan.repeats {
        let servers = stage.servers(engine, repeat)?;
        if let Some(yardstick) = &yardstick {
            yardstick.refresh()?;
        }
        for deed in DEEDS {
            if let Some(yardstick) = &yardstick {
                bare.entry(deed).or_default().push(yardstick.run(deed)?);
            }
            for (side, server) in &servers {
                let found = stage.load(server, deed, CONNECTIONS, EVERYBODY)?;
                served
                    .entry(deed)
                    .or_default()
                    .push(*side, found.per_second());
            }
        }
    }
    let mut figures = Vec::new();
    for deed in DEEDS {
        let sides = served.remove(deed).unwrap_or_default();
        if let Some(bare) = bare.remove(deed) {
            let ratio = Figure::ratio(format!("{engine} {deed} ÷ pgbench"), &sides.now, &bare);
            figures.push(Figure::new(format!("pgbench {deed}"), "/s", bare));
            figures.push(match deed {
                "create" => ratio.must(Goal::AtLeast(1.7)),
                "complete" => ratio.must(Goal::AtLeast(2.0)),
                _ => ratio,
            });
        }
        let what = format!("{engine} {deed}");
        figures.extend(sides.figures(&what, "/s", |ratio| against_before(ratio, engine, deed)));
    }
    Ok(figures)
}

fn against_before(ratio: Figure, engine: Engine, deed: &str) -> Figure {
    match (engine, deed) {
        (Engine::Sqlite, "create") => ratio.must(Goal::AtLeast(1.25)),
        (Engine::Sqlite, "complete") => ratio.must(Goal::AtLeast(1.4)),
        (Engine::Postgres, "create" | "complete") => ratio,
        // Not slower: what the ratio of a program to itself may be.
        _ => ratio.must(Goal::AtLeast(0.97)),
    }
}
