//! Todoist's CSV: the tasks of a project, each with its level, followed by its comments.

use std::collections::HashMap;
use std::io::BufRead;

use uuid::Uuid;

use super::foreign::{Foreign, Scribe, unreadable};
use super::ids::id_of;
use super::leash::{self, Leashed};
use super::lines::without_mark;
use super::rows::{Rows, Unclosed};
use super::{Broken, Ending};

/// The columns that are understood.
const COLUMNS: [&str; 14] = [
    "TYPE",
    "CONTENT",
    "DESCRIPTION",
    "PRIORITY",
    "INDENT",
    "AUTHOR",
    "RESPONSIBLE",
    "DATE",
    "DATE_LANG",
    "TIMEZONE",
    "DURATION",
    "DURATION_UNIT",
    "DEADLINE",
    "DEADLINE_LANG",
];

/// Its levels go to 5; what is deeper is below the last.
const LEVELS: usize = 8;

pub(super) fn read(input: impl BufRead, scribe: &mut Scribe<'_>) -> Ending {
    let input = without_mark(input).map_err(Broken::Lost)?;
    let input = Leashed::new(input);
    let leash = input.leash();
    let rows = Rows::new(input);
    let beginnings = rows.beginnings();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(rows);
    let mut record = csv::StringRecord::new();
    let mut project = Project::new(scribe);
    let mut columns: Option<HashMap<&str, usize>> = None;
    loop {
        leash.renew();
        let is_there = reader.read_record(&mut record);
        let line = beginnings.next().unwrap_or(1);
        if !is_there.map_err(|error| broken(line, error))? {
            break;
        }
        let Some(columns) = &columns else {
            columns = Some(header(line, &record)?);
            continue;
        };
        let cell = |name: &str| {
            let place = columns.get(name);
            place
                .and_then(|place| record.get(*place))
                .unwrap_or_default()
        };
        match cell("TYPE") {
            "task" => project.task(line, cell)?,
            "section" => project.section(line, cell("CONTENT"))?,
            "note" => project.note(line, cell("CONTENT"))?,
            // How the project is shown, and lines between.
            "" | "meta" => {}
            _ => project.scribe.left_out(line, "lines of another kind")?,
        }
    }
    project.end_task()?;
    if columns.is_none() {
        return Err(no_header(1));
    }
    Ok(())
}

fn no_header(line: u64) -> Broken {
    Broken::Wrong {
        line,
        message: "must name the columns TYPE and CONTENT, as Todoist's CSV does".to_owned(),
    }
}

fn header(line: u64, record: &csv::StringRecord) -> Result<HashMap<&'static str, usize>, Broken> {
    let mut columns = HashMap::new();
    for (place, name) in record.iter().enumerate() {
        let name = name.trim();
        if let Some(known) = COLUMNS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
        {
            columns.entry(*known).or_insert(place);
        }
    }
    if columns.contains_key("TYPE") && columns.contains_key("CONTENT") {
        Ok(columns)
    } else {
        Err(no_header(line))
    }
}

fn broken(line: u64, error: csv::Error) -> Broken {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => match error.get_ref() {
            Some(inner) if inner.is::<Unclosed>() => unreadable(line, inner.to_string()),
            _ => leash::broken(line, error),
        },
        csv::ErrorKind::Utf8 { .. } => unreadable(line, "is not valid UTF-8"),
        other => unreadable(line, format!("is not CSV: {other:?}")),
    }
}

/// The state between the rows.
struct Project<'a, 'b> {
    scribe: &'a mut Scribe<'b>,
    /// The list of the following tasks, or the inbox.
    list: Option<Uuid>,
    section: String,
    /// The titles and ids from the top level to the last task.
    path: Vec<(String, Uuid)>,
    /// The last task, whose comments may follow.
    last: Option<Foreign>,
}

impl<'a, 'b> Project<'a, 'b> {
    fn new(scribe: &'a mut Scribe<'b>) -> Self {
        Self {
            list: scribe.circumstances.target.map(|list| list.0),
            scribe,
            section: String::new(),
            path: Vec::new(),
            last: None,
        }
    }

    fn target(&self) -> String {
        let target = self.scribe.circumstances.target;
        target.map_or_else(|| "inbox".to_owned(), |list| list.to_string())
    }

    /// Lists do not nest: a section becomes a list, unless all comes into one.
    fn section(&mut self, line: u64, name: &str) -> Ending {
        self.end_task()?;
        self.path.clear();
        name.clone_into(&mut self.section);
        if self.scribe.circumstances.target.is_some() {
            return self.scribe.left_out(line, "section");
        }
        let id = id_of(&["todoist", "section", name]);
        self.list = Some(id);
        self.scribe.list(line, id, name)
    }

    fn task<'c>(&mut self, line: u64, cell: impl Fn(&str) -> &'c str) -> Ending {
        self.end_task()?;
        let content = cell("CONTENT");
        let indent: usize = cell("INDENT").trim().parse().unwrap_or(1);
        let level = indent.clamp(1, LEVELS) - 1;
        self.path.truncate(level);
        let id = self.id(line, content, cell("DESCRIPTION"))?;
        let mut task = Foreign::new(line, id);
        task.is_placed = true;
        (task.title, task.tags) = title_and_tags(content);
        task.note(cell("DESCRIPTION"));
        if let Some(list) = self.list {
            task.set("list_id", list.to_string());
        }
        if let Some((_, parent)) = self.path.last() {
            task.set("parent_id", parent.to_string());
        }
        // 1 is the highest, 4 is none.
        match cell("PRIORITY").trim() {
            "1" => task.set("priority", 1),
            "2" => task.set("priority", 3),
            "3" => task.set("priority", 5),
            _ => {}
        }
        dates(&mut task, &cell);
        if !cell("RESPONSIBLE").trim().is_empty() {
            task.leave_out("assignee");
        }
        let duration = cell("DURATION").trim();
        if !matches!(duration, "" | "None") {
            task.leave_out("duration");
        }
        self.path.push((content.to_owned(), id));
        self.last = Some(task);
        Ok(())
    }

    /// The file has no ids: it is made from the place and the content of the row, and from how many equal rows there
    /// were before.
    fn id(&mut self, line: u64, content: &str, description: &str) -> Result<Uuid, Broken> {
        let target = self.target();
        let mut parts = vec!["todoist", "task", &target, &self.section];
        parts.extend(self.path.iter().map(|(title, _)| title.as_str()));
        parts.extend([content, description]);
        self.scribe.id_of_nameless(line, &parts)
    }

    /// A comment: of the task before, or of the project.
    fn note(&mut self, line: u64, text: &str) -> Ending {
        let Some(task) = &mut self.last else {
            return self.scribe.left_out(line, "comment of the project");
        };
        let (text, has_file) = match text.split_once("[[file ") {
            None => (text, false),
            Some((text, _)) => (text.trim_end(), true),
        };
        if has_file {
            task.leave_out("attachment");
        }
        task.note(text);
        Ok(())
    }

    fn end_task(&mut self) -> Ending {
        match self.last.take() {
            Some(task) => self.scribe.task(task),
            None => Ok(()),
        }
    }
}

/// Labels are in the text, each after an `@`.
fn title_and_tags(content: &str) -> (String, Vec<String>) {
    // It marks a task that cannot be completed.
    let content = content.strip_prefix("* ").unwrap_or(content);
    let mut tags = Vec::new();
    let mut title = Vec::new();
    for word in content.split(' ') {
        match word.strip_prefix('@') {
            Some(tag) if !tag.is_empty() && !tag.contains('@') => tags.push(tag.to_owned()),
            _ => title.push(word),
        }
    }
    let title = title.join(" ").trim().to_owned();
    if title.is_empty() {
        return (content.to_owned(), tags);
    }
    (title, tags)
}

fn dates<'c>(task: &mut Foreign, cell: &impl Fn(&str) -> &'c str) {
    let (date, deadline) = (cell("DATE").trim(), cell("DEADLINE").trim());
    let is_repeated = ["every", "ev ", "after ", "jede", "chaque", "cada"]
        .iter()
        .any(|word| date.to_lowercase().starts_with(word));
    if is_repeated {
        task.recurrence = Some(date.to_owned());
    } else if let Some(when) = plain_date(date, cell("TIMEZONE").trim()) {
        task.when("due", &when);
    } else if !date.is_empty() {
        task.leave_out("due in words");
        task.note(date);
    }
    match plain_date(deadline, "") {
        None if deadline.is_empty() => {}
        Some(when) if date.is_empty() => task.when("due", &when),
        _ => task.leave_out("deadline"),
    }
}

/// `2026-12-01`, `2026-12-01 09:00`, `1 Dec 2026`, `Dec 1 2026 09:00`, in one of our short forms.
fn plain_date(text: &str, zone: &str) -> Option<String> {
    let text = text.replace(',', " ").replace(" at ", " ");
    let words: Vec<_> = text.split_whitespace().collect();
    let (date, rest) = match words.as_slice() {
        [iso, rest @ ..] if iso.len() >= 10 && iso.as_bytes()[4] == b'-' => {
            let (date, clock) = iso.split_at_checked(10)?;
            if let Some(clock) = clock.strip_prefix('T') {
                return Some(with_zone(date, clock, zone));
            }
            (date.to_owned(), rest)
        }
        [first, second, year, rest @ ..] => {
            let (day, month) = match month(first) {
                Some(month) => (second, month),
                None => (first, month(second)?),
            };
            let (day, year): (u8, u16) = (day.parse().ok()?, year.parse().ok()?);
            (format!("{year:04}-{month:02}-{day:02}"), rest)
        }
        _ => return None,
    };
    match rest {
        [] => Some(date),
        [clock] => {
            let (hours, minutes) = clock.split_once(':')?;
            let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
            Some(with_zone(&date, &format!("{hours:02}:{minutes:02}"), zone))
        }
        _ => None,
    }
}

fn with_zone(date: &str, clock: &str, zone: &str) -> String {
    if zone.is_empty() || clock.ends_with('Z') || jiff::tz::db().get(zone).is_err() {
        return format!("{date}T{clock}");
    }
    format!("{date}T{clock}[{zone}]")
}

fn month(name: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let name = name.to_lowercase();
    let place = MONTHS.iter().position(|month| name.starts_with(month))?;
    u8::try_from(place + 1).ok()
}
