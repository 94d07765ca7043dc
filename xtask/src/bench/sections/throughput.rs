//! Throughput, latency and CPU time of all contenders at full load. They take turns in every repeat, so that a slow
//! minute of the machine hits all of them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender::{self, FastApi, PocketBase, Postgres, Sqlite};
use crate::bench::dataset::USUAL;
use crate::bench::measure::Row;
use crate::bench::report::range;
use crate::bench::section::Found;
use crate::bench::stage::{Ready, Stage};
use crate::bench::statistics::Summary;
use crate::bench::work::Deed;
use crate::bench::{peers, pgbench};
use crate::step::{Outcome, step};

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings {
    /// Transactions per second of each repeat, with the client count that was best.
    pgbench: BTreeMap<Deed, Vec<(f64, u32)>>,
    /// One row for each repeat.
    closed: BTreeMap<Contender, BTreeMap<Deed, Vec<Row>>>,
}

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let plan = stage.plan;
    if plan.peers {
        step("install the peers", peers::install)?;
    }
    let mut findings = Findings {
        pgbench: BTreeMap::new(),
        closed: BTreeMap::new(),
    };
    for number in 0..plan.repeats {
        println!("repeat {} of {}", number + 1, plan.repeats);
        findings.repeat(number, stage)?;
    }
    Ok(findings)
}

impl Findings {
    /// All contenders, each deed of all before the next deed; every second time in the other order.
    fn repeat(&mut self, number: usize, stage: &Stage) -> Outcome {
        let contenders = stage.plan.contenders();
        let ready: Vec<Ready> = contenders
            .map(|contender| stage.prepare(contender))
            .collect::<Outcome<_>>()?;
        stage.copy(Postgres, "usual", "yardstick")?;
        for deed in Deed::ALL {
            let mut turns: Vec<Option<&Ready>> = vec![None];
            turns.extend(ready.iter().map(Some));
            if number % 2 == 1 {
                turns.reverse();
            }
            for turn in turns {
                let Some(ready) = turn else {
                    let script = pgbench::script(deed, USUAL);
                    let best =
                        stage.pgbench("yardstick", deed.word(), &script, &pgbench::CLIENTS)?;
                    self.pgbench.entry(deed).or_default().push(best);
                    continue;
                };
                let seed = u64::try_from(number).unwrap_or_default() + 1;
                let row = stage.measure(ready, deed, stage.plan.closed(), seed)?;
                let rows = self.closed.entry(ready.contender).or_default();
                rows.entry(deed).or_default().push(row);
            }
        }
        ready.into_iter().try_for_each(|ready| ready.server.stop())
    }

    fn yardstick(&self, deed: Deed) -> Vec<f64> {
        let runs = self.pgbench.get(&deed).map_or(&[][..], Vec::as_slice);
        runs.iter().map(|(per_second, _)| *per_second).collect()
    }

    fn rows(&self, contender: Contender, deed: Deed) -> &[Row] {
        let rows = self.closed.get(&contender).and_then(|all| all.get(&deed));
        rows.map_or(&[], Vec::as_slice)
    }

    fn summary(&self, contender: Contender, deed: Deed, pick: fn(&Row) -> f64) -> Summary {
        Summary::of(self.rows(contender, deed).iter().map(pick))
    }

    /// The median of what is picked from each repeat.
    pub(in crate::bench) fn median(
        &self,
        contender: Contender,
        deed: Deed,
        pick: fn(&Row) -> f64,
    ) -> f64 {
        self.summary(contender, deed, pick).median
    }

    fn per_second(&self, contender: Contender, deed: Deed) -> Vec<f64> {
        let rows = self.rows(contender, deed).iter();
        rows.map(|row| row.per_second).collect()
    }

    /// Our PostgreSQL against pgbench, within each repeat.
    pub(in crate::bench) fn to_yardstick(&self, deed: Deed) -> Summary {
        ratio(&self.per_second(Postgres, deed), &self.yardstick(deed))
    }

    /// One against the other, within each repeat; `None` if one was left out.
    pub(in crate::bench) fn compare(
        &self,
        one: Contender,
        other: Contender,
        deed: Deed,
    ) -> Option<Summary> {
        let (one, other) = (self.per_second(one, deed), self.per_second(other, deed));
        (!one.is_empty() && !other.is_empty()).then(|| ratio(&one, &other))
    }

    fn throughput(&self) -> String {
        let rate = |contender, deed| match self.summary(contender, deed, |row| row.per_second) {
            summary if summary.most > 0.0 => range(&summary, 0),
            _ => "–".to_owned(),
        };
        let compare = |one, other, deed, digits| {
            let found = self.compare(one, other, deed);
            found.map_or_else(|| "–".to_owned(), |ratio| range(&ratio, digits))
        };
        let mut text = "Requests per second.\n\n\
            | on PostgreSQL | pgbench | tickbox | ÷ pgbench | FastAPI | tickbox ÷ FastAPI |\n\
            | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
        for deed in Deed::ALL {
            let _ = writeln!(
                text,
                "| {deed} | {} | {} | {} | {} | {} |",
                range(&Summary::of(self.yardstick(deed)), 0),
                rate(Postgres, deed),
                range(&self.to_yardstick(deed), 2),
                rate(FastApi, deed),
                compare(Postgres, FastApi, deed, 1),
            );
        }
        text += "\n| on SQLite | tickbox | ÷ tickbox on PostgreSQL | PocketBase | tickbox ÷ PocketBase |\n\
            | --- | --- | --- | --- | --- |\n";
        for deed in Deed::ALL {
            let _ = writeln!(
                text,
                "| {deed} | {} | {} | {} | {} |",
                rate(Sqlite, deed),
                compare(Sqlite, Postgres, deed, 2),
                rate(PocketBase, deed),
                compare(Sqlite, PocketBase, deed, 1),
            );
        }
        text
    }

    fn times(&self) -> String {
        let mut text = "Latency in ms; CPU time for each request in µs.\n\n\
            | | p50 | p95 | p99 | CPU: the server | PostgreSQL | load generator | others, % of the machine |\n\
            | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
        for (contender, deeds) in &self.closed {
            for deed in Deed::ALL.iter().filter(|deed| deeds.contains_key(deed)) {
                let of = |pick: fn(&Row) -> f64| self.median(*contender, *deed, pick);
                let database = if contender.is_on_postgres() {
                    format!("{:.1}", of(|row| row.database_cpu.unwrap_or_default()))
                } else {
                    "–".to_owned()
                };
                let _ = writeln!(
                    text,
                    "| {contender} {deed} | {:.2} | {:.2} | {:.2} | {:.1} | {database} | {:.1} | {:.0} |",
                    of(|row| row.latency.p50),
                    of(|row| row.latency.p95),
                    of(|row| row.latency.p99),
                    of(|row| row.server_cpu),
                    of(|row| row.generator_cpu),
                    of(|row| row.others * 100.0),
                );
            }
        }
        text
    }
}

impl Found for Findings {
    fn describe(&self) -> String {
        format!(
            "64 connections, each of which asks again as soon as it is answered.\n\n{}\n{}",
            self.throughput(),
            self.times()
        )
    }
}

fn ratio(ours: &[f64], theirs: &[f64]) -> Summary {
    Summary::of(ours.iter().zip(theirs).map(|(one, other)| one / other))
}
