//! `tickbox tasks export` and `import`: all of a user's tasks as a file, and files of others as tasks.

mod progress;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::{Args, ValueEnum};
use reqwest::{Method, header};
use serde_json::Value;
use uuid::Uuid;

use self::progress::{Counted, Progress};
use super::answer::Answer;
use super::connection::{Answered, Connection, LONGEST};
use super::names::{self, ListChoice};
use super::{Told, report};
use crate::cli::{Failure, Outcome, print};
use crate::new_file::NewFile;

/// More than the first line of an export has, in bytes.
const LONGEST_HEADER: usize = 1024;

/// The most that an import takes, in MiB.
const LARGEST: u64 = 64;

#[derive(Args)]
pub(super) struct ExportOptions {
    /// The file; left out, or `-`: standard output
    file: Option<PathBuf>,
    /// Also where a file of this name is there already
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
    let url = server.url(&["export"], &[]);
    let Some(path) = file else {
        let response = server.stream(&url).await?;
        let out = (&mut io::stdout().lock(), "standard output");
        return match receive(server, response, out).await {
            // A reader that went away, as `head` does, has what it wanted.
            Err(Failure::Silent) | Ok(_) => Ok(()),
            Err(failure) => Err(failure),
        };
    };
    // Under the name that was given there is never half an export.
    let mut new = NewFile::create(path, options.force)?;
    let response = server.stream(&url).await?;
    let shown = path.display().to_string();
    let lines = receive(server, response, (new.file(), &shown)).await?;
    new.publish()?;
    // The first line says what it is.
    print(&format!(
        "Exported {} tasks and lists to {shown}\n",
        lines - 1
    ))
}

/// Whether an export begins with this line.
fn is_header(line: &[u8]) -> bool {
    serde_json::from_slice::<Value>(line).is_ok_and(|header| header["kind"] == "tickbox")
}

/// Takes an export over, and gives how many lines it had. What is none is written nowhere.
async fn receive(
    server: &Connection,
    mut response: reqwest::Response,
    (out, shown): (&mut impl Write, &str),
) -> Answered<usize> {
    let unwritable = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Silent,
        _ => Failure::Said(format!("{shown} cannot be written: {error}")),
    };
    let is_none = format!(
        "what {} answers is no export: is it a tickbox server?",
        response.url()
    );
    let mut progress = Progress::new("received", None);
    let mut lines = 0;
    // Until the first line is whole.
    let mut start = Some(Vec::new());
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            let Failure::Said(why) = server.unreachable(error, false) else {
                return Failure::Silent;
            };
            Failure::Said(format!("the export broke off, and is not whole: {why}"))
        })?;
        let Some(chunk) = chunk else {
            if start.is_some() {
                return Err(Failure::Said(is_none));
            }
            out.flush().map_err(unwritable)?;
            return Ok(lines);
        };
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
        progress.add(chunk.len() as u64);
        let Some(mut begun) = start.take() else {
            out.write_all(&chunk).map_err(unwritable)?;
            continue;
        };
        begun.extend_from_slice(&chunk);
        match begun.iter().position(|byte| *byte == b'\n') {
            Some(end) if is_header(&begun[..end]) => out.write_all(&begun).map_err(unwritable)?,
            None if begun.len() < LONGEST_HEADER => start = Some(begun),
            _ => return Err(Failure::Said(is_none)),
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
    let report = server.ask(make, Answer::Import).await?;
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
