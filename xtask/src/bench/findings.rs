//! Everything that was measured, and the medians and ratios that follow from it.

use std::collections::BTreeMap;

use super::contender::Contender;
use super::measure::{Row, milliseconds};
use super::options::Plan;
use super::single::Memory;
use super::statistics::Summary;
use super::work::Deed;

pub(super) struct Findings {
    pub(super) plan: Plan,
    pub(super) postgres_version: String,
    /// Transactions per second of each repeat, with the client count that was best.
    pub(super) pgbench: BTreeMap<Deed, Vec<(f64, u32)>>,
    /// One row for each repeat.
    pub(super) closed: BTreeMap<(Contender, Deed), Vec<Row>>,
    /// At half of the throughput, with the rate.
    pub(super) open: BTreeMap<(Contender, Deed), (f64, Row)>,
    /// With safety and without, in turn: one row for each repeat, plain first.
    pub(super) pairs: BTreeMap<(Contender, Deed), Vec<(Row, Row)>>,
    /// In milliseconds.
    pub(super) start: Summary,
    pub(super) memory: BTreeMap<Contender, Memory>,
    /// In microseconds.
    pub(super) verification: Summary,
    pub(super) binary_bytes: u64,
}

impl Findings {
    pub(super) fn yardstick(&self, deed: Deed) -> Vec<f64> {
        let runs = self.pgbench.get(&deed).map_or(&[][..], Vec::as_slice);
        runs.iter().map(|(per_second, _)| *per_second).collect()
    }

    pub(super) fn per_second(&self, contender: Contender, deed: Deed) -> Vec<f64> {
        let rows = self.rows(contender, deed).iter();
        rows.map(|row| row.per_second).collect()
    }

    /// Our PostgreSQL against pgbench, within each repeat.
    pub(super) fn to_yardstick(&self, deed: Deed) -> Summary {
        let ours = self.per_second(Contender::Postgres, deed);
        ratio(&ours, &self.yardstick(deed))
    }

    /// One against the other, within each repeat.
    pub(super) fn compare(&self, one: Contender, other: Contender, deed: Deed) -> Summary {
        ratio(&self.per_second(one, deed), &self.per_second(other, deed))
    }

    /// A deed with safety against the one without, within each repeat.
    pub(super) fn price(&self, contender: Contender, deed: Deed) -> Summary {
        let rows = self
            .pairs
            .get(&(contender, deed))
            .map_or(&[][..], Vec::as_slice);
        Summary::of(
            rows.iter()
                .map(|(plain, safe)| safe.per_second / plain.per_second),
        )
    }

    pub(super) fn median_of(&self, contender: Contender, deed: Deed, pick: fn(&Row) -> f64) -> f64 {
        Summary::of(self.rows(contender, deed).iter().map(pick)).median
    }

    /// The median of a quantile of the latency at full load.
    pub(super) fn closed_ms(&self, contender: Contender, deed: Deed, share: f64) -> f64 {
        let rows = self.rows(contender, deed).iter();
        Summary::of(rows.map(|row| milliseconds(row.latencies.quantile(share)))).median
    }

    fn rows(&self, contender: Contender, deed: Deed) -> &[Row] {
        self.closed
            .get(&(contender, deed))
            .map_or(&[], Vec::as_slice)
    }
}

fn ratio(ours: &[f64], theirs: &[f64]) -> Summary {
    Summary::of(ours.iter().zip(theirs).map(|(one, other)| one / other))
}
