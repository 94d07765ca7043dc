//! What a user's number of tasks costs that user: counts, pages from the first to a late one, the whole list.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::dataset::Dataset;
use crate::bench::load::Pace;
use crate::bench::measure::{Manner, milliseconds};
use crate::bench::plot::{Axis, Plot, Series};
use crate::bench::read::Reader;
use crate::bench::report::{mebibytes, range};
use crate::bench::section::Found;
use crate::bench::stage::{Ready, Stage};
use crate::bench::statistics::Summary;
use crate::bench::work::{Deed, Fixed, PAGE};
use crate::step::Outcome;

/// Of one user, each in a database of its own.
const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Of 20 tasks each.
const PAGES: [u64; 5] = [1, 10, 100, 1_000, 10_000];

/// What a user with so many tasks has to wait, in microseconds, median of many; one repeat each.
#[derive(Default, Serialize, Deserialize)]
struct Costs {
    /// A page of one task, with the count of all.
    count: Vec<f64>,
    page: Vec<f64>,
    /// Gets per second, 64 connections.
    gets: Vec<f64>,
}

/// Memory of a server, in bytes.
#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct WholeList {
    /// Before its first request.
    pub(in crate::bench) idle: u64,
    /// The most while the whole list was sent.
    pub(in crate::bench) most: u64,
    bytes: u64,
    milliseconds: f64,
}

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Of {
    /// By the number of tasks.
    by_size: BTreeMap<u64, Costs>,
    /// By the number of the page, of the longest list.
    by_page: BTreeMap<u64, Vec<f64>>,
    pub(in crate::bench) whole: WholeList,
}

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(pub(in crate::bench) BTreeMap<Contender, Of>);

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let mut findings = BTreeMap::new();
    for contender in Contender::OURS {
        findings.insert(contender, measure_one(stage, contender)?);
    }
    Ok(Findings(findings))
}

fn measure_one(stage: &Stage, contender: Contender) -> Outcome<Of> {
    let mut all = Vec::new();
    for full in SIZES {
        let tasks = stage.plan.large(full);
        let name = format!("size_{tasks}");
        let dataset = Dataset {
            users: 1,
            tasks_each: tasks,
        };
        let crowd = stage.load(contender, &name, dataset)?;
        let ready = Ready {
            contender,
            server: stage.serve(contender, &name)?,
            crowd: crowd.into(),
        };
        all.push((tasks, name, ready));
    }
    let (longest, _, long) = all.last().ok_or("no sizes")?;
    let whole = read_whole(long, *longest)?;
    let mut by_size: BTreeMap<u64, Costs> = BTreeMap::new();
    let mut by_page: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (_, seed) in (0..stage.plan.repeats).zip(1..) {
        for (tasks, _, ready) in &all {
            let costs = by_size.entry(*tasks).or_default();
            costs.count.push(wait_for(stage, ready, "?limit=1")?);
            costs.page.push(wait_for(stage, ready, "?limit=20")?);
            let row = stage.measure(ready, Deed::Get, stage.plan.briefly(), seed)?;
            costs.gets.push(row.per_second);
        }
        for full in PAGES {
            let page = if full > 1 { stage.plan.large(full) } else { 1 };
            let query = match cursor(long, (page - 1) * 20)? {
                Some(cursor) => format!("?limit={PAGE}&cursor={cursor}"),
                None => format!("?limit={PAGE}"),
            };
            let found = wait_for(stage, long, &query)?;
            by_page.entry(page).or_default().push(found);
        }
    }
    for (_, name, ready) in all {
        ready.server.stop()?;
        stage.discard(contender, &name)?;
    }
    Ok(Of {
        by_size,
        by_page,
        whole,
    })
}

/// The median time for such a list, asked for again and again on one connection, in microseconds.
fn wait_for(stage: &Stage, ready: &Ready, query: &str) -> Outcome<f64> {
    let person = &ready.crowd.people()[0];
    let mut request = b"GET /api/".to_vec();
    for part in [
        &person.user[..],
        b"/tasks",
        query.as_bytes(),
        &person.head,
        b"\r\n",
    ] {
        request.extend_from_slice(part);
    }
    let work = Fixed {
        request,
        wanted: b"\"next_cursor\":\"".to_vec(),
    };
    let time = Duration::from_millis(200) * stage.plan.seconds;
    let manner = Manner {
        pace: Pace::Closed,
        warm_up: time / 4,
        time,
    };
    let what = query.split('&').next().unwrap_or_default();
    let row = stage.measure_work(ready, work, 1, manner, what)?;
    Ok(row.latency.p50 * 1e3)
}

/// The cursor behind the first so many tasks, found by walking there.
fn cursor(ready: &Ready, tasks: u64) -> Outcome<Option<String>> {
    let mut reader = Reader::connect(ready.server.address, &ready.crowd.people()[0])?;
    let mut cursor: Option<String> = None;
    let mut left = tasks;
    while left > 0 {
        let limit = left.min(1000);
        let mut query = format!("/tasks?limit={limit}");
        if let Some(cursor) = &cursor {
            let _ = write!(query, "&cursor={cursor}");
        }
        let page = reader.json(&query)?;
        let next = page["next_cursor"]
            .as_str()
            .ok_or("the list is too short")?;
        cursor = Some(next.to_owned());
        left -= limit;
    }
    Ok(cursor)
}

/// Reads the whole list of a fresh server, without a limit.
fn read_whole(ready: &Ready, tasks: u64) -> Outcome<WholeList> {
    sleep(Duration::from_secs(1));
    let pid = ready.server.pid();
    let idle = pid.resident_bytes()?;
    pid.forget_peak()?;
    let mut reader = Reader::connect(ready.server.address, &ready.crowd.people()[0])?;
    let start = Instant::now();
    let (bytes, end) = reader.read_to_end("/tasks")?;
    let milliseconds = milliseconds(start.elapsed());
    let most = pid.peak_bytes()?;
    let count = format!("\"count\":{tasks}}}");
    if !String::from_utf8_lossy(&end).contains(&count) {
        let end = end.escape_ascii();
        return Err(format!("the list of {tasks} ended with {end}"));
    }
    println!(
        "{} whole list: {:.1} MiB above idle",
        ready.contender,
        mebibytes(most.saturating_sub(idle))
    );
    Ok(WholeList {
        idle,
        most,
        bytes,
        milliseconds,
    })
}

impl Of {
    /// The last page against the first, within each repeat.
    pub(in crate::bench) fn late_page(&self) -> Summary {
        ends(self.by_page.values().map(Vec::as_slice))
    }

    /// A count of the most tasks against one of the fewest.
    pub(in crate::bench) fn large_count(&self) -> Summary {
        ends(self.by_size.values().map(|costs| &costs.count[..]))
    }
}

fn ends<'a>(mut all: impl DoubleEndedIterator<Item = &'a [f64]>) -> Summary {
    let (first, last) = (
        all.next().unwrap_or_default(),
        all.next_back().unwrap_or_default(),
    );
    Summary::of(last.iter().zip(first).map(|(last, first)| last / first))
}

fn median(values: &[f64]) -> f64 {
    Summary::of(values.iter().copied()).median
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = "One user with so many tasks. The time that one request takes on one connection, in µs; gets per \
            second on 64.\n\n\
            | | tasks | count (a page of 1) | a page of 20 | gets per second |\n\
            | --- | --- | --- | --- | --- |\n"
            .to_owned();
        let cell = |values: &[f64]| range(&Summary::of(values.iter().copied()), 0);
        for (contender, found) in &self.0 {
            for (tasks, costs) in &found.by_size {
                let _ = writeln!(
                    text,
                    "| {contender} | {tasks} | {} | {} | {} |",
                    cell(&costs.count),
                    cell(&costs.page),
                    cell(&costs.gets)
                );
            }
        }
        text +=
            "\nPages of 20 of the longest list, in µs, and the whole of it without a limit.\n\n| |";
        let pages: Vec<u64> = self
            .0
            .values()
            .next()
            .map_or_else(Vec::new, |found| found.by_page.keys().copied().collect());
        for page in &pages {
            let _ = write!(text, " page {page} |");
        }
        text += " the whole list | memory above idle |\n| --- |";
        text += &" --- |".repeat(pages.len() + 2);
        text.push('\n');
        for (contender, found) in &self.0 {
            let _ = write!(text, "| {contender} |");
            for costs in found.by_page.values() {
                let _ = write!(text, " {} |", cell(costs));
            }
            let whole = &found.whole;
            let _ = writeln!(
                text,
                " {:.0} MiB in {:.0} ms | {:.1} MiB |",
                mebibytes(whole.bytes),
                whole.milliseconds,
                mebibytes(whole.most.saturating_sub(whole.idle))
            );
        }
        text
    }

    fn plots(&self) -> Vec<Plot> {
        let by_size = |pick: fn(&Costs) -> &[f64]| -> Vec<Series> {
            let lines = self.0.iter().map(|(contender, found)| {
                let points = found.by_size.iter();
                Series::new(
                    contender.to_string(),
                    points.map(|(tasks, costs)| (exact(*tasks), median(pick(costs)))),
                )
            });
            lines.collect()
        };
        let pages = self.0.iter().map(|(contender, found)| {
            let points = found.by_page.iter();
            Series::new(
                contender.to_string(),
                points.map(|(page, costs)| (exact(*page), median(costs))),
            )
        });
        vec![
            Plot {
                name: "cost-of-a-late-page".to_owned(),
                title: "A page of 20 tasks, by its number".to_owned(),
                x: Axis::logarithmic("number of the page"),
                y: Axis::linear("µs"),
                series: pages.collect(),
            },
            Plot {
                name: "cost-of-a-count".to_owned(),
                title: "The count of a user's tasks (a page of one), by their number".to_owned(),
                x: Axis::logarithmic("tasks of the user"),
                y: Axis::linear("µs"),
                series: by_size(|costs| &costs.count),
            },
            Plot {
                name: "gets-by-size".to_owned(),
                title: "Gets per second, by the number of tasks, 64 connections".to_owned(),
                x: Axis::logarithmic("tasks"),
                y: Axis::linear("gets per second"),
                series: by_size(|costs| &costs.gets),
            },
        ]
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn exact(number: u64) -> f64 {
    number as f64
}
