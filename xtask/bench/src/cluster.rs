//! A real PostgreSQL for measurements: made from the installed binaries, with the settings that
//! `initdb` writes, `fsync` on. The tests have one that is set up for speed; this one is for truth.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Signal, geteuid};
use tempfile::TempDir;
use xtask::programs::find_program;
use xtask::step::{quietly, text};

use crate::Outcome;
use crate::process::{Process, tied};
use crate::report::memory_mib;

/// Who owns the databases, as whom everything connects.
const ROLE: &str = "tickbox";

/// What directories are called; the number of the process follows.
const PREFIX: &str = "tickbox-bench-";

/// In `/var/tmp`, which is a disk: `/tmp` is often memory, and then `fsync` would cost nothing.
/// Removes what harnesses left that could not end in peace.
pub(crate) fn directory() -> Outcome<TempDir> {
    for entry in fs::read_dir("/var/tmp")?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let rest = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('-'));
        if rest.is_some_and(|(pid, _)| !Path::new("/proc").join(pid).exists()) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
    let prefix = format!("{PREFIX}{}-", std::process::id());
    Ok(TempDir::with_prefix_in(prefix, "/var/tmp")?)
}

/// Ends when dropped.
pub(crate) struct Cluster {
    server: Process,
    pub(crate) port: u16,
    // After the server, which writes to it.
    _directory: TempDir,
}

impl Cluster {
    pub(crate) fn start() -> Outcome<Self> {
        let directory = directory()?;
        let (path, data) = (directory.path(), directory.path().join("data"));
        if geteuid().is_root() {
            quietly(Command::new("chown").arg("postgres").arg(path))?;
        }
        let mut initdb = unprivileged("initdb", path)?;
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        quietly(initdb.arg("--pgdata").arg(&data))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = path.join("log");
        let mut command = unprivileged("postgres", path)?;
        command.arg("-D").arg(&data).arg(format!("--port={port}"));
        command.args(["--listen_addresses=127.0.0.1", "--unix_socket_directories="]);
        // A quarter of the memory, as the manual recommends; 128 MB by itself.
        command.arg(format!("--shared_buffers={}MB", memory_mib() / 4));
        command.stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut cluster = Self {
            // The immediate shutdown: what is in there goes anyway.
            server: Process(command.spawn()?, Signal::QUIT),
            port,
            _directory: directory,
        };
        // A copy of a database is dropped while PostgreSQL may be tidying it up.
        let role = format!("CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_signal_backend");
        let end = Instant::now() + Duration::from_mins(1);
        while cluster
            .psql("postgres", "postgres", &["--command", &role])
            .is_err()
        {
            if Instant::now() > end || !matches!(cluster.server.0.try_wait(), Ok(None)) {
                let log = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("PostgreSQL did not start:\n{log}").into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(cluster)
    }

    /// What `DATABASE_URL` takes. `port` is ours, or that of a way to it.
    pub(crate) fn url(port: u16, database: &str) -> String {
        format!("postgresql://{ROLE}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Runs statements and files: `--command SQL`, `--file PATH`.
    pub(crate) fn run(&self, database: &str, arguments: &[&str]) -> Outcome {
        self.psql(ROLE, database, arguments)
    }

    /// A copy of a database to which nobody is connected, in place of what had that name.
    pub(crate) fn copy(&self, template: &str, name: &str) -> Outcome {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.run("postgres", &["--command", &drop, "--command", &create])
    }

    /// After much was written, so that its costs fall on nobody who is measured.
    pub(crate) fn settle(&self, database: &str) -> Outcome {
        let statements = ["--command", "VACUUM ANALYZE", "--command", "CHECKPOINT"];
        self.psql("postgres", database, &statements)
    }

    fn psql(&self, role: &str, database: &str, arguments: &[&str]) -> Outcome {
        let mut psql = self.client("psql", role, database)?;
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        Ok(quietly(psql.args(arguments)).map(drop)?)
    }

    /// What it prints.
    pub(crate) fn pgbench(&self, database: &str, arguments: &[&str]) -> Outcome<String> {
        let mut pgbench = self.client("pgbench", ROLE, database)?;
        Ok(text(&quietly(pgbench.args(arguments))?.stdout))
    }

    fn client(&self, name: &str, role: &str, database: &str) -> Outcome<Command> {
        let mut client = Command::new(program(name)?);
        client
            .env("PGSSLMODE", "disable")
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", role)
            .env("PGDATABASE", database);
        Ok(client)
    }
}

fn program(name: &str) -> Outcome<PathBuf> {
    let found = find_program(name);
    Ok(found.ok_or_else(|| format!("there is no `{name}`. Run: cargo xtask setup"))?)
}

/// PostgreSQL refuses to run as root; its package has made a user for it.
fn unprivileged(name: &str, directory: &Path) -> Outcome<Command> {
    let program = program(name)?;
    let mut command = if geteuid().is_root() {
        let mut command = tied(Path::new("setpriv"), "QUIT")?;
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.args(["--pdeathsig", "QUIT"]).arg(program);
        command
    } else {
        tied(&program, "QUIT")?
    };
    command.current_dir(directory).stdin(Stdio::null());
    Ok(command)
}
