//! A real PostgreSQL for measurements: made from the installed binaries, with the settings that
//! `initdb` writes, `fsync` on. The tests have one that is set up for speed; this one is for truth.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use xtask::programs::find_program;
use xtask::step::{quietly, text};

use crate::Outcome;
use crate::process::tied;
use crate::report::memory_kib;

/// Who owns the databases, as whom everything connects.
const ROLE: &str = "tickbox";

/// What directories are called; the number of the process follows.
const PREFIX: &str = "tickbox-bench-";

/// Goes when the value does. In `/var/tmp`, which is a disk: `/tmp` is often memory, and then
/// `fsync` would cost nothing.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn make(name: &str) -> Outcome<Self> {
        remove_orphans();
        let path = Path::new("/var/tmp").join(format!("{PREFIX}{}-{name}", std::process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Removes what harnesses left that could not end in peace.
fn remove_orphans() {
    for entry in fs::read_dir("/var/tmp").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Ends when dropped.
pub(crate) struct Cluster {
    server: Child,
    pub(crate) port: u16,
    // After the server, which writes to it.
    _directory: Directory,
}

impl Cluster {
    pub(crate) fn start() -> Outcome<Self> {
        let directory = Directory::make("postgres")?;
        if geteuid().is_root() {
            quietly(Command::new("chown").arg("postgres").arg(&directory.0))?;
        }
        let data = directory.0.join("data");
        let mut initdb = unprivileged("initdb", &directory.0)?;
        initdb.arg("--pgdata").arg(&data);
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        quietly(&mut initdb)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = directory.0.join("log");
        let mut command = unprivileged("postgres", &directory.0)?;
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories="]);
        // As the manual recommends; without it, 128 MB for the smallest of machines.
        command.args(["-c", &format!("shared_buffers={}kB", memory_kib() / 4)]);
        command.stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut cluster = Self {
            server: command.spawn()?,
            port,
            _directory: directory,
        };
        cluster.wait_until_ready(&log)?;
        // A copy of a database is dropped while PostgreSQL may be tidying it up.
        let role = format!("CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_signal_backend");
        cluster.psql("postgres", "postgres", &["--command", &role])?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, log: &Path) -> Outcome {
        let end = Instant::now() + Duration::from_mins(1);
        while Instant::now() < end && matches!(self.server.try_wait(), Ok(None)) {
            if self
                .psql("postgres", "postgres", &["--command", "SELECT 1"])
                .is_ok()
            {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        Err(format!("PostgreSQL did not start:\n{log}").into())
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
        let mut psql = Command::new(program("psql")?);
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        self.connect(&mut psql, role, database).args(arguments);
        Ok(quietly(&mut psql).map(drop)?)
    }

    /// Runs a script of pgbench, in a directory; gives what it prints.
    pub(crate) fn pgbench(&self, database: &str, arguments: &[&str]) -> Outcome<String> {
        let mut pgbench = Command::new(program("pgbench")?);
        pgbench.args(arguments);
        self.connect(&mut pgbench, ROLE, database);
        Ok(text(&quietly(&mut pgbench)?.stdout))
    }

    fn connect<'a>(&self, client: &'a mut Command, role: &str, database: &str) -> &'a mut Command {
        client
            .env("PGSSLMODE", "disable")
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", role)
            .env("PGDATABASE", database)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is the immediate shutdown: what is in there goes anyway.
        // It fails only for one that has ended already.
        let _ = kill_process(Pid::from_child(&self.server), Signal::QUIT);
        drop(self.server.wait());
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
