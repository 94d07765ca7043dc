//! Where measurements take place: a PostgreSQL, a directory, and in both the loaded data, of which
//! every server gets a fresh copy. What is measured there is in `sections`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::step::{root, step};

use crate::Outcome;
use crate::cluster::{Cluster, directory};
use crate::data::{self, Person, USERS, people};
use crate::options::Options;
use crate::process::tied;
use crate::server::Server;

/// Printed by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    PostgreSQL,
    SQLite,
}

pub(crate) const ENGINES: [Engine; 2] = [Engine::PostgreSQL, Engine::SQLite];

/// Which program: that of `--before`, or the one that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Before,
    Now,
}

pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) options: Options,
    pub(crate) people: Vec<Person>,
    binary: PathBuf,
    directory: TempDir,
    loaded: RefCell<BTreeSet<String>>,
    seeds: Cell<usize>,
}

impl Stage {
    pub(crate) fn set_up(options: Options) -> Outcome<Self> {
        let binary = options.binary.clone();
        let binary = binary.unwrap_or_else(|| root().join("target/release/tickbox"));
        let stage = Self {
            cluster: step("start PostgreSQL", Cluster::start)?,
            options,
            people: people(USERS),
            binary,
            directory: directory()?,
            loaded: RefCell::default(),
            seeds: Cell::default(),
        };
        fs::write(stage.people_file(), data::lines(&stage.people))?;
        Ok(stage)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn binary(&self, side: Side) -> &Path {
        match side {
            Side::Before => self.options.before.as_ref().unwrap_or(&self.binary),
            Side::Now => &self.binary,
        }
    }

    pub(crate) fn repeats(&self) -> Range<usize> {
        0..self.options.repeats() as usize
    }

    /// Each side in its turn, in the other order every second time. PostgreSQL is at that port.
    pub(crate) fn servers(
        &self,
        engine: Engine,
        port: u16,
        repeat: usize,
    ) -> impl Iterator<Item = Outcome<(Side, Server)>> {
        let mut sides = vec![Side::Now];
        if self.options.before.is_some() {
            sides.insert(repeat % 2, Side::Before);
        }
        sides.into_iter().map(move |side| {
            let url = self.fresh(engine, side, port)?;
            Ok((side, self.serve(side, &url)?))
        })
    }

    pub(crate) fn server(&self, engine: Engine, side: Side) -> Outcome<Server> {
        let url = self.fresh(engine, side, self.cluster.port)?;
        self.serve(side, &url)
    }

    pub(crate) fn serve(&self, side: Side, url: &str) -> Outcome<Server> {
        Server::start(tied(self.binary(side), "KILL")?, url, self.directory())
    }

    /// A fresh copy of the data, as `DATABASE_URL` takes it.
    pub(crate) fn fresh(&self, engine: Engine, side: Side, port: u16) -> Outcome<String> {
        let full = format!("{engine:?}_{side:?}").to_lowercase();
        if !self.loaded.borrow().contains(&full) {
            let count = self.options.tasks_each() * USERS;
            let what = format!("load {count} tasks, {engine:?}, {side:?}");
            step(&what, || self.fill(engine, side, &full))?;
            self.loaded.borrow_mut().insert(full.clone());
        }
        let copy = format!("{full}_copy");
        match engine {
            Engine::PostgreSQL => self.cluster.copy(&full, &copy)?,
            Engine::SQLite => {
                self.empty(engine, &copy)?;
                fs::copy(self.path(&full), self.path(&copy))?;
                fs::File::open(self.path(&copy))?.sync_all()?;
            }
        }
        Ok(self.url(engine, &copy, port))
    }

    /// Through the program, whatever tables it has.
    fn fill(&self, engine: Engine, side: Side, name: &str) -> Outcome {
        let server = self.serve(side, &self.empty(engine, name)?)?;
        data::load(&server, &self.people, self.options.tasks_each())?;
        drop(server);
        match engine {
            Engine::PostgreSQL => self.cluster.settle(name),
            Engine::SQLite => Ok(()),
        }
    }

    /// A database without tables.
    pub(crate) fn empty(&self, engine: Engine, name: &str) -> Outcome<String> {
        match engine {
            Engine::PostgreSQL => self.cluster.copy("template1", name)?,
            Engine::SQLite => {
                // With the files beside the database.
                drop(fs::remove_dir_all(self.directory().join(name)));
                fs::create_dir(self.directory().join(name))?;
            }
        }
        Ok(self.url(engine, name, self.cluster.port))
    }

    fn url(&self, engine: Engine, name: &str, port: u16) -> String {
        match engine {
            Engine::PostgreSQL => Cluster::url(port, name),
            Engine::SQLite => format!("sqlite://{}", self.path(name).display()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name).join("tasks.db")
    }

    pub(crate) fn people_file(&self) -> PathBuf {
        self.directory().join("people")
    }

    /// A number that was not given before.
    pub(crate) fn next_seed(&self) -> usize {
        self.seeds.set(self.seeds.get() + 1);
        self.seeds.get()
    }
}
