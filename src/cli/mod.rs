//! The command line: what can be asked of the program, and how it answers on a terminal.

mod backup;
mod doctor;
mod healthcheck;
mod migrate;
mod program;
mod serve;
mod tasks;
mod token;
mod transfer;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use self::program::{program, quoted};
use crate::config::{ConfigError, Flags, Settings};
use crate::error::{Cause, Error, chain};

/// The task backend for apps whose users sign in with Better Auth.
///
/// Without any settings it serves from SQLite in the working directory and shows how to call it.
/// Every setting is a flag and a variable of the environment; it can also stand in a file .env in the
/// working directory. The flag wins, then the environment, then .env.
#[derive(Parser)]
#[command(name = "tickbox", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (also without any command): migrate, then listen
    Serve(serve::Options),
    /// Apply the migrations that the database needs, or show them
    Migrate(migrate::Options),
    /// Copy the SQLite database into a file, also while it is served
    Backup(backup::BackupOptions),
    /// Put a backup in the place of the SQLite database, while it is not served
    Restore(backup::RestoreOptions),
    /// Write all of a database as lines of JSON, to move it to another engine or machine
    Export(transfer::ExportOptions),
    /// Read such lines into an empty database
    Import(transfer::ImportOptions),
    /// A person's tasks at a terminal: asks a running server
    Tasks(Box<tasks::Options>),
    /// Print a token signed with the secret: to try the API by hand
    Token(token::Options),
    /// Print the OpenAPI document; needs no settings and no database
    Openapi,

    /// Check settings, database and keys; explain why a token would be refused
    Doctor(doctor::Options),
    /// Ask the server on this machine whether it lives; for containers
    Healthcheck,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Why a command ends without success.
enum Failure {
    /// Printed on standard error; the exit code is 1.
    Said(String),
    /// The same for wrong arguments; the exit code is 2.
    Usage(String),
    /// Everything was printed already.
    Silent,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Said(error.to_string())
    }
}

/// At a terminal the cause is what counts, not the kind of error that a caller of the API would see.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable {
                what,
                source: Some(cause),
                ..
            } => Self::Said(format!("{what}: {}", chain(cause.as_ref()))),
            Error::Internal(cause) => cause.into(),
            error => Self::Said(chain(&error)),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Said(error.to_string())
    }
}

impl From<Cause> for Failure {
    fn from(error: Cause) -> Self {
        Self::Said(chain(error.as_ref()))
    }
}

type Outcome = Result<(), Failure>;

/// Runs the program. Exit codes: 0 done, 1 not possible (said on standard error), 2 wrong arguments.
pub fn run() -> ExitCode {
    let arguments = match Arguments::from_arg_matches(&command().get_matches()) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Silent) => ExitCode::FAILURE,
        Err(Failure::Said(text)) => fail(&text),
        Err(Failure::Usage(text)) => {
            fail(&text);
            ExitCode::from(2)
        }
    }
}

/// All commands and options. The settings of a server may be given anywhere, but a client's help does not list them.
fn command() -> clap::Command {
    let mut command = Arguments::command();
    command.build();
    command.mut_subcommand("tasks", without_settings)
}

fn without_settings(command: clap::Command) -> clap::Command {
    let settings: Vec<_> = Flags::augment_args(clap::Command::new(""))
        .get_arguments()
        .map(|setting| setting.get_id().clone())
        .collect();
    let names: Vec<_> = command
        .get_subcommands()
        .map(|it| it.get_name().to_owned())
        .collect();
    let command = command.mut_args(|argument| {
        let is_setting = settings.contains(argument.get_id());
        if is_setting {
            argument.hide(true)
        } else {
            argument
        }
    });
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, without_settings)
    })
}

fn fail(text: &str) -> ExitCode {
    // Other rooms use the program's name, and do not know how it was started.
    let text = text.replace("`tickbox ", &format!("`{} ", program()));
    let _ = writeln!(io::stderr(), "tickbox: {text}");
    ExitCode::FAILURE
}

async fn dispatch(arguments: Arguments) -> Outcome {
    match arguments.command {
        Some(Command::Openapi) => print(&crate::http::document_text()),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "tickbox", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        None => serve::run(serve::Options::default(), &Settings::new(arguments.flags)?).await,
        Some(Command::Serve(options)) => {
            serve::run(options, &Settings::new(arguments.flags)?).await
        }
        Some(Command::Migrate(options)) => {
            migrate::run(&options, &Settings::new(arguments.flags)?).await
        }
        Some(Command::Backup(options)) => {
            backup::backup(&options, &Settings::new(arguments.flags)?)
        }
        Some(Command::Restore(options)) => {
            backup::restore(&options, &Settings::new(arguments.flags)?)
        }
        Some(Command::Export(options)) => {
            transfer::export(&options, &Settings::new(arguments.flags)?).await
        }
        Some(Command::Import(options)) => {
            transfer::import(&options, &Settings::new(arguments.flags)?).await
        }
        Some(Command::Tasks(options)) => tasks::run(&options).await,
        Some(Command::Token(options)) => token::run(&options, &Settings::new(arguments.flags)?),

        Some(Command::Doctor(options)) => {
            doctor::run(&options, &Settings::new(arguments.flags)?).await
        }
        Some(Command::Healthcheck) => healthcheck::run(&Settings::new(arguments.flags)?).await,
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no failure.
fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// A table for people.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::ASCII_HORIZONTAL_ONLY)
        .set_header(head);
    for row in rows {
        table.add_row(row);
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

fn pretty_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let mut text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::Said(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
