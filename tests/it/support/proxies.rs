//! Real proxies before a server of the program: nginx, which most people put between, and HAProxy. What they are told is
//! in the tests.

use std::fs;
use std::process::Stdio;

use tempfile::TempDir;

use super::leash::{Farewell, Leashed};
use super::postgres::{free_port, unprivileged, unprivileged_directory};
use xtask::programs::find_program;

/// A running proxy. Dropping it ends it.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) url: String,
    _process: Leashed,
    _directory: TempDir,
}

impl Proxy {
    /// nginx with a whole configuration, in which the port is 80 and the server behind it on 127.0.0.1:8000.
    pub(crate) async fn nginx(configuration: &str, server_url: &str) -> Self {
        Self::start("nginx", configuration, server_url).await
    }

    /// HAProxy in the same way.
    pub(crate) async fn haproxy(configuration: &str, server_url: &str) -> Self {
        Self::start("haproxy", configuration, server_url).await
    }

    async fn start(name: &str, configuration: &str, server_url: &str) -> Self {
        let program = find_program(name);
        let program =
            program.unwrap_or_else(|| panic!("{name} is not installed. Run: cargo xtask setup"));
        let server = server_url.strip_prefix("http://").expect("an address");
        let directory = unprivileged_directory();
        let file = directory.path().join("configuration");
        for _ in 0..5 {
            let port = free_port();
            let configuration = configuration
                .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
                .replace("bind :80", &format!("bind 127.0.0.1:{port}"))
                .replace("127.0.0.1:8000", server)
                .replacen("http {", &temporary_files(directory.path()), 1);
            fs::write(&file, configuration).expect("it can be written");
            let mut command = unprivileged(&program, directory.path());
            if name == "nginx" {
                let settings = ["-e", "stderr", "-g", "daemon off; pid nginx.pid;", "-p"];
                command.args(settings).arg(directory.path()).arg("-c");
            } else {
                command.args(["-db", "-f"]);
            }
            command
                .arg(&file)
                .stdout(Stdio::null())
                .stderr(Stdio::piped());
            let farewell = Farewell {
                signal: "TERM",
                directory: Some(directory.path()),
            };
            let process = Leashed::start(&mut command, &farewell);
            let mut process = process.expect("the proxy can be started");
            let stderr = process.stderr();
            if process.listens(port).await {
                return Self {
                    url: format!("http://127.0.0.1:{port}"),
                    _process: process,
                    _directory: directory,
                };
            }
            let said = stderr.so_far().to_lowercase();
            assert!(said.contains("in use"), "{name} did not start:\n{said}");
        }
        panic!("no port was free for {name}");
    }
}

/// Its own places belong to another user.
fn temporary_files(directory: &std::path::Path) -> String {
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths = kinds.map(|kind| format!("{kind}_temp_path {}/{kind};\n", directory.display()));
    format!("http {{\n{}", paths.concat())
}
