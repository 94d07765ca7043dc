//! The order of the measurements: contenders take turns in every repeat, so that a slow minute of the
//! machine hits all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::cluster::{Cluster, Directory};
use super::dataset::{Dataset, ONE_LONG_LIST, USUAL};
use super::fill::{fill_postgres, fill_sqlite};
use super::findings::Findings;
use super::load::Pace;
use super::measure::{Manner, Row, measure, milliseconds};
use super::options::{HELP, Options, Plan};
use super::pgbench;
use super::quiet::wait_for_quiet;
use super::report;
use super::server::{Engine, Server, copy_sqlite, sqlite_url};
use super::single;
use super::statistics::Summary;
use super::work::{Crowd, Deed};
use crate::step::{Outcome, step};

pub(super) fn run(options: &Options) -> Outcome {
    match *options {
        Options::Help => {
            println!("{HELP}");
            Ok(())
        }
        Options::All(plan) => all(plan),
        Options::One {
            engine,
            deed,
            seconds,
            rate,
        } => one(engine, deed, seconds, rate),
    }
}

/// Where the data is. A loaded database is never measured itself, only copies are.
pub(super) struct Stage {
    cluster: Cluster,
    directory: Directory,
}

impl Stage {
    fn set_up() -> Outcome<Self> {
        Ok(Self {
            cluster: Cluster::start()?,
            directory: Directory::make("files")?,
        })
    }

    /// Lets the program make its tables, and fills them.
    fn load(&self, engine: Engine, name: &str, dataset: Dataset) -> Outcome {
        if engine == Engine::Postgres {
            let create = format!("CREATE DATABASE {name}");
            self.cluster.sql("postgres", &[&create])?;
        }
        self.serve(engine, name)?.stop()?;
        match engine {
            Engine::Postgres => fill_postgres(&self.cluster, name, dataset),
            Engine::Sqlite => fill_sqlite(&self.file(name), dataset),
        }
    }

    fn copy(&self, engine: Engine, from: &str, to: &str) -> Outcome {
        match engine {
            Engine::Postgres => self.cluster.copy(from, to),
            Engine::Sqlite => copy_sqlite(&self.file(from), &self.file(to)),
        }
    }

    fn serve(&self, engine: Engine, name: &str) -> Outcome<Server> {
        Server::start(&self.url(engine, name), self.directory.path())
    }

    fn url(&self, engine: Engine, name: &str) -> String {
        match engine {
            Engine::Postgres => self.cluster.url(name),
            Engine::Sqlite => sqlite_url(&self.file(name)),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(format!("{name}.db"))
    }

    fn measure(
        &self,
        (engine, server): (Engine, &Server),
        crowd: &Crowd,
        deed: Deed,
        manner: Manner,
        seed: u64,
    ) -> Outcome<Row> {
        let database = (engine == Engine::Postgres).then(|| self.cluster.pid());
        measure(server, database, crowd, deed, manner, seed)
    }
}

fn all(plan: Plan) -> Outcome {
    let stage = step("start PostgreSQL", Stage::set_up)?;
    step("load 1,000 users with 100 tasks each", || {
        Engine::ALL
            .into_iter()
            .try_for_each(|engine| stage.load(engine, "usual", USUAL))
    })?;
    step("load one user with 100,000 tasks", || {
        Engine::ALL
            .into_iter()
            .try_for_each(|engine| stage.load(engine, "long", ONE_LONG_LIST))
    })?;
    let crowd = Crowd::of(USUAL)?;
    let mut findings = step("start, memory, token, binary", || singles(plan, &stage))?;
    for number in 0..plan.repeats {
        println!("\nrepeat {} of {}", number + 1, plan.repeats);
        repeat(number, &stage, &crowd, &mut findings)?;
    }
    println!("\nat half of the throughput, at a fixed rate");
    for engine in Engine::ALL {
        open(engine, &stage, &crowd, &mut findings)?;
    }
    report::tell(&findings)
}

fn singles(plan: Plan, stage: &Stage) -> Outcome<Findings> {
    stage.copy(Engine::Sqlite, "usual", "start")?;
    let version = stage.cluster.sql("postgres", &["SHOW server_version"])?;
    let mut memory = BTreeMap::new();
    for engine in Engine::ALL {
        let url = stage.url(engine, "long");
        let found = single::memory(&url, stage.directory.path(), ONE_LONG_LIST.tasks_each)?;
        memory.insert(engine, found);
    }
    Ok(Findings {
        plan,
        postgres_version: version.split(' ').next().unwrap_or_default().to_owned(),
        pgbench: BTreeMap::new(),
        closed: BTreeMap::new(),
        open: BTreeMap::new(),
        start: single::start_times(
            &stage.url(Engine::Sqlite, "start"),
            stage.directory.path(),
            plan.starts,
        )?,
        memory,
        verification: single::verification_micros()?,
        binary_bytes: single::binary_bytes()?,
    })
}

/// All contenders, each deed of all before the next deed; every second time in the other order.
fn repeat(number: usize, stage: &Stage, crowd: &Crowd, findings: &mut Findings) -> Outcome {
    for engine in Engine::ALL {
        stage.copy(engine, "usual", "ours")?;
    }
    stage.copy(Engine::Postgres, "usual", "yardstick")?;
    let servers: Vec<(Engine, Server)> = Engine::ALL
        .into_iter()
        .map(|engine| Ok((engine, stage.serve(engine, "ours")?)))
        .collect::<Outcome<_>>()?;
    for deed in Deed::ALL {
        let mut turns: Vec<Option<&(Engine, Server)>> = vec![None];
        turns.extend(servers.iter().map(Some));
        if number % 2 == 1 {
            turns.reverse();
        }
        for turn in turns {
            let Some((engine, server)) = turn else {
                let best = yardstick(stage, deed, findings.plan)?;
                println!("{deed:<9} pgbench    {:>9.0}/s  {} clients", best.0, best.1);
                findings.pgbench.entry(deed).or_default().push(best);
                continue;
            };
            wait_for_quiet()?;
            let manner = Manner::closed(&findings.plan);
            let seed = u64::try_from(number).unwrap_or_default() + 1;
            let row = stage.measure((*engine, server), crowd, deed, manner, seed)?;
            print_row(deed, *engine, &row);
            let rows = findings.closed.entry((*engine, deed)).or_default();
            rows.push(row);
        }
    }
    servers
        .into_iter()
        .try_for_each(|(_, server)| server.stop())
}

fn yardstick(stage: &Stage, deed: Deed, plan: Plan) -> Outcome<(f64, u32)> {
    let script = pgbench::script(deed, USUAL);
    let file = stage.directory.path().join(format!("{deed}.sql"));
    let mut best = (0.0, 0);
    for clients in pgbench::CLIENTS {
        wait_for_quiet()?;
        let found = pgbench::run(
            &stage.cluster,
            "yardstick",
            &script,
            clients,
            plan.seconds,
            &file,
        )?;
        if found > best.0 {
            best = (found, clients);
        }
    }
    Ok(best)
}

fn open(engine: Engine, stage: &Stage, crowd: &Crowd, findings: &mut Findings) -> Outcome {
    stage.copy(engine, "usual", "open")?;
    let server = stage.serve(engine, "open")?;
    for deed in Deed::ALL {
        let rows = findings.closed.get(&(engine, deed));
        let throughput = rows.map(|rows| Summary::of(rows.iter().map(|row| row.per_second)));
        let rate = throughput.unwrap_or_default().median / 2.0;
        let manner = Manner {
            pace: Pace::Open { per_second: rate },
            ..Manner::closed(&findings.plan)
        };
        wait_for_quiet()?;
        let row = stage.measure((engine, &server), crowd, deed, manner, 99)?;
        print_row(deed, engine, &row);
        findings.open.insert((engine, deed), (rate, row));
    }
    server.stop()
}

fn one(engine: Engine, deed: Deed, seconds: u32, rate: Option<f64>) -> Outcome {
    let stage = Stage::set_up()?;
    stage.load(engine, "usual", USUAL)?;
    let server = stage.serve(engine, "usual")?;
    let crowd = Crowd::of(USUAL)?;
    println!("the server is process {}", server.pid().0);
    let manner = Manner {
        pace: rate.map_or(Pace::Closed, |per_second| Pace::Open { per_second }),
        warm_up: Duration::from_secs(1),
        time: Duration::from_secs(seconds.into()),
    };
    let row = stage.measure((engine, &server), &crowd, deed, manner, 1)?;
    print_row(deed, engine, &row);
    server.stop()
}

fn print_row(deed: Deed, engine: Engine, row: &Row) {
    let quantile = |share| milliseconds(row.latencies.quantile(share));
    println!(
        "{deed:<9} {engine:<10} {:>9.0}/s  p50 {:.2}  p95 {:.2}  p99 {:.2} ms  CPU {:.1} µs server, {:.1} database, {:.1} load; others {:.0}%",
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
