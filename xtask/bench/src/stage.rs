//! Where measurements take place: a PostgreSQL, a directory, and in both the loaded data, of which
//! every measurement gets a fresh copy. What is measured there is in `sections`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::step::{root, step};

use crate::Outcome;
use crate::cluster::{Cluster, Directory};
use crate::data::{self, Person, USERS, people};
use crate::options::Plan;
use crate::process::tied;
use crate::server::Server;
use crate::wrk::{Found, Load, wrk};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

pub(crate) const ENGINES: [Engine; 2] = [Engine::Postgres, Engine::Sqlite];

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        })
    }
}

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Now,
    /// That of `--before`.
    Before,
}

pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) plan: Plan,
    pub(crate) people: Vec<Person>,
    binary: PathBuf,
    before: Option<PathBuf>,
    directory: Directory,
    loaded: RefCell<BTreeSet<(Engine, Side)>>,
    loads: Cell<u32>,
}

impl Stage {
    pub(crate) fn set_up(
        plan: Plan,
        binary: Option<PathBuf>,
        before: Option<PathBuf>,
    ) -> Outcome<Self> {
        let binary = binary.unwrap_or_else(|| root().join("target/release/tickbox"));
        for path in before.iter().chain([&binary]) {
            if !path.is_file() {
                return Err(format!("there is no program {}", path.display()).into());
            }
        }
        let stage = Self {
            cluster: step("start PostgreSQL", || {
                Cluster::start().map_err(|error| error.to_string())
            })?,
            plan,
            people: people(USERS)?,
            binary: fs::canonicalize(binary)?,
            before: before.map(fs::canonicalize).transpose()?,
            directory: Directory::make("files")?,
            loaded: RefCell::default(),
            loads: Cell::default(),
        };
        fs::write(stage.people_file(), data::lines(&stage.people))?;
        Ok(stage)
    }

    pub(crate) fn sides(&self) -> Vec<Side> {
        let before = self.before.as_ref().map(|_| Side::Before);
        [Side::Now].into_iter().chain(before).collect()
    }

    pub(crate) fn binary(&self, side: Side) -> &Path {
        match side {
            Side::Before => self.before.as_ref().unwrap_or(&self.binary),
            Side::Now => &self.binary,
        }
    }

    /// Each side with a fresh copy of the data. In the other order every second time, so that none
    /// is always the first.
    pub(crate) fn servers(&self, engine: Engine, repeat: usize) -> Outcome<Vec<(Side, Server)>> {
        let mut sides = self.sides();
        if repeat % 2 == 1 {
            sides.reverse();
        }
        let servers = sides
            .into_iter()
            .map(|side| Ok((side, self.server(engine, side)?)));
        servers.collect()
    }

    pub(crate) fn server(&self, engine: Engine, side: Side) -> Outcome<Server> {
        self.server_at(engine, side, self.cluster.port)
    }

    /// The same, with PostgreSQL at another port.
    pub(crate) fn server_at(&self, engine: Engine, side: Side, port: u16) -> Outcome<Server> {
        self.copy(engine, side)?;
        let command = tied(self.binary(side), "KILL")?;
        let url = self.url(engine, &copy_of(side), port);
        Server::start(command, &url, &self.directory.0)
    }

    /// As [`Stage::server`], without anything around the process that would cost time.
    pub(crate) fn server_at_once(&self, engine: Engine, side: Side) -> Outcome<Server> {
        self.copy(engine, side)?;
        let url = self.url(engine, &copy_of(side), self.cluster.port);
        Server::start(Command::new(self.binary(side)), &url, &self.directory.0)
    }

    /// A server on tables that are empty.
    pub(crate) fn empty_server(&self, engine: Engine, side: Side) -> Outcome<Server> {
        let name = "empty";
        match engine {
            Engine::Postgres => self.cluster.copy("template1", name)?,
            Engine::Sqlite => remove_sqlite(&self.path(name)),
        }
        let url = self.url(engine, name, self.cluster.port);
        Server::start(tied(self.binary(side), "KILL")?, &url, &self.directory.0)
    }

    fn copy(&self, engine: Engine, side: Side) -> Outcome {
        let (full, copy) = (full_of(side), copy_of(side));
        if !self.loaded.borrow().contains(&(engine, side)) {
            let what = format!(
                "load {} tasks, {engine}, {side:?}",
                self.plan.tasks_each * 1000
            );
            step(&what, || {
                self.load_data(engine, side, &full)
                    .map_err(|error| error.to_string())
            })?;
            self.loaded.borrow_mut().insert((engine, side));
        }
        match engine {
            Engine::Postgres => self.cluster.copy(&full, &copy),
            Engine::Sqlite => copy_sqlite(&self.path(&full), &self.path(&copy)),
        }
    }

    /// Through the program, whatever tables it has.
    fn load_data(&self, engine: Engine, side: Side, name: &str) -> Outcome {
        if engine == Engine::Postgres {
            self.cluster.copy("template1", name)?;
        }
        let url = self.url(engine, name, self.cluster.port);
        let server = Server::start(tied(self.binary(side), "KILL")?, &url, &self.directory.0)?;
        data::load(&server, &self.people, self.plan.tasks_each)?;
        drop(server);
        match engine {
            Engine::Postgres => self.cluster.settle(name),
            Engine::Sqlite => Ok(()),
        }
    }

    fn url(&self, engine: Engine, name: &str, port: u16) -> String {
        match engine {
            Engine::Postgres => Cluster::url(port, name),
            Engine::Sqlite => format!("sqlite://{}", self.path(name).display()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.0.join(format!("{name}.db"))
    }

    fn people_file(&self) -> PathBuf {
        self.directory.0.join("people")
    }

    /// Load on a server by these people, for as long as the plan says; an error fails it.
    pub(crate) fn load(
        &self,
        server: &Server,
        script: &str,
        connections: usize,
        people: Range<usize>,
    ) -> Outcome<Found> {
        let warm_up = self.plan.seconds.div_ceil(3);
        for seconds in [warm_up, self.plan.seconds] {
            let load = self.wrk(server, script, connections, people.clone());
            let found = wrk(&load, seconds)?.wait()?;
            if found.refused + found.lost > 0 {
                return Err(format!("{script}: {found:?}").into());
            }
            if seconds == self.plan.seconds {
                return Ok(found);
            }
        }
        Err("no time to measure in".into())
    }

    /// What to tell wrk. Keys and titles of one load are not those of another.
    pub(crate) fn wrk<'a>(
        &self,
        server: &Server,
        script: &'a str,
        connections: usize,
        people: Range<usize>,
    ) -> Load<'a> {
        self.loads.set(self.loads.get() + 1);
        Load {
            script,
            connections,
            address: server.address,
            people_file: self.people_file(),
            people,
            tasks_each: self.plan.tasks_each,
            seed: self.loads.get(),
        }
    }
}

fn full_of(side: Side) -> String {
    format!("{side:?}_full").to_lowercase()
}

fn copy_of(side: Side) -> String {
    format!("{side:?}_copy").to_lowercase()
}

/// A copy of a file that nobody has open, without what an earlier copy left.
fn copy_sqlite(from: &Path, to: &Path) -> Outcome {
    remove_sqlite(to);
    fs::copy(from, to)?;
    Ok(fs::File::open(to)?.sync_all()?)
}

/// With the files beside it, which may or may not be there.
fn remove_sqlite(path: &Path) {
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        drop(fs::remove_file(name));
    }
}
