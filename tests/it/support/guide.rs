//! Guides that do as they say: each command of a document is run, in order, and what it prints is compared with what
//! stands below it. A command that cannot be run is named by the test, with the reason; one that is neither fails.
//!
//! Compared is letter by letter, but for `…`, which stands for what is left out, for `Date` in heads of answers, and for
//! what is another one each time (`compare`). Of a server the lines that are shown must come, in whatever order: it does
//! several things at once. What the document shows twice must be the same twice.

mod compare;
mod examples;

use std::fs;
use std::path::{Path, PathBuf};

use self::compare::{Names, matches};
use self::examples::{Example, examples};
use super::terminal::{Server, Terminal};

/// What is done in place of a command.
#[derive(Clone, Copy)]
pub(crate) enum Instead {
    Nothing,
    /// It is a server: what it prints first is compared. The one before it is ended first.
    Serve,
    /// The same, with another command.
    ServeBy(&'static str),
    /// A server that has nothing to do with the one before it.
    ServeBeside,
    /// The line that begins so in what the server has printed.
    Paste(&'static str),
}

/// A command that is not run as it stands, and why.
pub(crate) struct Exception(
    pub(crate) &'static str,
    pub(crate) Instead,
    pub(crate) &'static str,
);

/// A document, on its way to be followed.
pub(crate) struct Guide {
    path: PathBuf,
    text: String,
    exceptions: &'static [Exception],
    /// What stands in the document, and what it is here.
    places: Vec<(String, String)>,
    names: Names,
    /// Whether names that a command has printed are typed in later ones: a reader would type their own.
    pub(crate) types_names: bool,
    server: Option<Server>,
    pub(crate) count: usize,
}

impl Guide {
    pub(crate) fn open(file: &str, exceptions: &'static [Exception]) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        Self {
            text: fs::read_to_string(&path).unwrap(),
            path,
            exceptions,
            places: Vec::new(),
            names: Names::default(),
            types_names: false,
            server: None,
            count: 0,
        }
    }

    /// An address or the like that is another one here.
    pub(crate) fn place(&mut self, theirs: &str, ours: &str) {
        self.places.push((theirs.to_owned(), ours.to_owned()));
    }

    /// As if it had been printed.
    pub(crate) fn learn(&mut self, theirs: &str, ours: &str) {
        self.names.ours.insert(theirs.to_owned(), ours.to_owned());
    }

    /// Starts a server that the guide takes for granted.
    pub(crate) async fn serve_first(&mut self, terminal: &mut Terminal, command: &str) {
        let mut server = terminal.start(command).await;
        let is_ready = server
            .prints(|printed| printed.contains("is ready on"))
            .await;
        assert!(is_ready, "{}", server.printed());
        self.server = Some(server);
    }

    /// Runs all of it. Panics with all that is not as shown.
    pub(crate) async fn follow(&mut self, terminal: &mut Terminal) {
        let mut used = vec![false; self.exceptions.len()];
        let mut wrong = Vec::new();
        let mut printed = Vec::new();
        for example in examples(&self.text) {
            self.count += 1;
            let mut found = self.exceptions.iter().enumerate();
            let found = found.find(|(_, exception)| exception.0 == example.command);
            let instead = found.map(|(place, exception)| {
                used[place] = true;
                assert!(!exception.2.is_empty(), "{} has no reason", exception.0);
                exception.1
            });
            let Some(outcome) = self.try_one(terminal, &example, instead).await else {
                continue;
            };
            if !outcome.is_good {
                wrong.push(format!("$ {}\n{}", example.command, outcome.printed));
            }
            printed.push((example, outcome));
        }
        if let Some(server) = self.server.take() {
            terminal.stop(server).await;
        }
        let unused = self.exceptions.iter().zip(used).filter(|(_, used)| !used);
        wrong.extend(
            unused.map(|(exception, _)| {
                format!("is not there, and need not be named: {}", exception.0)
            }),
        );
        if !wrong.is_empty() && std::env::var_os("TICKBOX_GUIDES").is_some_and(|it| it == "accept")
        {
            self.accept(&printed);
        }
        let name = self.path.display();
        assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n\n"));
    }

    /// `None` for what is not tried.
    async fn try_one(
        &mut self,
        terminal: &mut Terminal,
        example: &Example,
        instead: Option<Instead>,
    ) -> Option<Outcome> {
        let mut command = self.here(&example.command);
        match instead {
            Some(Instead::Nothing) => return None,
            Some(Instead::Serve) => return Some(self.serve(terminal, &command, example).await),
            Some(Instead::ServeBeside) => {
                let before = self.server.take();
                let outcome = self.serve(terminal, &command, example).await;
                // It ends with the terminal.
                self.server = before;
                return Some(outcome);
            }
            Some(Instead::ServeBy(other)) => {
                let other = self.here(other);
                return Some(self.serve(terminal, &other, example).await);
            }
            Some(Instead::Paste(start)) => {
                let printed = self.server.as_ref().map(Server::printed);
                let printed = printed.unwrap_or_default();
                let mut lines = printed.lines();
                let line = lines.find(|line| line.starts_with(start));
                line.unwrap_or_default().clone_into(&mut command);
            }
            None => {}
        }
        let ended = terminal.run(&command).await;
        let shown = example.shown.as_deref().unwrap_or_default();
        let printed = self.there(&ended.text);
        let short = self.types_names;
        let expected = if short {
            self.names.translate(shown)
        } else {
            shown.to_owned()
        };
        let is_same = matches(&expected, &printed, short) && self.names.fit(shown, &printed, short);
        // Where nothing is shown a failure would go unnoticed.
        let is_well = !shown.is_empty() || ended.code == 0;
        Some(Outcome {
            is_good: is_well && (is_same || example.is_silent),
            is_server: false,
            printed,
        })
    }

    async fn serve(
        &mut self,
        terminal: &mut Terminal,
        command: &str,
        example: &Example,
    ) -> Outcome {
        if let Some(server) = self.server.take() {
            terminal.stop(server).await;
        }
        let mut server = terminal.start(command).await;
        let shown = example.shown.clone().unwrap_or_default();
        let come = |printed: &str| {
            let printed = self.there(printed);
            let comes = |line: &str| printed.lines().any(|it| matches(line, it, false));
            shown.lines().filter(|line| *line != "…").all(comes)
        };
        let is_good = server.prints(come).await;
        let printed = self.there(&server.printed());
        self.server = Some(server);
        Outcome {
            is_good,
            is_server: true,
            printed,
        }
    }

    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if self.types_names {
            text = self.names.translate(&text);
        }
        let put = |text: String, (theirs, ours): &(String, String)| text.replace(theirs, ours);
        self.places.iter().fold(text, put)
    }

    fn there(&self, text: &str) -> String {
        let put = |text: String, (theirs, ours): &(String, String)| text.replace(ours, theirs);
        let text = self.places.iter().fold(text.to_owned(), put);
        bare(&text)
    }

    /// Writes what was printed into the document, all of one run, but where something is left out of it.
    fn accept(&self, printed: &[(Example, Outcome)]) {
        let mut text = self.text.clone();
        for (example, outcome) in printed.iter().rev() {
            let shown = example.shown.as_ref();
            let is_whole = shown.is_some_and(|shown| !shown.contains('…'));
            if is_whole && !outcome.is_server {
                text.replace_range(example.place.clone(), outcome.printed.trim_end());
            }
        }
        fs::write(&self.path, text).unwrap();
    }
}

/// What came of a command.
struct Outcome {
    printed: String,
    is_good: bool,
    is_server: bool,
}

/// As it is shown at a terminal, without what says when it was.
fn bare(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let lines = lines.filter(|line| !line.starts_with("date: "));
    lines.fold(String::new(), |text, line| text + line + "\n")
}
