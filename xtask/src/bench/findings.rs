//! Everything that was measured, and the medians and ratios that follow from it.

use std::collections::BTreeMap;

use super::measure::{Row, milliseconds};
use super::options::Plan;
use super::server::Engine;
use super::single::Memory;
use super::statistics::Summary;
use super::work::Deed;

pub(super) struct Findings {
    pub(super) plan: Plan,
    pub(super) postgres_version: String,
    /// Transactions per second of each repeat, with the client count that was best.
    pub(super) pgbench: BTreeMap<Deed, Vec<(f64, u32)>>,
    /// One row for each repeat.
    pub(super) closed: BTreeMap<(Engine, Deed), Vec<Row>>,
    /// At half of the throughput, with the rate.
    pub(super) open: BTreeMap<(Engine, Deed), (f64, Row)>,
    /// In milliseconds.
    pub(super) start: Summary,
    pub(super) memory: BTreeMap<Engine, Memory>,
    /// In microseconds.
    pub(super) verification: Summary,
    pub(super) binary_bytes: u64,
}

impl Findings {
    pub(super) fn yardstick(&self, deed: Deed) -> Vec<f64> {
        let runs = self.pgbench.get(&deed).map_or(&[][..], Vec::as_slice);
        runs.iter().map(|(per_second, _)| *per_second).collect()
    }

    pub(super) fn per_second(&self, engine: Engine, deed: Deed) -> Vec<f64> {
        let rows = self.rows(engine, deed).iter();
        rows.map(|row| row.per_second).collect()
    }

    /// Our PostgreSQL against pgbench, within each repeat.
    pub(super) fn to_yardstick(&self, deed: Deed) -> Summary {
        ratio(
            &self.per_second(Engine::Postgres, deed),
            &self.yardstick(deed),
        )
    }

    pub(super) fn sqlite_to_postgres(&self, deed: Deed) -> Summary {
        ratio(
            &self.per_second(Engine::Sqlite, deed),
            &self.per_second(Engine::Postgres, deed),
        )
    }

    pub(super) fn median_of(&self, engine: Engine, deed: Deed, pick: fn(&Row) -> f64) -> f64 {
        Summary::of(self.rows(engine, deed).iter().map(pick)).median
    }

    /// The median of a quantile of the latency at full load.
    pub(super) fn closed_ms(&self, engine: Engine, deed: Deed, share: f64) -> f64 {
        let rows = self.rows(engine, deed).iter();
        Summary::of(rows.map(|row| milliseconds(row.latencies.quantile(share)))).median
    }

    fn rows(&self, engine: Engine, deed: Deed) -> &[Row] {
        self.closed.get(&(engine, deed)).map_or(&[], Vec::as_slice)
    }
}

fn ratio(ours: &[f64], theirs: &[f64]) -> Summary {
    Summary::of(ours.iter().zip(theirs).map(|(one, other)| one / other))
}
