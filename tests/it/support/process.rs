//! The program itself, as a process: started with settings of its own in a directory of its own.
//! Tests that need no process go through the router instead, which is faster.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::time::timeout;

use super::leash::{Farewell, Leashed, Output};

/// Far longer than anything here takes: the program drains for at most 30 s.
const LIMIT: Duration = Duration::from_mins(1);

const PROGRAM: &str = env!("CARGO_BIN_EXE_tickbox");

/// Asks a program that was started here.
pub(crate) fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client can be made")
}

/// The other ends of the program's lines are in this process.
pub(crate) fn allow_many_files() {
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limits.maximum,
        ..limits
    };
    setrlimit(Resource::Nofile, raised).expect("a limit can be raised to its maximum");
}

/// What a variable says of the trials.
fn said(name: &str) -> Option<String> {
    let said = std::env::vars().find(|(given, _)| given == name);
    said.map(|(_, value)| value)
}

/// How long or large a trial is, from the variable of a longer one.
pub(crate) fn setting(name: &str, usual: usize) -> usize {
    said(name).map_or(usual, |value| value.parse().expect("a number"))
}

/// The program of this build, or the one that is to be tried in its place, such as an optimized one.
fn program() -> String {
    said("TICKBOX_TEST_PROGRAM").unwrap_or_else(|| PROGRAM.to_owned())
}

/// The program, not started yet: nothing in its environment but `PATH` and what a test sets.
#[must_use]
pub(crate) struct Tickbox {
    command: Command,
    directory: Directory,
}

enum Directory {
    Own(TempDir),
    Given,
}

impl Tickbox {
    /// In a fresh directory that goes when the process does.
    pub(crate) fn new<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::by(Command::new(program()), arguments)
    }

    /// On a disk of its own, so small, which is its working directory.
    #[cfg(target_os = "linux")]
    pub(crate) fn on_a_disk_of<A: AsRef<OsStr>>(
        mebibytes: u32,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new("unshare");
        // Whoever is not root is so in a house of its own.
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        let mount =
            format!("mount -t tmpfs -o size={mebibytes}m tmpfs . && cd \"$PWD\" && exec \"$@\"");
        command.args(["--mount", "sh", "-c", &mount, "sh", &program()]);
        Self::by(command, arguments)
    }

    fn by<A: AsRef<OsStr>>(mut command: Command, arguments: impl IntoIterator<Item = A>) -> Self {
        let directory = TempDir::with_prefix("tickbox-test-").expect("a directory can be made");
        command
            .args(arguments)
            .current_dir(directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            command,
            directory: Directory::Own(directory),
        }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With a file as its standard input.
    pub(crate) fn reading(mut self, file: File) -> Self {
        self.command.stdin(file);
        self
    }

    /// In a directory of the test's, for what one process leaves to the next.
    pub(crate) fn inside(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self.directory = Directory::Given;
        self
    }

    /// Starts it and does not wait for anything.
    pub(crate) fn spawn(mut self) -> Running {
        let own = match &self.directory {
            Directory::Own(directory) => Some(directory.path()),
            Directory::Given => None,
        };
        let farewell = Farewell {
            signal: "KILL",
            directory: own,
        };
        let process = Leashed::start(&mut self.command, &farewell);
        let mut process = process.expect("the program can be started");
        let (stdout, stderr) = (process.stdout(), process.stderr());
        Running {
            process,
            stdout,
            stderr,
            url: String::new(),
            directory: self.directory,
        }
    }

    /// Starts it and waits for the line that names its address.
    pub(crate) async fn serve(self) -> Running {
        let mut running = self.spawn();
        let ready = timeout(LIMIT, running.stdout.find(address))
            .await
            .ok()
            .flatten();
        running.url = ready.unwrap_or_else(|| {
            let (stdout, stderr) = (running.stdout.so_far(), running.stderr.so_far());
            panic!("the program did not get ready\nstdout:\n{stdout}\nstderr:\n{stderr}")
        });
        running
    }

    /// Starts it and waits until it is done.
    pub(crate) async fn run(self) -> Ended {
        self.spawn().ended().await
    }
}

/// A process of the program. Dropping it kills it.
pub(crate) struct Running {
    /// `http://127.0.0.1:` and the port, if it was started by [`Tickbox::serve`].
    pub(crate) url: String,
    stdout: Output,
    stderr: Output,
    process: Leashed,
    directory: Directory,
}

impl Running {
    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What the kernel says of its memory under a name of `/proc/PID/status`.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory_kib(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let mut lines = status.lines();
        let said = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = said.unwrap().split_whitespace().next();
        number.unwrap().parse().unwrap()
    }

    /// What it has written to its standard output so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.so_far()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.so_far()
    }

    /// Waits for a line on the standard output that begins so, and gives it.
    pub(crate) async fn printed(&mut self, start: &str) -> String {
        let find = |line: &str| line.starts_with(start).then(|| line.trim_end().to_owned());
        let found = timeout(LIMIT, self.stdout.find(find)).await.ok().flatten();
        found.unwrap_or_else(|| panic!("not printed: {start}\n{}", self.stdout.so_far()))
    }

    /// Waits until a line of the standard error has the text in it: the log, mostly.
    pub(crate) async fn logged(&mut self, text: &str) {
        let find = self.stderr.find(|line| line.contains(text).then_some(()));
        let found = timeout(LIMIT, find).await.ok().flatten();
        assert!(
            found.is_some(),
            "not logged: {text}\n{}",
            self.stderr.so_far()
        );
    }

    /// Its working directory, if it has one of its own.
    pub(crate) fn directory(&self) -> &Path {
        match &self.directory {
            Directory::Own(directory) => directory.path(),
            Directory::Given => panic!("the test knows the directory that it gave"),
        }
    }

    /// Asks it to stop (SIGTERM); [`Running::ended`] waits for that.
    pub(crate) fn terminate(&self) {
        self.process.signal(Signal::TERM);
    }

    /// As Ctrl-C does (SIGINT).
    pub(crate) fn interrupt(&self) {
        self.process.signal(Signal::INT);
    }

    /// Ends it as a crash or a power cut would (SIGKILL).
    pub(crate) fn kill(&self) {
        self.process.signal(Signal::KILL);
    }

    /// Waits until it has ended by itself or by a signal.
    pub(crate) async fn ended(mut self) -> Ended {
        let Some(status) = self.process.wait(LIMIT).await else {
            panic!(
                "the program still runs after {LIMIT:?}\n{}",
                self.stderr.so_far()
            );
        };
        let stdout = self.stdout.all().await;
        Ended {
            code: status.code(),
            stdout,
            stderr: self.stderr.all().await,
        }
    }
}

/// What a process left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The address in a line, however the line is put: prose or JSON.
fn address(line: &str) -> Option<String> {
    let start = line.find("http://")?;
    let authority = &line[start + "http://".len()..];
    let end = authority.find(|c: char| !(c.is_ascii_alphanumeric() || ".:[]-".contains(c)));
    let authority = &authority[..end.unwrap_or(authority.len())];
    let port = authority.rsplit(':').next()?;
    port.parse::<u16>().ok()?;
    Some(format!("http://{authority}"))
}
