//! A terminal as a reader of the guides has it: one shell, in which commands run one after the other, and servers beside
//! them. What ought to be printed is not decided here.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;

use super::leash::{Farewell, Leashed, Output};
use xtask::programs::find_program;

/// A command of a guide takes a second or two; a machine that is busy building needs more.
const LIMIT: Duration = Duration::from_mins(2);

/// Job control, so that a server is ended with all that it has started. Aliases, because guides use them.
const START: &str = "
set -m
shopt -s expand_aliases
trap 'exec 2>/dev/null; for job in $(jobs -p); do kill -- -$job 2>/dev/null; done; wait' EXIT
trap exit TERM
";

pub(crate) struct Terminal {
    input: Option<ChildStdin>,
    output: Output,
    process: Leashed,
    commands: usize,
    pub(crate) folder: TempDir,
}

/// What a command left.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) code: i32,
}

impl Terminal {
    /// In a fresh folder that looks like a clone in which the program was built. `installed`: it is on the `PATH`, too.
    pub(crate) fn open(installed: bool, variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("tickbox-test-").unwrap();
        furnish(folder.path());
        let bash = find_program("bash").expect("bash is not installed");
        let mut command = Command::new(bash);
        command
            .args(["--noprofile", "--norc"])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", search_path(folder.path(), installed))
            .env("HOME", folder.path().join("home"))
            .env("TZ", "Europe/Berlin")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let farewell = Farewell {
            signal: "TERM",
            directory: Some(folder.path()),
        };
        let mut process = Leashed::start(&mut command, &farewell).expect("bash can be started");
        let (input, output) = (process.stdin(), process.stdout());
        let mut terminal = Self {
            input: Some(input),
            output,
            process,
            commands: 0,
            folder,
        };
        terminal.say(START);
        terminal
    }

    fn say(&mut self, text: &str) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(text.as_bytes()).expect("bash reads");
    }

    fn next_file(&mut self) -> PathBuf {
        self.commands += 1;
        let name = format!("home/printed-{}", self.commands);
        self.folder.path().join(name)
    }

    /// Waits for the line that begins so, and gives the rest of it.
    async fn hear(&mut self, start: String, command: &str) -> String {
        let find = |line: &str| line.strip_prefix(&*start).map(str::to_owned);
        let heard = timeout(LIMIT, self.output.find(find)).await.ok().flatten();
        heard.unwrap_or_else(|| panic!("no end after {LIMIT:?}: {command}"))
    }

    pub(crate) async fn run(&mut self, command: &str) -> Printed {
        let file = self.next_file();
        let (name, number) = (file.display(), self.commands);
        self.say(&format!(
            "{{ {command}\n}} >{name} 2>&1 </dev/null; echo \"ended {number} $?\"\n"
        ));
        let code = self.hear(format!("ended {number} "), command).await;
        Printed {
            text: fs::read_to_string(&file).unwrap(),
            code: code.trim().parse().unwrap(),
        }
    }

    /// Starts a server.
    pub(crate) async fn start(&mut self, command: &str) -> Server {
        let file = self.next_file();
        let (name, number) = (file.display().to_string(), self.commands);
        self.run(&format!("mkfifo {name}")).await;
        self.say(&format!(
            "{{ {command}\n}} >{name} 2>&1 </dev/null & echo \"begun {number} $!\"\n"
        ));
        let job = self.hear(format!("begun {number} "), command).await;
        Server {
            job: job.trim().to_owned(),
            output: Output::collect(move || File::open(file)),
        }
    }

    /// As Ctrl-C does, and waits for the end.
    pub(crate) async fn stop(&mut self, server: Server) {
        let job = server.job;
        self.run(&format!("kill -INT -- -{job}; wait {job}")).await;
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // At the end of its input bash ends its servers, and then itself.
        self.input = None;
        self.process.wait_blocking(Duration::from_secs(40));
    }
}

/// A server in the background.
pub(crate) struct Server {
    job: String,
    output: Output,
}

impl Server {
    pub(crate) fn printed(&self) -> String {
        self.output.so_far()
    }

    /// Waits until what was printed is as wanted; `false` if that does not come.
    pub(crate) async fn prints(&mut self, is_it: impl Fn(&str) -> bool) -> bool {
        let seen = self.output.clone();
        let find = |_: &str| is_it(&seen.so_far()).then_some(());
        let found = timeout(LIMIT, self.output.find(find)).await;
        matches!(found, Ok(Some(())))
    }
}

fn furnish(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = env!("CARGO_BIN_EXE_tickbox");
    for directory in ["home", "bin", "target/release"] {
        fs::create_dir_all(folder.join(directory)).unwrap();
    }
    symlink(program, folder.join("bin/tickbox")).unwrap();
    symlink(program, folder.join("target/release/tickbox")).unwrap();
    symlink(root.join("tests"), folder.join("tests")).unwrap();
    // At a terminal curl shows no progress where it prints the answer.
    fs::write(folder.join("home/.curlrc"), "no-progress-meter\n").unwrap();
}

fn search_path(folder: &Path, installed: bool) -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let postgres = find_program("psql").expect("psql is not installed. Run: cargo xtask setup");
    let folders = installed
        .then(|| folder.join("bin"))
        .into_iter()
        .chain(std::env::split_paths(&inherited))
        .chain(postgres.parent().map(Path::to_path_buf));
    std::env::join_paths(folders).unwrap_or_else(|_| OsStr::new("/usr/bin").to_owned())
}
