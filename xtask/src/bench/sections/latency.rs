//! Latency against offered load: requests are due at a fixed rate, from a tenth of what is possible to all of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::load::Pace;
use crate::bench::measure::{Latency, Manner};
use crate::bench::plot::{Axis, Plot, Series};
use crate::bench::section::Found;
use crate::bench::stage::Stage;
use crate::bench::work::Deed;
use crate::step::Outcome;

const DEEDS: [Deed; 2] = [Deed::Get, Deed::Create];

/// Tenths of the throughput at full load.
const TENTHS: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

#[derive(Serialize, Deserialize)]
struct Point {
    tenths: u32,
    /// Requests that were due per second.
    offered: f64,
    answered: f64,
    latency: Latency,
}

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(BTreeMap<Contender, BTreeMap<Deed, Vec<Point>>>);

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let mut findings: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for contender in Contender::OURS {
        for deed in DEEDS {
            let curve = curve(stage, contender, deed)?;
            findings.entry(contender).or_default().insert(deed, curve);
        }
    }
    Ok(Findings(findings))
}

fn curve(stage: &Stage, contender: Contender, deed: Deed) -> Outcome<Vec<Point>> {
    let ready = stage.prepare(contender)?;
    let closed = stage.plan.briefly();
    let most = stage.measure(&ready, deed, closed, 1)?.per_second;
    let mut points = Vec::new();
    for tenths in TENTHS {
        let offered = most * f64::from(tenths) / 10.0;
        let manner = Manner {
            pace: Pace::Open {
                per_second: offered,
            },
            ..closed
        };
        let row = stage.measure(&ready, deed, manner, 1 + u64::from(tenths))?;
        points.push(Point {
            tenths,
            offered,
            answered: row.per_second,
            latency: row.latency,
        });
    }
    ready.server.stop()?;
    Ok(points)
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = "A latency counts from when its request was due, in ms. The rate is a share of what the same \
            server had answered at full load just before.\n\n\
            | | share | offered per second | answered | p50 | p95 | p99 | p99.9 |\n\
            | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
        for (contender, deeds) in &self.0 {
            for (deed, points) in deeds {
                // All of them are in the plots.
                for point in points
                    .iter()
                    .filter(|point| [1, 5, 8, 9].contains(&point.tenths))
                {
                    let Latency {
                        p50,
                        p95,
                        p99,
                        p999,
                    } = point.latency;
                    let _ = writeln!(
                        text,
                        "| {contender} {deed} | {}% | {:.0} | {:.0} | {p50:.2} | {p95:.2} | {p99:.2} | {p999:.2} |",
                        point.tenths * 10,
                        point.offered,
                        point.answered
                    );
                }
            }
        }
        text
    }

    fn plots(&self) -> Vec<Plot> {
        DEEDS.into_iter().map(|deed| self.plot(deed)).collect()
    }
}

impl Findings {
    fn plot(&self, deed: Deed) -> Plot {
        let mut series = Vec::new();
        for (contender, deeds) in &self.0 {
            let points = deeds.get(&deed).map_or(&[][..], Vec::as_slice);
            let line = |name, pick: fn(&Latency) -> f64| {
                let points = points.iter();
                Series::new(
                    format!("{contender} {name}"),
                    points.map(|point| (point.offered, pick(&point.latency))),
                )
            };
            series.push(line("p50", |latency| latency.p50));
            series.push(line("p99", |latency| latency.p99).dashed());
        }
        Plot {
            name: format!("latency-{deed}"),
            title: format!("Latency of a {deed} against offered load, 64 connections"),
            x: Axis::linear("requests due per second"),
            y: Axis::logarithmic("ms"),
            series,
        }
    }
}
