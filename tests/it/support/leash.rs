//! Processes that cannot outlive the tests: real programs that a test starts, watched by a shell
//! that ends them when this process is gone, even by `kill -9`. What the programs are and how they
//! are set up is the business of the modules beside this one.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// Holds a pipe whose other end only this process has. Its end, by whatever cause, reads as the end
/// of input; a destructor would not run for a static, nor after `kill -9`.
const WATCHDOG: &str = r#"
read -r _
kill -s "$1" "$2" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
done
kill -s KILL "$2" 2>/dev/null
[ -z "$3" ] || rm -rf -- "$3"
"#;

/// Stops a program and its children where they stand, says so, and lets them go on when its standard input ends: also
/// when this process is killed, since nothing that is stopped could be ended by its parent.
const FREEZER: &str = r#"
kill -s STOP "$1"
children=$(ps -A -o pid=,ppid= | awk -v of="$1" '$2 == of { print $1 }')
[ -n "$children" ] || exit
all="$1 $children"
kill -s STOP $children 2>/dev/null
while ps -o state= -p "$(echo $all | tr ' ' ',')" | grep -qv '[TZ]'; do :; done
echo frozen
read -r _
kill -s CONT $all 2>/dev/null
"#;

/// How a program is ended when the tests are gone.
pub(crate) struct Farewell<'a> {
    /// The name of a signal as `kill -s` takes it.
    pub(crate) signal: &'a str,
    /// Removed with all that is in it.
    pub(crate) directory: Option<&'a Path>,
}

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Leashed {
    child: Child,
    watchdog: Child,
}

impl Leashed {
    pub(crate) fn start(command: &mut Command, farewell: &Farewell) -> io::Result<Self> {
        // In groups of their own: Ctrl-C at a terminal must not end the watchdog before its work.
        let mut child = command.process_group(0).spawn()?;
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", farewell.signal])
            .arg(child.id().to_string())
            .arg(farewell.directory.map_or(OsStr::new(""), Path::as_os_str))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match watchdog {
            Ok(watchdog) => Ok(Self { child, watchdog }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    /// What the program writes, if its output was piped. Can be taken once.
    pub(crate) fn stdout(&mut self) -> Output {
        let stdout = self.child.stdout.take().expect("stdout is piped");
        Output::collect(|| Ok(stdout))
    }

    /// As [`Leashed::stdout`].
    pub(crate) fn stderr(&mut self) -> Output {
        let stderr = self.child.stderr.take().expect("stderr is piped");
        Output::collect(|| Ok(stderr))
    }

    /// What it reads, if that was piped. Can be taken once.
    pub(crate) fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("stdin is piped")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the program takes signals: it has not been waited for");
    }

    /// As a machine that hangs: the kernel still takes connections, and nothing is answered.
    pub(crate) fn freeze(&self) -> Frozen {
        let mut freezer = Command::new("sh");
        let freezer = freezer
            .args(["-c", FREEZER, "freezer", &self.child.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        let mut freezer = freezer.spawn().expect("a shell can be started");
        let mut said = String::new();
        let output = freezer.stdout.as_mut().expect("stdout is piped");
        let read = BufReader::new(output).read_line(&mut said);
        read.expect("it can be read");
        assert_eq!(
            said, "frozen\n",
            "the program has children, and `ps` lists them"
        );
        Frozen(freezer)
    }

    pub(crate) fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits until something listens on a port; `false` if it is not this program, which has ended then. A program
    /// that is not ours has no event to wait for.
    pub(crate) async fn listens(&mut self, port: u16) -> bool {
        let end = Instant::now() + Duration::from_mins(1);
        while Instant::now() < end && self.exited().is_none() {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return self.exited().is_none();
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// `None` if it still runs after `limit`.
    pub(crate) async fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            match self.exited() {
                Some(status) => return Some(status),
                None if Instant::now() >= end => return None,
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

impl Leashed {
    /// As [`Leashed::wait`], where nothing can be awaited.
    pub(crate) fn wait_blocking(&mut self, limit: Duration) {
        let end = Instant::now() + limit;
        while self.exited().is_none() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A program that stands still until this is dropped.
pub(crate) struct Frozen(Child);

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        // The watchdog goes first, so that it never signals a process that took over the number.
        for child in [&mut self.watchdog, &mut self.child] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The text that a program has written so far, readable while it grows.
#[derive(Clone, Debug)]
pub(crate) struct Output(watch::Receiver<String>);

impl Output {
    /// `open` may wait for whoever writes.
    pub(crate) fn collect<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> Self {
        let (sender, receiver) = watch::channel(String::new());
        thread::spawn(move || {
            let mut lines = BufReader::new(open().expect("the output can be read"));
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line);
                sender.send_modify(|all| all.push_str(&text));
                line.clear();
            }
        });
        Self(receiver)
    }

    pub(crate) fn so_far(&self) -> String {
        self.0.borrow().clone()
    }

    /// The first complete line for which `pick` finds something; `None` if the program closes its
    /// output before.
    pub(crate) async fn find<T>(&mut self, mut pick: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let mut seen = 0;
        loop {
            let fresh = self.0.borrow_and_update()[seen..].to_owned();
            seen += fresh.len();
            if let Some(found) = fresh.lines().find_map(&mut pick) {
                return Some(found);
            }
            self.0.changed().await.ok()?;
        }
    }

    /// All of it, once the program has closed it.
    pub(crate) async fn all(&mut self) -> String {
        while self.0.changed().await.is_ok() {}
        self.so_far()
    }
}
