//! `tickbox tasks export` and `import`: all of a user's tasks as a file, and files of others as tasks.

mod progress;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::{Args, ValueEnum};
use reqwest::{Method, header};
use uuid::Uuid;

use self::progress::{Counted, Progress};
use super::connection::{Answered, Connection, LONGEST};
use super::names::{self, ListChoice};
use super::{Told, report};
use crate::cli::{Failure, Outcome, print};

/// The most that an import takes, in MiB.
const LARGEST: u64 = 64;

#[derive(Args)]
pub(super) struct ExportOptions {
    /// The file; left out, or `-`: standard output
    file: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(super) struct ImportOptions {
    /// The file; `-` is standard input
    file: PathBuf,
    /// The program that has exported it; left out: this one, or what the file's beginning shows
    #[arg(long, value_name = "PROGRAM")]
    from: Option<Program>,
    /// Tell what would come, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// All tasks come into this list: its name or its id
    #[arg(long, value_name = "NAME|ID")]
    list: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Program {
    Todoist,
    Microsoft,
    Google,
    Icalendar,
}

impl Program {
    /// Its name, and what its files are.
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Todoist => ("todoist", "text/csv"),
            Self::Microsoft => ("microsoft", "application/json"),
            Self::Google => ("google", "application/json"),
            Self::Icalendar => ("icalendar", "text/calendar"),
        }
    }
}

pub(super) async fn export(server: &Connection, options: &ExportOptions) -> Outcome {
    let file = options
        .file
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    if let Some(path) = file
        && path.exists()
        && !options.force
    {
        let text = format!(
            "{} is there already: name another file, or say --force",
            path.display()
        );
        return Err(Failure::Said(text));
    }
    let response = server.stream(&server.url(&["export"], &[])).await?;
    let Some(path) = file else {
        return match receive(server, response, &mut io::stdout().lock()).await {
            // A reader that went away, as `head` does, has what it wanted.
            Err(Failure::Silent) | Ok(_) => Ok(()),
            Err(failure) => Err(failure),
        };
    };
    // Under the name that was given there is never half an export.
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let draft = Path::new(&draft);
    let outcome = async {
        let mut out = File::create(draft).map_err(|error| unwritable(draft, &error))?;
        let lines = receive(server, response, &mut out).await?;
        out.sync_all()?;
        fs::rename(draft, path).map_err(|error| unwritable(path, &error))?;
        Ok(lines)
    };
    match outcome.await {
        // The first line says what it is.
        Ok(lines) => print(&format!(
            "Exported {} tasks and lists to {}\n",
            lines - 1,
            path.display()
        )),
        Err(failure) => {
            let _ = fs::remove_file(draft);
            Err(failure)
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Said(format!("{} cannot be written: {error}", path.display()))
}

/// Takes an answer over, and gives how many lines it had.
async fn receive(
    server: &Connection,
    mut response: reqwest::Response,
    out: &mut impl Write,
) -> Answered<usize> {
    let mut progress = Progress::new("received", None);
    let mut lines = 0;
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            let Failure::Said(why) = server.unreachable(error, false) else {
                return Failure::Silent;
            };
            Failure::Said(format!("the export broke off, and is not whole: {why}"))
        })?;
        let Some(chunk) = chunk else {
            out.flush()?;
            return Ok(lines);
        };
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
        progress.add(chunk.len() as u64);
        match out.write_all(&chunk) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(Failure::Silent),
            written => written?,
        }
    }
}

pub(super) async fn import(server: &Connection, told: Told, options: &ImportOptions) -> Outcome {
    let list = match &options.list {
        Some(word) => Some(names::list(server, word).await?),
        None => None,
    };
    if list == Some(ListChoice::Inbox) {
        let text = "--list names a list; what is in none of the file's lists comes into the inbox by itself";
        return Err(Failure::Usage(text.to_owned()));
    }
    let content = read(&options.file)?;
    let (from, media_type) = match options.from {
        Some(program) => (Some(program.name().0), program.name().1),
        None => (None, media_type(&content)),
    };
    // The same one for each repeat, so that they are one import.
    let id = Uuid::new_v4().to_string();
    let mut query = vec![("id", id.as_str())];
    query.extend(from.map(|from| ("from", from)));
    if options.dry_run {
        query.push(("dry_run", "true"));
    }
    if let Some(ListChoice::List(list)) = &list {
        query.push(("list_id", list));
    }
    let url = server.url(&["import"], &query);
    let make = || {
        let body = Counted::new(
            content.clone(),
            Progress::new("sent", Some(content.len() as u64)),
        );
        let request = server.request(Method::POST, &url, LONGEST);
        request
            .header(header::CONTENT_TYPE, media_type)
            .body(reqwest::Body::wrap(body))
    };
    let report = server.ask(make).await?;
    told.tell(&report, || report::text(&report))?;
    if report::has_failed(&report) {
        return Err(Failure::Silent);
    }
    Ok(())
}

fn read(path: &Path) -> Answered<Bytes> {
    let unreadable =
        |error: io::Error| Failure::Said(format!("{} cannot be read: {error}", path.display()));
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    let most = LARGEST * 1024 * 1024;
    let mut content = Vec::new();
    input
        .take(most + 1)
        .read_to_end(&mut content)
        .map_err(unreadable)?;
    if content.len() as u64 > most {
        let text = format!(
            "{} is larger than {LARGEST} MiB: cut it in pieces",
            path.display()
        );
        return Err(Failure::Said(text));
    }
    Ok(content.into())
}

/// What a file is, by its beginning.
fn media_type(content: &[u8]) -> &'static str {
    let content = content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content);
    let content = content.trim_ascii_start();
    match content.first() {
        Some(b'{' | b'[') | None => "application/x-ndjson",
        _ if content
            .get(..6)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:")) =>
        {
            "text/calendar"
        }
        Some(_) => "text/csv",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shows_what_it_is() {
        for (content, expected) in [
            (
                "{\"kind\": \"tickbox\", \"version\": 1}\n",
                "application/x-ndjson",
            ),
            ("\u{feff}BEGIN:VCALENDAR\r\n", "text/calendar"),
            ("\n begin:vcalendar", "text/calendar"),
            ("\u{feff}TYPE,CONTENT\n", "text/csv"),
            ("", "application/x-ndjson"),
        ] {
            assert_eq!(media_type(content.as_bytes()), expected, "{content}");
        }
    }
}
