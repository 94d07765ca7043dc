//! iCalendar (RFC 5545): the tasks (`VTODO`) of calendars, each when its component ends.

mod content_line;
mod todo;

use std::collections::HashMap;
use std::io::BufRead;

use self::content_line::{ContentLine, ContentLines};
use self::todo::Todo;
use super::foreign::{Scribe, unreadable};
use super::ids::id_of;
use super::{Broken, Ending};

pub(super) const SOURCE: &str = "icalendar";

/// How deep components may be nested, and how many zones a file may define.
const MOST_OPEN: usize = 16;
const MOST_ZONES: usize = 1000;

pub(super) fn read(input: impl BufRead, scribe: &mut Scribe<'_>) -> Ending {
    let mut lines = ContentLines::new(input);
    let mut calendar = Calendar::new(scribe);
    let mut is_first = true;
    while let Some((number, line)) = lines.next()? {
        if is_first && !line.is("BEGIN", "VCALENDAR") {
            return Err(no_calendar(number));
        }
        is_first = false;
        calendar.line(number, &line)?;
    }
    if is_first {
        return Err(no_calendar(1));
    }
    match calendar.open.last() {
        None => Ok(()),
        Some(name) => Err(unreadable(lines.number(), format!("ends within {name}"))),
    }
}

fn no_calendar(line: u64) -> Broken {
    let message = "must begin with BEGIN:VCALENDAR".to_owned();
    Broken::Wrong { line, message }
}

/// The state between the lines.
struct Calendar<'a, 'b> {
    scribe: &'a mut Scribe<'b>,
    /// The components that have begun and not ended.
    open: Vec<String>,
    /// The list that is made of the calendar, if it has a name.
    list: Option<uuid::Uuid>,
    todo: Option<Todo>,
    zone: Option<String>,
    /// Zones by the names that this file gives them.
    zones: HashMap<String, String>,
}

impl<'a, 'b> Calendar<'a, 'b> {
    fn new(scribe: &'a mut Scribe<'b>) -> Self {
        Self {
            scribe,
            open: Vec::new(),
            list: None,
            todo: None,
            zone: None,
            zones: HashMap::new(),
        }
    }

    fn line(&mut self, number: u64, line: &ContentLine) -> Ending {
        match line.name.as_str() {
            "BEGIN" => self.begin(number, line.value.trim().to_ascii_uppercase()),
            "END" => self.end(number, &line.value.trim().to_ascii_uppercase()),
            _ if self.open.is_empty() => Err(unreadable(number, "stands outside of a calendar")),
            name => self.property(number, name, line),
        }
    }

    fn begin(&mut self, number: u64, name: String) -> Ending {
        match (self.open.len(), name.as_str()) {
            (0, "VCALENDAR") => self.list = None,
            (0, _) => return Err(no_calendar(number)),
            (1, "VTODO") => self.todo = Some(Todo::new(number)),
            (1, "VTIMEZONE") => self.zone = None,
            (1, "VEVENT") => self.scribe.left_out(number, "event")?,
            (1, "VJOURNAL") => self.scribe.left_out(number, "journal entry")?,
            (2, "VALARM") => {
                if let Some(todo) = &mut self.todo {
                    todo.has_alarm = true;
                }
            }
            _ => {}
        }
        if self.open.len() >= MOST_OPEN {
            return Err(unreadable(
                number,
                format!("begins {name} too deep within others"),
            ));
        }
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self, number: u64, name: &str) -> Ending {
        if self.open.pop().is_none_or(|open| open != name) {
            return Err(unreadable(
                number,
                format!("ends {name}, which is not what is open"),
            ));
        }
        match (self.open.len(), self.todo.take()) {
            (1, Some(todo)) => todo.finish(self.scribe, self.list, &self.zones),
            (_, todo) => {
                self.todo = todo;
                Ok(())
            }
        }
    }

    fn property(&mut self, number: u64, name: &str, line: &ContentLine) -> Ending {
        let place: Vec<_> = self.open.iter().map(String::as_str).collect();
        match (place.as_slice(), name) {
            (["VCALENDAR"], "X-WR-CALNAME" | "NAME") if self.list.is_none() => {
                let name = line.text();
                let id = id_of(&[SOURCE, "list", &name]);
                self.list = Some(id);
                self.scribe.list(number, id, &name)
            }
            (["VCALENDAR", "VTIMEZONE"], "TZID") => {
                self.zone = Some(line.value.clone());
                Ok(())
            }
            (["VCALENDAR", "VTIMEZONE"], "X-LIC-LOCATION") => {
                if let Some(zone) = &self.zone
                    && self.zones.len() < MOST_ZONES
                {
                    self.zones.insert(zone.clone(), line.value.clone());
                }
                Ok(())
            }
            (["VCALENDAR", "VTODO"], _) => {
                if let Some(todo) = &mut self.todo {
                    todo.property(name, line);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
