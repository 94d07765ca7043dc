//! Runs what was asked for: sections one after the other, then the report of all that is kept.

use std::time::{Duration, Instant};

use super::cluster::Line;
use super::contender::Contender;
use super::load::Pace;
use super::measure::Manner;
use super::options::{One, Options, Plan, help};
use super::results::Keeper;
use super::section::Section;
use super::stage::{Ready, Stage};
use super::{peers, report};
use crate::step::Outcome;

pub(super) fn run(options: &Options) -> Outcome {
    match options {
        Options::Help => {
            println!("{}", help());
            Ok(())
        }
        Options::Measure(sections, plan) => measure(sections, *plan),
        Options::Report { quick } => report::tell(&Keeper::new(*quick)),
        Options::One(one) => measure_one(one),
    }
}

/// Runs every section, also after one has failed: what was found is kept as soon as a section is done.
fn measure(sections: &[Section], plan: Plan) -> Outcome {
    let keeper = Keeper::new(plan.quick);
    let start = Instant::now();
    let mut failed = Vec::new();
    {
        let stage = Stage::set_up(plan, Line::Plain)?;
        for section in sections {
            let start = Instant::now();
            println!("\n{} ({})", section.title(), section.name());
            if let Err(message) = section.measure(&stage, &keeper) {
                println!("{message}");
                failed.push(section.name());
            }
            // Those of a section that failed are its own.
            stage.take_errors();
            let seconds = start.elapsed().as_secs();
            println!(
                "{} took {}:{:02} minutes",
                section.name(),
                seconds / 60,
                seconds % 60
            );
        }
    }
    report::tell(&keeper)?;
    println!("in {:.0} minutes", start.elapsed().as_secs_f64() / 60.0);
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join("; ")))
    }
}

fn measure_one(one: &One) -> Outcome {
    if Contender::PEERS.contains(&one.contender) {
        peers::install()?;
    }
    let plan = Plan::default();
    let stage = Stage::set_up(plan, Line::Plain)?;
    let ready: Ready = stage.prepare(one.contender)?;
    println!("the server is process {}", ready.server.pid().0);
    let manner = Manner {
        pace: one
            .rate
            .map_or(Pace::Closed, |per_second| Pace::Open { per_second }),
        warm_up: Duration::from_secs(1),
        time: Duration::from_secs(one.seconds.into()),
    };
    stage.measure(&ready, one.deed, manner, 1)?;
    ready.server.stop()
}
