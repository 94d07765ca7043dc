//! What conditions and idempotency keys cost: the same deed with and without, in turn.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::report::range;
use crate::bench::section::Found;
use crate::bench::stage::Stage;
use crate::bench::statistics::{Pairs, Side, in_turn};
use crate::bench::work::Deed;
use crate::step::Outcome;

/// Requests per second without and with it, by the deed that is safe.
#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(BTreeMap<Contender, BTreeMap<Deed, Pairs>>);

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let mut findings = BTreeMap::new();
    for contender in Contender::OURS {
        findings.insert(contender, pairs(stage, contender)?);
    }
    Ok(Findings(findings))
}

fn pairs(stage: &Stage, contender: Contender) -> Outcome<BTreeMap<Deed, Pairs>> {
    let mut all = BTreeMap::new();
    for (plain, safe) in Deed::PAIRS {
        let pairs = in_turn(stage.plan.repeats, |side, seed| {
            let deed = if side == Side::First { plain } else { safe };
            // A fresh copy each time: the versions of its tasks are those that conditions name, and its lists are short.
            let ready = stage.prepare(contender)?;
            let row = stage.measure(&ready, deed, stage.plan.briefly(), 1000 + seed)?;
            ready.server.stop()?;
            Ok(row.per_second)
        })?;
        all.insert(safe, pairs.into_iter().collect());
    }
    Ok(all)
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = "Requests per second with it ÷ without it, in turn.\n\n\
            | | on PostgreSQL | on SQLite | wanted |\n| --- | --- | --- | --- |\n"
            .to_owned();
        let rows = [
            (
                Deed::ListKnown,
                "a list that is known (304) ÷ a page of 20",
                "≥ 2",
            ),
            (
                Deed::ChangeKnown,
                "`PUT` with `If-Match` ÷ without",
                "≥ 0.97",
            ),
            (
                Deed::CreateKeyed,
                "`POST` with `Idempotency-Key` ÷ without",
                "≥ 0.7",
            ),
        ];
        for (deed, what, wanted) in rows {
            let ratios = Contender::OURS.map(|contender| {
                let pairs = self.0.get(&contender).and_then(|all| all.get(&deed));
                range(&pairs.cloned().unwrap_or_default().ratio(), 2)
            });
            let [postgres, sqlite] = ratios;
            let _ = writeln!(text, "| {what} | {postgres} | {sqlite} | {wanted} |");
        }
        text + "\nA `GET` always has an `ETag`: there is none without.\n"
    }
}
