//! A real PgBouncer in transaction mode before a test cluster: the strictest pooler that people put
//! between. The cluster itself is the business of `postgres`.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::sync::OnceCell;

use super::leash::{Farewell, Leashed};
use super::postgres::{Cluster, Database, ROLE, free_port, unprivileged, unprivileged_directory};
use xtask::programs::find_program;

/// A running PgBouncer. Dropping it ends it.
pub(crate) struct Pooler {
    port: u16,
    _directory: tempfile::TempDir,
    _process: Leashed,
}

impl Pooler {
    /// The one that the tests of one process share, with the cluster behind it.
    pub(crate) async fn shared() -> &'static (Self, Cluster) {
        static SHARED: OnceCell<(Pooler, Cluster)> = OnceCell::const_new();
        let start = || async {
            // Of its own: a pooler keeps connections to databases that their tests have left.
            let cluster = Cluster::start().await;
            (Self::start(&cluster).await, cluster)
        };
        SHARED.get_or_init(start).await
    }

    /// Starts one before a cluster without TLS.
    pub(crate) async fn start(cluster: &Cluster) -> Self {
        let program =
            find_program("pgbouncer").expect("PgBouncer is not installed. Run: cargo xtask setup");
        let directory = unprivileged_directory();
        for _ in 0..5 {
            let port = free_port();
            let settings = settings(&program, cluster.port(), port);
            fs::write(directory.path().join("pgbouncer.ini"), settings).expect("it can be written");
            fs::write(directory.path().join("users"), format!("\"{ROLE}\" \"\"\n"))
                .expect("it can be written");
            if let Some(process) = launch(&program, directory.path(), port).await {
                return Self {
                    port,
                    _directory: directory,
                    _process: process,
                };
            }
        }
        let log = fs::read_to_string(directory.path().join("log")).unwrap_or_default();
        panic!("PgBouncer did not start:\n{log}");
    }

    /// The way to a database of the cluster through this pooler.
    pub(crate) fn url(&self, database: &Database) -> String {
        format!(
            "postgresql://{ROLE}@127.0.0.1:{}/{}",
            self.port,
            database.name()
        )
    }
}

/// Few connections to the server, so that those of the clients really take turns on them. All that
/// could soften the mode is off: start parameters that it does not know are refused, and newer
/// releases must lose named statements as the older ones do.
fn settings(program: &Path, server_port: u16, port: u16) -> String {
    let keeps_statements = if release(program) >= (1, 21) {
        "max_prepared_statements = 0"
    } else {
        ""
    };
    format!(
        "[databases]\n\
         * = host=127.0.0.1 port={server_port}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = trust\n\
         auth_file = users\n\
         pool_mode = transaction\n\
         default_pool_size = 3\n\
         max_client_conn = 300\n\
         {keeps_statements}\n"
    )
}

/// The first two numbers of `PgBouncer 1.18.0`.
fn release(program: &Path) -> (u32, u32) {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// `None` if it ends instead of listening.
async fn launch(program: &Path, directory: &Path, port: u16) -> Option<Leashed> {
    let log = File::create(directory.join("log")).expect("the log can be written");
    let mut command = unprivileged(program, directory);
    command
        .arg("pgbouncer.ini")
        .stdout(Stdio::null())
        .stderr(log);
    let farewell = Farewell {
        signal: "TERM",
        directory: Some(directory),
    };
    let mut process = Leashed::start(&mut command, &farewell).expect("PgBouncer can be started");
    process.listens(port).await.then_some(process)
}
