//! Where measurements take place: a PostgreSQL, a directory, and in both the loaded data, of which every
//! contender gets fresh copies. What is measured there is the business of `sections`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::cluster::{Cluster, Directory, Line};
use super::contender::Contender;
use super::dataset::{Dataset, USUAL};
use super::fill::{fill_postgres, fill_sqlite};
use super::load::{Generator, Work};
use super::measure::{CONNECTIONS, Manner, Row, measure};
use super::options::Plan;
use super::process::Pid;
use super::quiet::wait_for_quiet;
use super::server::{Server, copy_sqlite, remove_sqlite, sqlite_url};
use super::work::{Crowd, Deed};
use super::{peers, pgbench};
use crate::step::{Outcome, step};

pub(super) struct Stage {
    pub(super) cluster: Cluster,
    pub(super) plan: Plan,
    line: Line,
    directory: Directory,
    /// Those for whom the usual data is loaded.
    crowds: RefCell<BTreeMap<Contender, Rc<Crowd>>>,
    errors: Cell<u64>,
}

/// A contender that is ready, and who asks it.
pub(super) struct Ready {
    pub(super) contender: Contender,
    pub(super) server: Server,
    pub(super) crowd: Rc<Crowd>,
}

impl Stage {
    pub(super) fn set_up(plan: Plan, line: Line) -> Outcome<Self> {
        Ok(Self {
            cluster: step("start PostgreSQL", || Cluster::start(line))?,
            plan,
            line,
            directory: Directory::make(&format!("files-{}", line.ssl_mode()))?,
            crowds: RefCell::default(),
            errors: Cell::default(),
        })
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Those whose data is what the figures of most goals are about, loaded under the name `usual`.
    pub(super) fn usual(&self, contender: Contender) -> Outcome<Rc<Crowd>> {
        if let Some(crowd) = self.crowds.borrow().get(&contender) {
            return Ok(crowd.clone());
        }
        let crowd = Rc::new(self.load(contender, "usual", USUAL)?);
        self.crowds.borrow_mut().insert(contender, crowd.clone());
        Ok(crowd)
    }

    /// A contender with a fresh copy of the usual data.
    pub(super) fn prepare(&self, contender: Contender) -> Outcome<Ready> {
        let crowd = self.usual(contender)?;
        self.copy(contender, "usual", "copy")?;
        Ok(Ready {
            contender,
            server: self.serve(contender, "copy")?,
            crowd,
        })
    }

    /// Lets a contender make its tables, fills them, and gives the users with their tokens.
    pub(super) fn load(
        &self,
        contender: Contender,
        name: &str,
        dataset: Dataset,
    ) -> Outcome<Crowd> {
        let what = format!("load {} tasks for {contender}", dataset.tasks());
        step(&what, || self.load_at_once(contender, name, dataset))
    }

    fn load_at_once(&self, contender: Contender, name: &str, dataset: Dataset) -> Outcome<Crowd> {
        if contender.is_on_postgres() {
            let create = format!("CREATE DATABASE {}", database(contender, name));
            self.cluster.sql("postgres", &[&create])?;
        }
        match contender {
            Contender::Postgres => {
                self.serve(contender, name)?.stop()?;
                fill_postgres(&self.cluster, &database(contender, name), dataset)?;
            }
            Contender::Sqlite => {
                self.serve(contender, name)?.stop()?;
                fill_sqlite(&self.path(contender, name), dataset)?;
            }
            Contender::FastApi => {
                peers::load_fast_api(&self.cluster, &database(contender, name), dataset)?;
            }
            Contender::PocketBase => {
                return peers::load_pocket_base(&self.path(contender, name), dataset);
            }
        }
        Crowd::signed(contender.into(), dataset)
    }

    /// A fresh copy of what is loaded, in place of what had that name.
    pub(super) fn copy(&self, contender: Contender, from: &str, to: &str) -> Outcome {
        let path = |name| self.path(contender, name);
        match contender {
            Contender::Postgres | Contender::FastApi => self
                .cluster
                .copy(&database(contender, from), &database(contender, to)),
            Contender::Sqlite => copy_sqlite(&path(from), &path(to)),
            Contender::PocketBase => peers::copy_pocket_base(&path(from), &path(to)),
        }
    }

    /// Makes room on the disk.
    pub(super) fn discard(&self, contender: Contender, name: &str) -> Outcome {
        if contender.is_on_postgres() {
            let drop = format!("DROP DATABASE {}", database(contender, name));
            self.cluster.sql("postgres", &[&drop]).map(std::mem::drop)
        } else {
            remove_sqlite(&self.path(contender, name));
            Ok(())
        }
    }

    pub(super) fn serve(&self, contender: Contender, name: &str) -> Outcome<Server> {
        match contender {
            Contender::Postgres | Contender::Sqlite => {
                Server::start(&self.url(contender, name), self.directory())
            }
            Contender::FastApi => peers::serve_fast_api(&self.cluster, &database(contender, name)),
            Contender::PocketBase => peers::serve_pocket_base(&self.path(contender, name)),
        }
    }

    /// What `DATABASE_URL` takes.
    pub(super) fn url(&self, contender: Contender, name: &str) -> String {
        if contender.is_on_postgres() {
            self.cluster.url(&database(contender, name), self.line)
        } else {
            sqlite_url(&self.path(contender, name))
        }
    }

    pub(super) fn path(&self, contender: Contender, name: &str) -> PathBuf {
        let suffix = match contender {
            Contender::PocketBase => "pocketbase",
            _ => "db",
        };
        self.directory().join(format!("{name}.{suffix}"))
    }

    /// The PostgreSQL that a contender keeps busy.
    pub(super) fn database_of(&self, contender: Contender) -> Option<Pid> {
        contender.is_on_postgres().then(|| self.cluster.pid())
    }

    /// Load on a contender that is ready, once nobody else is busy.
    pub(super) fn measure(
        &self,
        ready: &Ready,
        deed: Deed,
        manner: Manner,
        seed: u64,
    ) -> Outcome<Row> {
        let work = ready.crowd.at(deed, seed);
        self.measure_work(ready, work, CONNECTIONS, manner, deed.word())
    }

    /// The same with any work, and so many connections.
    pub(super) fn measure_work<W: Work>(
        &self,
        ready: &Ready,
        mut work: W,
        connections: usize,
        manner: Manner,
        what: &str,
    ) -> Outcome<Row> {
        wait_for_quiet()?;
        let mut generator = Generator::connect(ready.server.address, connections)?;
        let database = self.database_of(ready.contender);
        let row = measure(&mut generator, &mut work, manner, &ready.server, database)?;
        self.print(ready.contender, what, &row);
        Ok(row)
    }

    /// The best of some numbers of clients, in transactions per second, with that number.
    pub(super) fn pgbench(
        &self,
        database: &str,
        name: &str,
        script: &str,
        clients: &[u32],
    ) -> Outcome<(f64, u32)> {
        let file = self.directory().join("pgbench.sql");
        let mut best = (0.0, 0);
        for &clients in clients {
            wait_for_quiet()?;
            let run = pgbench::Run {
                clients,
                seconds: self.plan.seconds,
                line: self.line,
            };
            let found = pgbench::run(&self.cluster, database, script, run, &file)?;
            if found > best.0 {
                best = (found, clients);
            }
        }
        let (per_second, clients) = best;
        println!("{name:<17} pgbench    {per_second:>9.0}/s  {clients} clients");
        Ok(best)
    }

    pub(super) fn print(&self, contender: Contender, what: impl std::fmt::Display, row: &Row) {
        println!(
            "{what:<17} {contender:<10} {:>9.0}/s  p50 {:.2}  p95 {:.2}  p99 {:.2} ms  \
             CPU {:.1} µs server, {:.1} database, {:.1} load; others {:.0}%",
            row.per_second,
            row.latency.p50,
            row.latency.p95,
            row.latency.p99,
            row.server_cpu,
            row.database_cpu.unwrap_or_default(),
            row.generator_cpu,
            row.others * 100.0,
        );
        if let Some(error) = &row.first_error {
            println!("          {} errors, the first: {error}", row.errors);
        }
        self.note_errors(row.errors);
    }

    pub(super) fn note_errors(&self, errors: u64) {
        self.errors.set(self.errors.get() + errors);
    }

    /// How many answers were wrong since this was asked last.
    pub(super) fn take_errors(&self) -> u64 {
        self.errors.take()
    }
}

/// Names of databases; those of the program have no prefix, so that pgbench finds them.
pub(super) fn database(contender: Contender, name: &str) -> String {
    match contender {
        Contender::FastApi => format!("fastapi_{name}"),
        _ => name.to_owned(),
    }
}
