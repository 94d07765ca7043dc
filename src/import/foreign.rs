//! Converts a task of another program into a line of our format: what fits is converted, what does not is reported.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ids::id_of;
use super::{Broken, Circumstances, Ending, Piece, Sink, own};
use crate::domain::limits::{
    DESCRIPTION_CHARS, EXTERNAL_ID_CHARS, REFERENCES, TAG_CHARS, TAGS, TITLE_CHARS,
};
use crate::domain::order::OrderKey;
use crate::domain::{Member, Recurrence, References, Timestamp, Title, When};

/// The title of a task without one.
const UNTITLED: &str = "(untitled)";

/// How many different tasks without an id are remembered, to find equal ones.
const MOST_NAMELESS: usize = 100_000;

/// Passes pieces on, and gives a time to those without one.
pub(super) struct Scribe<'a> {
    pub(super) circumstances: Circumstances,
    moments: i64,
    /// How many equal tasks without an id there were.
    nameless: HashMap<Uuid, u32>,
    sink: &'a mut Sink<'a>,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(circumstances: Circumstances, sink: &'a mut Sink<'a>) -> Self {
        Self {
            circumstances,
            moments: 0,
            nameless: HashMap::new(),
            sink,
        }
    }

    /// Each later than the one before, so that the order by creation is the order of the file.
    pub(super) fn next_moment(&mut self) -> Timestamp {
        self.moments += 1;
        Timestamp::from_micros(self.circumstances.start.as_micros() + self.moments)
    }

    /// An id for a task that has none in the file: from what it says, and from how many equal ones there were before.
    pub(super) fn id_of_nameless(&mut self, line: u64, parts: &[&str]) -> Result<Uuid, Broken> {
        let id = id_of(parts);
        if self.nameless.len() >= MOST_NAMELESS && !self.nameless.contains_key(&id) {
            let message = format!("comes after {MOST_NAMELESS} other tasks without an id");
            return Err(Broken::Wrong { line, message });
        }
        let count = self.nameless.entry(id).or_default();
        *count += 1;
        Ok(match *count {
            1 => id,
            count => id_of(&[parts, &[&count.to_string()]].concat()),
        })
    }

    pub(super) fn give(&mut self, line: u64, piece: Piece) -> Ending {
        (self.sink)(line, piece)
    }

    pub(super) fn left_out(&mut self, line: u64, what: &'static str) -> Ending {
        self.give(line, Piece::LeftOut(what))
    }

    pub(super) fn fault(&mut self, line: u64, why: impl Into<String>) -> Ending {
        self.give(line, Piece::Fault(why.into()))
    }

    /// The list of that name; after all others, in the order of the file.
    pub(super) fn list(&mut self, line: u64, id: Uuid, name: &str) -> Ending {
        let (name, is_cut) = cut(name.trim(), TITLE_CHARS);
        if is_cut {
            self.left_out(line, "name of a list beyond 200 characters")?;
        }
        let name = if Title::parse(&name).is_ok() {
            &name
        } else {
            UNTITLED
        };
        let mut members = Map::new();
        members.insert("id".to_owned(), json!(id.to_string()));
        members.insert("name".to_owned(), json!(name));
        let piece = match own::list_of(&members, self) {
            Ok(list) => Piece::List(Box::new(list)),
            Err(why) => Piece::Fault(why),
        };
        self.give(line, piece)
    }

    pub(super) fn task(&mut self, task: Foreign) -> Ending {
        let line = task.line;
        let is_placed = task.is_placed;
        let (members, left_out) = task.into_members();
        let piece = match own::task_of(&members, self) {
            Ok(mut task) => {
                let mut start_fits = true;
                if task.content.resume().is_err() {
                    task.content.recurrence = None;
                    self.left_out(line, "recurrence")?;
                }
                if task.content.check().is_err() {
                    task.content.start = None;
                    start_fits = false;
                }
                if is_placed {
                    // After the existing ones and those before it in the file.
                    let moment = self.next_moment();
                    task.content.order = Some(OrderKey::of_creation(moment));
                }
                if !start_fits {
                    self.left_out(line, "start that does not fit due")?;
                }
                Piece::Task(Box::new(task))
            }
            Err(why) => Piece::Fault(why),
        };
        for what in left_out {
            self.left_out(line, what)?;
        }
        self.give(line, piece)
    }
}

/// A task of another program, as far as it was parsed.
pub(super) struct Foreign {
    pub(super) line: u64,
    pub(super) title: String,
    /// Paragraphs.
    notes: Vec<String>,
    pub(super) tags: Vec<String>,
    /// Its recurrence: a rule of RFC 5545, or what the other program has instead.
    pub(super) recurrence: Option<String>,
    /// Excluded days.
    pub(super) excluded: Vec<String>,
    /// Whether its place in the file is its place among its siblings.
    pub(super) is_placed: bool,
    members: Map<String, Value>,
    references: Vec<Value>,
    left_out: Vec<&'static str>,
}

impl Foreign {
    pub(super) fn new(line: u64, id: Uuid) -> Self {
        let mut members = Map::new();
        members.insert("id".to_owned(), json!(id.to_string()));
        Self {
            line,
            title: String::new(),
            notes: Vec::new(),
            tags: Vec::new(),
            recurrence: None,
            excluded: Vec::new(),
            is_placed: false,
            members,
            references: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.members.insert(name.to_owned(), value.into());
    }

    /// A paragraph of the description. Text far beyond the limit is not kept, because the report names the overflow
    /// anyway.
    pub(super) fn note(&mut self, text: &str) {
        let known: usize = self.notes.iter().map(String::len).sum();
        if !text.trim().is_empty() && known <= 4 * DESCRIPTION_CHARS {
            self.notes.push(text.to_owned());
        }
    }

    pub(super) fn leave_out(&mut self, what: &'static str) {
        self.left_out.push(what);
    }

    /// A time of RFC 3339. An invalid one is ignored, because no person wrote it.
    pub(super) fn time(&mut self, name: &str, text: Option<&str>) {
        let time = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if let Some(time) = time {
            self.set(name, time.to_string());
        }
    }

    /// A date or a time in one of the short forms.
    pub(super) fn when(&mut self, name: &'static str, text: &str) {
        if <Option<When>>::read(&json!(text).to_string()).is_ok() {
            self.set(name, text);
        } else {
            self.leave_out(if name == "due" { "due" } else { "start" });
        }
    }

    /// Adds a reference to the record in the other program, unless its id cannot be one.
    pub(super) fn reference(
        &mut self,
        source: &str,
        id: &str,
        url: Option<&str>,
        title: Option<&str>,
    ) {
        if id.is_empty() || id.chars().count() > EXTERNAL_ID_CHARS {
            if !id.is_empty() {
                self.leave_out("reference");
            }
            return self.note(url.unwrap_or_default());
        }
        let mut reference = json!({"source": source, "external_id": id});
        if let Some(title) = title {
            reference["title"] = cut(title, TITLE_CHARS).0.into();
        }
        if let Some(url) = url {
            let mut with_url = reference.clone();
            with_url["url"] = url.into();
            if References::read(&json!([with_url]).to_string()).is_ok() {
                reference = with_url;
            } else {
                self.note(url);
            }
        }
        if References::read(&json!([reference]).to_string()).is_ok() {
            self.references.push(reference);
        }
    }

    fn into_members(mut self) -> (Map<String, Value>, Vec<&'static str>) {
        let title = self.title.replace('\0', "");
        let (short, is_cut) = cut(title.trim(), TITLE_CHARS);
        if is_cut {
            // So nothing of it is lost.
            self.notes.insert(0, title.trim().to_owned());
        }
        let title = if Title::parse(&short).is_ok() {
            short
        } else {
            UNTITLED.to_owned()
        };
        self.set("title", title);
        let notes = self.notes.join("\n\n").replace('\0', "");
        let (notes, is_cut) = cut(&notes, DESCRIPTION_CHARS);
        if is_cut {
            self.leave_out("description beyond 2000 characters");
        }
        if !notes.is_empty() {
            self.set("description", notes);
        }
        let count = self.tags.len();
        self.tags.retain(|tag| {
            (1..=TAG_CHARS).contains(&tag.trim().chars().count()) && !tag.contains('\0')
        });
        self.tags.truncate(TAGS);
        if self.tags.len() < count {
            self.leave_out("tag");
        }
        if !self.tags.is_empty() {
            let tags = std::mem::take(&mut self.tags);
            self.set("tags", tags);
        }
        if self.references.len() > REFERENCES {
            self.leave_out("reference");
            self.references.truncate(REFERENCES);
        }
        if !self.references.is_empty() {
            let references = std::mem::take(&mut self.references);
            self.set("references", references);
        }
        if let Some(rule) = self.recurrence.take() {
            let recurrence = json!({"rule": rule, "exclude": self.excluded});
            let is_one = <Option<Recurrence>>::read(&recurrence.to_string()).is_ok();
            if is_one && self.members.contains_key("due") {
                self.set("recurrence", recurrence);
            } else {
                self.leave_out("recurrence");
            }
        }
        (self.members, self.left_out)
    }
}

/// A text of at most this many characters; the last one shows that it was cut.
fn cut(text: &str, most: usize) -> (String, bool) {
    if text.chars().count() <= most {
        return (text.to_owned(), false);
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    (short, true)
}

/// A value of another program that cannot be parsed, for the report.
pub(super) fn unreadable(line: u64, message: impl Into<String>) -> Broken {
    Broken::Unreadable {
        line,
        message: message.into(),
    }
}
