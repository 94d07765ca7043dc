//! PostgreSQL over TLS: a cluster of its own, with a certificate that it made for itself.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::bench::cluster::Line;
use crate::bench::contender::Contender::Postgres;
use crate::bench::dataset::USUAL;
use crate::bench::pgbench;
use crate::bench::report::range;
use crate::bench::section::Found;
use crate::bench::stage::Stage;
use crate::bench::statistics::{Pairs, Side, in_turn};
use crate::bench::work::Deed;
use crate::step::Outcome;

const DEEDS: [Deed; 2] = [Deed::Get, Deed::Create];

/// Those that were best without TLS, so far.
const CLIENTS: [u32; 2] = [8, 16];

/// Per second: pgbench, and the program.
#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(BTreeMap<Deed, Pairs>);

pub(in crate::bench) fn measure(plain: &Stage) -> Outcome<Findings> {
    let stage = Stage::set_up(plain.plan, Line::Tls)?;
    let ready = stage.prepare(Postgres)?;
    stage.copy(Postgres, "usual", "yardstick")?;
    let mut findings = BTreeMap::new();
    for deed in DEEDS {
        let script = pgbench::script(deed, USUAL);
        let pairs = in_turn(stage.plan.repeats, |side, seed| match side {
            Side::First => {
                let best = stage.pgbench("yardstick", deed.word(), &script, &CLIENTS)?;
                Ok(best.0)
            }
            Side::Second => {
                let row = stage.measure(&ready, deed, stage.plan.closed(), seed)?;
                Ok(row.per_second)
            }
        })?;
        findings.insert(deed, pairs.into_iter().collect());
    }
    let sessions = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'tickbox'";
    if stage.cluster.sql("postgres", &[sessions])? != "t" {
        return Err("the program does not encrypt all its connections".to_owned());
    }
    ready.server.stop()?;
    plain.note_errors(stage.take_errors());
    Ok(Findings(findings))
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = "Between the program and PostgreSQL, `sslmode=require` for `pgbench`, too; per second.\n\n\
            | | pgbench | tickbox | ÷ pgbench |\n| --- | --- | --- | --- |\n"
            .to_owned();
        for (deed, pairs) in &self.0 {
            let _ = writeln!(
                text,
                "| {deed} | {} | {} | {} |",
                range(&pairs.first(), 0),
                range(&pairs.second(), 0),
                range(&pairs.ratio(), 2)
            );
        }
        text
    }
}
