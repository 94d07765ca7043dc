//! The order of the measurements: contenders take turns in every repeat, so that a slow minute of the
//! machine hits all of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::contender::Contender;
use super::dataset::{ONE_LONG_LIST, USUAL};
use super::findings::Findings;
use super::load::Pace;
use super::measure::{Manner, Row, milliseconds};
use super::options::{HELP, One, Options, Plan};
use super::quiet::wait_for_quiet;
use super::stage::{Ready, Stage};
use super::statistics::Summary;
use super::work::{Crowd, Deed};
use super::{peers, pgbench, report, single};
use crate::step::{Outcome, step};

pub(super) fn run(options: &Options) -> Outcome {
    match options {
        Options::Help => {
            println!("{HELP}");
            Ok(())
        }
        Options::All(plan) => all(*plan),
        Options::One(one) => measure_one(one),
    }
}

type Crowds = BTreeMap<Contender, Crowd>;

fn all(plan: Plan) -> Outcome {
    if plan.peers {
        step("install the peers", peers::install)?;
    }
    let stage = step("start PostgreSQL", Stage::set_up)?;
    let mut crowds = Crowds::new();
    for contender in plan.contenders() {
        let crowd = step(&format!("load 100,000 tasks for {contender}"), || {
            stage.load(contender, "usual", USUAL)
        })?;
        crowds.insert(contender, crowd);
    }
    for contender in Contender::OURS {
        step(&format!("load one long list for {contender}"), || {
            stage.load(contender, "long", ONE_LONG_LIST)
        })?;
    }
    let mut findings = step("start, memory, token, binary", || singles(plan, &stage))?;
    for number in 0..plan.repeats {
        println!("\nrepeat {} of {}", number + 1, plan.repeats);
        repeat(number, &stage, &crowds, &mut findings)?;
    }
    println!("\nat half of the throughput, at a fixed rate");
    for contender in plan.contenders() {
        open(contender, &stage, &crowds, &mut findings)?;
    }
    println!("\nwhat safety costs");
    for contender in Contender::OURS {
        pairs(contender, &stage, &crowds, &mut findings)?;
    }
    report::tell(&findings)
}

/// Each pair of deeds in turn, every second time in the other order.
fn pairs(contender: Contender, stage: &Stage, crowds: &Crowds, findings: &mut Findings) -> Outcome {
    let ready = prepare(stage, contender, crowds)?;
    // Pair by pair: the last one makes the lists longer.
    for (plain, safe) in Deed::PAIRS {
        for number in 0..findings.plan.repeats {
            let run = |deed| {
                wait_for_quiet()?;
                let seed = 1000 + u64::try_from(number).unwrap_or_default();
                let row = stage.measure(&ready, deed, Manner::closed(&findings.plan), seed)?;
                print_row(deed, contender, &row);
                Ok::<_, String>(row)
            };
            let rows = if number % 2 == 0 {
                let plain = run(plain)?;
                (plain, run(safe)?)
            } else {
                let safe = run(safe)?;
                (run(plain)?, safe)
            };
            findings
                .pairs
                .entry((contender, safe))
                .or_default()
                .push(rows);
        }
    }
    ready.server.stop()
}

fn singles(plan: Plan, stage: &Stage) -> Outcome<Findings> {
    stage.copy(Contender::Sqlite, "usual", "start")?;
    let version = stage.cluster.sql("postgres", &["SHOW server_version"])?;
    let mut memory = BTreeMap::new();
    for contender in Contender::OURS {
        let url = stage.url(contender, "long");
        let found = single::memory(&url, stage.directory(), ONE_LONG_LIST.tasks_each)?;
        memory.insert(contender, found);
    }
    Ok(Findings {
        plan,
        postgres_version: version.split(' ').next().unwrap_or_default().to_owned(),
        pgbench: BTreeMap::new(),
        closed: BTreeMap::new(),
        open: BTreeMap::new(),
        pairs: BTreeMap::new(),
        start: single::start_times(
            &stage.url(Contender::Sqlite, "start"),
            stage.directory(),
            plan.starts,
        )?,
        memory,
        verification: single::verification_micros()?,
        binary_bytes: single::binary_bytes()?,
    })
}

/// A contender with a fresh copy of the data.
fn prepare<'a>(stage: &Stage, contender: Contender, crowds: &'a Crowds) -> Outcome<Ready<'a>> {
    stage.copy(contender, "usual", "copy")?;
    Ok(Ready {
        contender,
        server: stage.serve(contender, "copy")?,
        crowd: crowds.get(&contender).ok_or("nobody to ask")?,
    })
}

/// All contenders, each deed of all before the next deed; every second time in the other order.
fn repeat(number: usize, stage: &Stage, crowds: &Crowds, findings: &mut Findings) -> Outcome {
    stage.copy(Contender::Postgres, "usual", "yardstick")?;
    let contenders = findings.plan.contenders();
    let ready: Vec<Ready> = contenders
        .map(|contender| prepare(stage, contender, crowds))
        .collect::<Outcome<_>>()?;
    for deed in Deed::ALL {
        let mut turns: Vec<Option<&Ready>> = vec![None];
        turns.extend(ready.iter().map(Some));
        if number % 2 == 1 {
            turns.reverse();
        }
        for turn in turns {
            let Some(ready) = turn else {
                let best = yardstick(stage, deed, findings.plan)?;
                let (per_second, clients) = best;
                println!("{deed:<9} pgbench    {per_second:>9.0}/s  {clients} clients");
                findings.pgbench.entry(deed).or_default().push(best);
                continue;
            };
            wait_for_quiet()?;
            let manner = Manner::closed(&findings.plan);
            let seed = u64::try_from(number).unwrap_or_default() + 1;
            let row = stage.measure(ready, deed, manner, seed)?;
            print_row(deed, ready.contender, &row);
            let rows = findings.closed.entry((ready.contender, deed));
            rows.or_default().push(row);
        }
    }
    ready.into_iter().try_for_each(|ready| ready.server.stop())
}

fn yardstick(stage: &Stage, deed: Deed, plan: Plan) -> Outcome<(f64, u32)> {
    let script = pgbench::script(deed, USUAL);
    let file = stage.directory().join(format!("{deed}.sql"));
    let mut best = (0.0, 0);
    for clients in pgbench::CLIENTS {
        wait_for_quiet()?;
        let run = (clients, plan.seconds);
        let found = pgbench::run(&stage.cluster, "yardstick", &script, run, &file)?;
        if found > best.0 {
            best = (found, clients);
        }
    }
    Ok(best)
}

fn open(contender: Contender, stage: &Stage, crowds: &Crowds, findings: &mut Findings) -> Outcome {
    let ready = prepare(stage, contender, crowds)?;
    for deed in Deed::ALL {
        let rate = Summary::of(findings.per_second(contender, deed)).median / 2.0;
        let manner = Manner {
            pace: Pace::Open { per_second: rate },
            ..Manner::closed(&findings.plan)
        };
        wait_for_quiet()?;
        let row = stage.measure(&ready, deed, manner, 99)?;
        print_row(deed, contender, &row);
        findings.open.insert((contender, deed), (rate, row));
    }
    ready.server.stop()
}

fn measure_one(one: &One) -> Outcome {
    if Contender::PEERS.contains(&one.contender) {
        peers::install()?;
    }
    let stage = Stage::set_up()?;
    let crowd = stage.load(one.contender, "usual", USUAL)?;
    let ready = Ready {
        contender: one.contender,
        server: stage.serve(one.contender, "usual")?,
        crowd: &crowd,
    };
    println!("the server is process {}", ready.server.pid().0);
    let manner = Manner {
        pace: one
            .rate
            .map_or(Pace::Closed, |per_second| Pace::Open { per_second }),
        warm_up: Duration::from_secs(1),
        time: Duration::from_secs(one.seconds.into()),
    };
    let row = stage.measure(&ready, one.deed, manner, 1)?;
    print_row(one.deed, one.contender, &row);
    ready.server.stop()
}

fn print_row(deed: Deed, contender: Contender, row: &Row) {
    let quantile = |share| milliseconds(row.latencies.quantile(share));
    println!(
        "{deed:<9} {contender:<10} {:>9.0}/s  p50 {:.2}  p95 {:.2}  p99 {:.2} ms  CPU {:.1} µs server, \
         {:.1} database, {:.1} load; others {:.0}%",
        row.per_second,
        quantile(0.5),
        quantile(0.95),
        quantile(0.99),
        row.server_cpu,
        row.database_cpu.unwrap_or_default(),
        row.generator_cpu,
        row.others * 100.0,
    );
    if let Some(error) = &row.first_error {
        println!("          {} errors, the first: {error}", row.errors);
    }
}
