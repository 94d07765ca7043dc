//! `tickbox tasks`: a person's tasks at a terminal, as a client of a running server. The server decides all rules.

mod address;
mod answer;
mod carry;
mod change;
mod connection;
mod handshake;
mod list;
mod names;
mod reply;
mod report;
mod show;
mod undo;

use clap::{Args, Subcommand};
use jiff::ZonedDateTime;

use self::connection::Connection;
use super::{Failure, Outcome};

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    whom: Whom,
}

/// More than any command has options: by this number the help sorts them.
const AFTER_ALL: usize = 100;

/// Which server is asked, and for whom. In the help it comes after the options of each command.
#[derive(Args)]
#[command(next_display_order = AFTER_ALL)]
struct Whom {
    #[arg(
        long,
        env = "TICKBOX_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true,
        help = "The server [default: http://127.0.0.1:8000]"
    )]
    url: Option<String>,
    /// The token that it is asked with
    #[arg(
        long,
        env = "TICKBOX_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        global = true
    )]
    token: Option<String>,
    /// Whose tasks, if the token does not say it
    #[arg(long, value_name = "ID", global = true)]
    user: Option<String>,
    /// Print the server's answer as JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// List tasks: the open ones, what is due first at the top
    List(list::ListOptions),
    /// Look for words in titles, descriptions and tags of open tasks
    Search(list::SearchOptions),
    /// Add a task
    Add(change::AddOptions),
    /// Complete tasks, all of them or none. One that repeats goes on to its next time
    Done(change::DoneOptions),
    /// Change a task
    Edit(change::EditOptions),
    /// Move a task to another place, list or parent. Without options it comes last where it is
    Move(change::MoveOptions),
    /// Undo a change: the latest one, and then those before it
    Undo(undo::UndoOptions),
    /// Write all tasks and lists as lines of JSON, also those in the trash
    Export(carry::ExportOptions),
    /// Bring tasks along: an export, or what another program exports
    Import(carry::ImportOptions),
}

/// What `add` and `edit` say of a task.
#[derive(Args, Default)]
struct Said {
    /// A longer text
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// When it is due: today, "tomorrow 09:00", 2026-12-01, 2026-12-01T09:00[Europe/Berlin]
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    /// From when on it can be done, in the same form as due
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// 1, the highest, to 9
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=9))]
    priority: Option<u8>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// How it comes back, as an RRULE of RFC 5545: FREQ=WEEKLY;BYDAY=MO. It needs a due date
    #[arg(long, value_name = "RRULE")]
    repeat: Option<String>,
}

pub(super) async fn run(options: &Options) -> Outcome {
    let Options { command, whom } = options;
    if whom.json && matches!(command, Command::Export(_)) {
        let text = "export has no --json: what it writes is lines of JSON already";
        return Err(Failure::Usage(text.to_owned()));
    }
    let server = Connection::open(whom)?;
    let told = Told { json: whom.json };
    match command {
        Command::List(options) => list::list(&server, told, options).await,
        Command::Search(options) => list::search(&server, told, options).await,
        Command::Add(options) => change::add(&server, told, options).await,
        Command::Done(options) => change::done(&server, told, options).await,
        Command::Edit(options) => change::edit(&server, told, options).await,
        Command::Move(options) => change::place(&server, told, options).await,
        Command::Undo(options) => undo::undo(&server, told, options).await,
        Command::Export(options) => carry::export(&server, options).await,
        Command::Import(options) => carry::import(&server, told, options).await,
    }
}

/// To whom the outcome is told.
#[derive(Clone, Copy)]
struct Told {
    json: bool,
}

impl Told {
    /// JSON for a program, in one line, or else the text for a person.
    fn tell(self, json: &serde_json::Value, text: impl FnOnce() -> String) -> Outcome {
        if self.json {
            return super::print(&format!("{json}\n"));
        }
        super::print(&text())
    }
}

/// Now, where the terminal is: days begin there.
fn now() -> ZonedDateTime {
    ZonedDateTime::now()
}

/// The zone's name, if it has one.
fn zone() -> Option<String> {
    now().time_zone().iana_name().map(str::to_owned)
}
