//! Real PostgreSQL: throw-away clusters made from the installed binaries, or from those of a newer release, and a
//! fresh database in one for each test. Which tables are in there is the program's own business.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, geteuid};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;

use super::leash::{Farewell, Frozen, Leashed};
use super::postgres_18;
use super::postgres_janitor::Janitor;
use super::postgres_tls::{AUTHORITY, Certificate};
use xtask::programs::find_program;

/// The role that the program connects as: it owns its database and is nothing else.
pub(crate) const ROLE: &str = "tickbox";
/// With characters that a URL must escape and `SASLprep` leaves alone.
pub(crate) const PASSWORD: &str = "p@ss:word/100%";
const PASSWORD_IN_URL: &str = "p%40ss%3Aword%2F100%25";

/// Nothing here must survive a crash, so nothing waits for a disk; what the program asks for
/// (`synchronous_commit` and the like) stays as it is on a real server. The time zone is one that
/// shows at once where a statement relies on it being UTC.
const SETTINGS: [&str; 7] = [
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    // Seen from the data directory: beside it.
    "unix_socket_directories=..",
    "max_connections=300",
    "timezone=Asia/Kathmandu",
    "log_checkpoints=off",
];

/// In the directory of a cluster, if they are there: a link to the folder of its programs, and further settings, a
/// line for each.
pub(super) const PROGRAMS: &str = "programs";
pub(super) const OPTIONS: &str = "options";

/// One PostgreSQL server with its data directory. Ends with this process, or when dropped.
pub(crate) struct Cluster {
    directory: TempDir,
    port: u16,
    server: Mutex<Option<Leashed>>,
    tls: bool,
    janitor: Arc<Janitor>,
}

impl Cluster {
    /// The cluster that the tests of one process share.
    pub(crate) async fn shared() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// The shared cluster that takes [`ROLE`] only over TLS, with a SCRAM password.
    pub(crate) async fn shared_with_tls() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED.get_or_init(Self::with_tls).await
    }

    /// The cluster of PostgreSQL 18.
    pub(crate) async fn shared_18() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        let create = || async {
            let directory = unprivileged_directory();
            postgres_18::install(directory.path());
            Self::create(directory, None).await
        };
        SHARED.get_or_init(create).await
    }

    /// A cluster for one test, for those that take it away and bring it back.
    pub(crate) async fn start() -> Self {
        Self::create(unprivileged_directory(), None).await
    }

    /// As [`Cluster::shared_with_tls`], for one test.
    pub(crate) async fn with_tls() -> Self {
        Self::create(unprivileged_directory(), Some(Certificate::issue())).await
    }

    /// In a directory that says which programs, and with which further settings, if that is not the usual.
    pub(super) async fn create(directory: TempDir, certificate: Option<Certificate>) -> Self {
        initialise(directory.path(), certificate.as_ref());
        let cluster = Self::on(directory, certificate.is_some()).await;
        let role = format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'");
        cluster.order("postgres", &role).await;
        cluster
    }

    async fn on(directory: TempDir, tls: bool) -> Self {
        let mut attempts = 0;
        let (port, server) = loop {
            let port = free_port();
            match launch(directory.path(), port).await {
                Ok(server) => break (port, server),
                // Another program may have taken the port since we let it go.
                Err(log) if log.contains("could not bind") && attempts < 5 => attempts += 1,
                Err(log) => panic!("PostgreSQL did not start:\n{log}"),
            }
        };
        Self {
            directory,
            port,
            server: Mutex::new(Some(server)),
            tls,
            janitor: Arc::new(Janitor::start(port)),
        }
    }

    /// Another cluster that follows this one, which from now on waits for it with every commit.
    pub(crate) async fn standby(&self) -> Self {
        let directory = unprivileged_directory();
        let copied = unprivileged(
            &program(directory.path(), "pg_basebackup"),
            directory.path(),
        )
        .args(["-h", "127.0.0.1", "-U", "postgres", "-R", "-c", "fast"])
        .args(["--no-sync", "-p", &self.port.to_string(), "-D"])
        .arg(directory.path().join("data"))
        .output()
        .expect("pg_basebackup can be started");
        let said = String::from_utf8_lossy(&copied.stderr);
        assert!(copied.status.success(), "pg_basebackup: {said}");
        let standby = Self::on(directory, self.tls).await;
        let wait = "ALTER SYSTEM SET synchronous_standby_names = '*'";
        self.order("postgres", wait).await;
        self.order("postgres", "SELECT pg_reload_conf()").await;
        standby
    }

    /// Makes a primary of a standby.
    pub(crate) async fn promote(&self) {
        self.order("postgres", "SELECT pg_promote()").await;
    }

    async fn order(&self, database: &str, sql: &str) {
        let administrator = self.janitor.connect(database).await;
        let ordered = administrator.batch_execute(sql).await;
        ordered.expect("the superuser may do so");
    }

    /// Stops all of its processes where they stand.
    pub(crate) fn freeze(&self) -> Frozen {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.as_ref().expect("it runs").freeze()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where the server's Unix socket is.
    pub(crate) fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// The certificate of the authority that signed the server's, as PEM; there with TLS only.
    pub(crate) fn authority(&self) -> PathBuf {
        self.directory.path().join("data").join(AUTHORITY)
    }

    /// A fresh, empty database, for as long as the value lives.
    pub(crate) async fn database(&self) -> Database {
        let name = self.janitor.lend().await;
        let url = if self.tls {
            format!(
                "postgresql://{ROLE}:{PASSWORD_IN_URL}@localhost:{}/{name}?sslmode=require&channel_binding=require",
                self.port
            )
        } else {
            format!("postgresql://{ROLE}@127.0.0.1:{}/{name}", self.port)
        };
        Database {
            name,
            url,
            kind: Kind::Usual,
            janitor: Arc::clone(&self.janitor),
        }
    }

    /// Ends the server at once, as a crash does: every connection breaks, new ones are refused.
    pub(crate) fn stop(&self) {
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            stop(server);
        }
    }

    /// Starts a stopped server again, on the same port with the same data.
    pub(crate) async fn resume(&self) {
        let server = launch(self.directory.path(), self.port).await;
        let server = server.unwrap_or_else(|log| panic!("PostgreSQL did not start again:\n{log}"));
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Which of the engines of a test it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Usual,
    Pooled,
    Newer,
}

/// A database of one test. Dropping it throws out whoever is still connected.
pub(crate) struct Database {
    name: String,
    url: String,
    kind: Kind,
    janitor: Arc<Janitor>,
}

impl Database {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What `DATABASE_URL` takes.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same database on another way.
    pub(crate) fn reached_at(mut self, url: String) -> Self {
        self.url = url;
        self
    }

    pub(crate) fn of(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// A connection as the superuser, past the program: to look, or to sabotage.
    pub(crate) async fn administrator(&self) -> tokio_postgres::Client {
        self.janitor.connect(&self.name).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.janitor.take_back(std::mem::take(&mut self.name));
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

/// A command for a program that refuses to run as root: as another user if we are root.
pub(crate) fn unprivileged(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    // The user may have no access to where the tests run.
    command.current_dir(directory).stdin(Stdio::null());
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    command
}

/// A temporary directory that [`unprivileged`] programs may write to.
pub(crate) fn unprivileged_directory() -> TempDir {
    let directory = tempfile::Builder::new().prefix("tickbox-test-").tempdir();
    let directory = directory.expect("a temporary directory can be made");
    give_away(directory.path());
    directory
}

/// Makes a file belong to the user of [`unprivileged`].
pub(crate) fn give_away(path: &Path) {
    if let Some((user, group)) = other_user() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).expect("root may give away files");
    }
}

fn other_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
    let numbers = |wanted: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(wanted))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = numbers("postgres").or_else(|| numbers("nobody"));
    Some(found.expect("a user `postgres` or `nobody` exists, because PostgreSQL refuses root"))
}

fn program(directory: &Path, name: &str) -> PathBuf {
    let own = fs::canonicalize(directory.join(PROGRAMS));
    let own = own.ok().map(|programs| programs.join(name));
    own.or_else(|| find_program(name))
        .unwrap_or_else(|| panic!("{name} of PostgreSQL is not installed. Run: cargo xtask setup"))
}

fn initialise(directory: &Path, certificate: Option<&Certificate>) {
    let data = directory.join("data");
    let made = unprivileged(&program(directory, "initdb"), directory)
        .arg("--pgdata")
        .arg(&data)
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ])
        .output()
        .expect("initdb can be started");
    assert!(
        made.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    if let Some(certificate) = certificate {
        certificate
            .install(&data)
            .expect("a fresh data directory can be written to");
    }
}

/// Starts the server and waits until it takes connections; its log if it ends instead.
async fn launch(directory: &Path, port: u16) -> Result<Leashed, String> {
    let log = directory.join("log");
    let output = File::create(&log).expect("the log can be written");
    let mut command = unprivileged(&program(directory, "postgres"), directory);
    command
        .arg("-D")
        .arg(directory.join("data"))
        .args(["-p", &port.to_string()]);
    let further = fs::read_to_string(directory.join(OPTIONS)).unwrap_or_default();
    for setting in SETTINGS.into_iter().chain(further.lines()) {
        command.args(["-c", setting]);
    }
    command.stdout(Stdio::null()).stderr(output);
    // SIGQUIT is PostgreSQL's immediate shutdown.
    let farewell = Farewell {
        signal: "QUIT",
        directory: Some(directory),
    };
    let mut server = Leashed::start(&mut command, &farewell).expect("PostgreSQL can be started");

    let url = format!("postgresql://postgres@127.0.0.1:{port}/postgres");
    let end = Instant::now() + Duration::from_mins(1);
    while Instant::now() < end && server.exited().is_none() {
        // While it starts it refuses; a stranger on this port would not know the user.
        if tokio_postgres::connect(&url, NoTls).await.is_ok() && server.exited().is_none() {
            return Ok(server);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(fs::read_to_string(&log).unwrap_or_else(|error: io::Error| error.to_string()))
}

fn stop(mut server: Leashed) {
    if server.exited().is_none() {
        server.signal(Signal::QUIT);
    }
    let end = Instant::now() + Duration::from_secs(10);
    while server.exited().is_none() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
}
