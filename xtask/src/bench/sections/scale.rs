//! Very many tasks against the usual number: whether gets and lists become slower.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::dataset::Dataset;
use crate::bench::report::range;
use crate::bench::section::Found;
use crate::bench::stage::{Ready, Stage};
use crate::bench::statistics::{Pairs, Side, in_turn};
use crate::bench::work::Deed;
use crate::step::Outcome;

const USERS: u64 = 1_000_000;
const TASKS_EACH: u64 = 10;

/// Pages of as many as the many users have, so that both sides have the same to say.
pub(in crate::bench) const DEEDS: [Deed; 2] = [Deed::Get, Deed::ListShort];

/// Requests per second with few tasks and with many.
#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings {
    users: u64,
    tasks: u64,
    pub(in crate::bench) of: BTreeMap<Contender, BTreeMap<Deed, Pairs>>,
}

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let dataset = Dataset {
        users: stage.plan.large(USERS),
        tasks_each: TASKS_EACH,
    };
    let mut of = BTreeMap::new();
    for contender in Contender::OURS {
        of.insert(contender, measure_one(stage, contender, dataset)?);
    }
    Ok(Findings {
        users: dataset.users,
        tasks: dataset.tasks(),
        of,
    })
}

fn measure_one(
    stage: &Stage,
    contender: Contender,
    dataset: Dataset,
) -> Outcome<BTreeMap<Deed, Pairs>> {
    let few = stage.prepare(contender)?;
    let crowd = stage.load(contender, "scale", dataset)?;
    let many = Ready {
        contender,
        server: stage.serve(contender, "scale")?,
        crowd: crowd.into(),
    };
    let mut found = BTreeMap::new();
    for deed in DEEDS {
        let pairs = in_turn(stage.plan.repeats, |side, seed| {
            let ready = match side {
                Side::First => &few,
                Side::Second => &many,
            };
            let row = stage.measure(ready, deed, stage.plan.closed(), seed)?;
            Ok(row.per_second)
        })?;
        found.insert(deed, pairs.into_iter().collect());
    }
    few.server.stop()?;
    many.server.stop()?;
    stage.discard(contender, "scale")?;
    Ok(found)
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = format!(
            "{} tasks of {} users against 100,000 of 1,000, in turn; requests per second, 64 connections, random users. \
             A token that was not seen lately is verified anew, which is part of it.\n\n\
             | | few | many | many ÷ few |\n| --- | --- | --- | --- |\n",
            self.tasks, self.users
        );
        for (contender, deeds) in &self.of {
            for (deed, pairs) in deeds {
                let _ = writeln!(
                    text,
                    "| {contender} {deed} | {} | {} | {} |",
                    range(&pairs.first(), 0),
                    range(&pairs.second(), 0),
                    range(&pairs.ratio(), 2)
                );
            }
        }
        text
    }
}
