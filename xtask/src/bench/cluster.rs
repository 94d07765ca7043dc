//! A real PostgreSQL for measurements: made from the installed binaries, with the settings that `initdb`
//! writes, `fsync` on. The tests have one that is set up for speed; this one is set up for truth.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid as KernelPid, Signal, geteuid, kill_process};

use super::machine;
use super::process::{Pid, tied};
use crate::programs::find_program;
use crate::step::{Outcome, quietly, text, write};

/// Who owns the database, as whom everything connects.
pub(super) const ROLE: &str = "tickbox";

/// What its directories are called; the number of the process follows.
const PREFIX: &str = "tickbox-bench-";

/// A directory that goes when the value does. In `/var/tmp`, which is a disk: `/tmp` is often memory, and
/// then `fsync` would cost nothing.
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn make(name: &str) -> Outcome<Self> {
        sweep();
        let path = Path::new("/var/tmp").join(format!("{PREFIX}{}-{name}", std::process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Removes what harnesses left that could not end in peace.
fn sweep() {
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

/// How clients of a cluster talk to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Plain,
    /// With a certificate that the cluster has made for itself.
    Tls,
}

impl Line {
    /// What libpq calls it.
    pub(super) fn ssl_mode(self) -> &'static str {
        match self {
            Self::Plain => "disable",
            Self::Tls => "require",
        }
    }
}

/// Ends when dropped.
pub(super) struct Cluster {
    server: Child,
    port: u16,
    // After the server, which writes to it.
    _directory: Directory,
}

impl Cluster {
    /// One that offers TLS can be reached without, too.
    pub(super) fn start(line: Line) -> Outcome<Self> {
        let directory = Directory::make(&format!("postgres-{}", line.ssl_mode()))?;
        if let Some((user, group)) = other_user()? {
            std::os::unix::fs::chown(directory.path(), Some(user), Some(group))
                .map_err(|error| error.to_string())?;
        }
        let data = directory.path().join("data");
        let mut initdb = unprivileged("initdb", directory.path())?;
        initdb.arg("--pgdata").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        quietly(&mut initdb)?;
        if line == Line::Tls {
            make_certificate(&data)?;
        }
        let port = free_port()?;
        let log = directory.path().join("log");
        let output = File::create(&log).map_err(|error| error.to_string())?;
        let mut command = unprivileged("postgres", directory.path())?;
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories="]);
        // As the manual recommends where the machine is the database's; without it, 128 MB for the smallest of machines.
        let quarter = machine::memory_kib() / 4;
        command.args(["-c", &format!("shared_buffers={quarter}kB")]);
        if line == Line::Tls {
            command.args(["-c", "ssl=on"]);
        }
        command.stdout(Stdio::null()).stderr(output);
        let server = command.spawn().map_err(|error| error.to_string())?;
        let mut cluster = Self {
            server,
            port,
            _directory: directory,
        };
        cluster.wait_until_ready(&log)?;
        // A copy of a database is dropped while PostgreSQL may be tidying it up.
        let role = format!("CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_signal_backend");
        cluster.sql_as("postgres", "postgres", &[&role])?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, log: &Path) -> Outcome {
        let end = Instant::now() + Duration::from_mins(1);
        while Instant::now() < end && matches!(self.server.try_wait(), Ok(None)) {
            let asked = TcpStream::connect(("127.0.0.1", self.port)).is_ok()
                && self.sql_as("postgres", "postgres", &["SELECT 1"]).is_ok();
            if asked {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        Err(format!("PostgreSQL did not start:\n{log}"))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn pid(&self) -> Pid {
        Pid(self.server.id())
    }

    /// What `DATABASE_URL` takes.
    pub(super) fn url(&self, database: &str, line: Line) -> String {
        let (port, mode) = (self.port, line.ssl_mode());
        format!("postgresql://{ROLE}@127.0.0.1:{port}/{database}?sslmode={mode}")
    }

    /// Runs statements, each in a transaction of its own; gives what they print.
    pub(super) fn sql(&self, database: &str, statements: &[&str]) -> Outcome<String> {
        self.sql_as(ROLE, database, statements)
    }

    /// For what only a superuser may do.
    pub(super) fn sql_as_superuser(&self, database: &str, statement: &str) -> Outcome {
        self.sql_as("postgres", database, &[statement]).map(drop)
    }

    fn sql_as(&self, role: &str, database: &str, statements: &[&str]) -> Outcome<String> {
        let mut psql = Command::new(program("psql")?);
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--host", "127.0.0.1"])
            .args(["--port", &self.port.to_string()])
            .args(["--username", role, "--dbname", database])
            .env("PGSSLMODE", "disable");
        for statement in statements {
            psql.args(["--command", statement]);
        }
        Ok(text(&quietly(&mut psql)?.stdout).trim().to_owned())
    }

    /// A copy of a database to which nobody is connected, in place of what had that name.
    pub(super) fn copy(&self, template: &str, name: &str) -> Outcome {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.sql("postgres", &[&drop, &create]).map(std::mem::drop)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is the immediate shutdown: what is in there goes anyway.
        // It fails only for one that has ended already.
        let _ = kill_process(KernelPid::from_child(&self.server), Signal::QUIT);
        drop(self.server.wait());
    }
}

/// A certificate that its own key has signed, where PostgreSQL looks for it.
fn make_certificate(data: &Path) -> Outcome {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .map_err(|error| error.to_string())?;
    let key = data.join("server.key");
    write(&data.join("server.crt"), &signed.cert.pem())?;
    write(&key, &signed.signing_key.serialize_pem())?;
    // PostgreSQL refuses a key that others may read.
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(&key, mode).map_err(|error| error.to_string())?;
    let Some((user, group)) = other_user()? else {
        return Ok(());
    };
    std::os::unix::fs::chown(&key, Some(user), Some(group)).map_err(|error| error.to_string())
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok(address.port())
}

pub(super) fn program(name: &str) -> Outcome<PathBuf> {
    find_program(name)
        .ok_or_else(|| format!("{name} of PostgreSQL is not installed. Run: cargo xtask setup"))
}

/// PostgreSQL refuses to run as root.
fn unprivileged(name: &str, directory: &Path) -> Outcome<Command> {
    let mut command = tied(&program(name)?, "QUIT");
    command.current_dir(directory).stdin(Stdio::null());
    if let Some((user, group)) = other_user()? {
        command.uid(user).gid(group);
    }
    Ok(command)
}

fn other_user() -> Outcome<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let numbers = |wanted: &str| {
        let mut all = users.lines().map(|line| line.split(':'));
        let mut fields = all.find_map(|mut fields| (fields.next()? == wanted).then_some(fields))?;
        fields.next();
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = numbers("postgres").or_else(|| numbers("nobody"));
    found
        .map(Some)
        .ok_or_else(|| "there is no user `postgres` or `nobody` to run PostgreSQL as".to_owned())
}
