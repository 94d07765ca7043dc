//! Where measurements take place: a PostgreSQL, a directory, and in both the loaded data, of which every
//! contender gets fresh copies. What is measured there is the business of others.

use std::path::{Path, PathBuf};

use super::cluster::{Cluster, Directory};
use super::contender::Contender;
use super::dataset::Dataset;
use super::fill::{fill_postgres, fill_sqlite};
use super::measure::{Manner, Row, measure};
use super::peers;
use super::process::Pid;
use super::server::{Server, copy_sqlite, sqlite_url};
use super::work::{Crowd, Deed};
use crate::step::Outcome;

pub(super) struct Stage {
    pub(super) cluster: Cluster,
    directory: Directory,
}

/// A contender that is ready, and who asks it.
pub(super) struct Ready<'a> {
    pub(super) contender: Contender,
    pub(super) server: Server,
    pub(super) crowd: &'a Crowd,
}

impl Stage {
    pub(super) fn set_up() -> Outcome<Self> {
        Ok(Self {
            cluster: Cluster::start()?,
            directory: Directory::make("files")?,
        })
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Lets a contender make its tables, fills them, and gives the users with their tokens.
    pub(super) fn load(
        &self,
        contender: Contender,
        name: &str,
        dataset: Dataset,
    ) -> Outcome<Crowd> {
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
            self.cluster.url(&database(contender, name))
        } else {
            sqlite_url(&self.path(contender, name))
        }
    }

    fn path(&self, contender: Contender, name: &str) -> PathBuf {
        let suffix = match contender {
            Contender::PocketBase => "pocketbase",
            _ => "db",
        };
        self.directory().join(format!("{name}.{suffix}"))
    }

    /// The PostgreSQL that a contender keeps busy.
    fn database_of(&self, contender: Contender) -> Option<Pid> {
        contender.is_on_postgres().then(|| self.cluster.pid())
    }

    pub(super) fn measure(
        &self,
        ready: &Ready<'_>,
        deed: Deed,
        manner: Manner,
        seed: u64,
    ) -> Outcome<Row> {
        let database = self.database_of(ready.contender);
        measure(&ready.server, database, ready.crowd, deed, manner, seed)
    }
}

/// Names of databases; those of the program have no prefix, so that pgbench finds them.
pub(super) fn database(contender: Contender, name: &str) -> String {
    match contender {
        Contender::FastApi => format!("fastapi_{name}"),
        _ => name.to_owned(),
    }
}
