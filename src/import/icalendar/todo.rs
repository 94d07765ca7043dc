//! One task of a calendar: its properties, and how each is converted.

use std::collections::HashMap;

use uuid::Uuid;

use super::SOURCE;
use super::content_line::ContentLine;
use crate::domain::limits::{EXCLUDED_DAYS, TAGS};
use crate::import::Ending;
use crate::import::foreign::{Foreign, Scribe};
use crate::import::ids::id_of;

/// Properties of the calendar's storage, not of the task.
const TECHNICAL: [&str; 4] = ["DTSTAMP", "SEQUENCE", "TRANSP", "REQUEST-STATUS"];

/// Further ones are reported.
const MOST_COMMENTS: usize = 100;

pub(super) struct Todo {
    line: u64,
    pub(super) has_alarm: bool,
    /// The properties that occur once.
    single: HashMap<&'static str, ContentLine>,
    tags: Vec<String>,
    comments: Vec<String>,
    excluded: Vec<String>,
    left_out: Vec<&'static str>,
}

const SINGLE: [&str; 15] = [
    "UID",
    "SUMMARY",
    "DESCRIPTION",
    "STATUS",
    "COMPLETED",
    "PERCENT-COMPLETE",
    "DUE",
    "DTSTART",
    "DURATION",
    "PRIORITY",
    "CREATED",
    "LAST-MODIFIED",
    "URL",
    "RRULE",
    "RECURRENCE-ID",
];

impl Todo {
    pub(super) fn new(line: u64) -> Self {
        Self {
            line,
            has_alarm: false,
            single: HashMap::new(),
            tags: Vec::new(),
            comments: Vec::new(),
            excluded: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(super) fn property(&mut self, name: &str, line: &ContentLine) {
        if let Some(name) = SINGLE.iter().find(|known| **known == name) {
            self.single.entry(name).or_insert_with(|| line.clone());
            return;
        }
        let what = match name {
            // More do not fit anyway, and are reported at the end of the task.
            "CATEGORIES" => {
                let room = (TAGS + 1).saturating_sub(self.tags.len());
                return self.tags.extend(line.texts().into_iter().take(room));
            }
            "COMMENT" => {
                if self.comments.len() < MOST_COMMENTS {
                    return self.comments.push(line.text());
                }
                "comment"
            }
            "RELATED-TO" => {
                let kind = line.parameter("RELTYPE").unwrap_or("PARENT");
                if kind.eq_ignore_ascii_case("PARENT") && !self.single.contains_key("PARENT") {
                    self.single.insert("PARENT", line.clone());
                    return;
                }
                "relation"
            }
            "ATTACH" => "attachment",
            "ATTENDEE" | "ORGANIZER" | "CONTACT" => "assignee",
            "LOCATION" | "GEO" => "location",
            "EXDATE" => {
                let days = line.value.split(',').map(|it| it.trim().get(..8));
                let days: Option<Vec<_>> = days.map(|day| date(day?)).collect();
                match days {
                    Some(days) if self.excluded.len() + days.len() <= EXCLUDED_DAYS => {
                        return self.excluded.extend(days);
                    }
                    _ => "excluded day",
                }
            }
            "RDATE" | "EXRULE" => "recurrence",
            "CLASS" if line.value.trim().eq_ignore_ascii_case("PUBLIC") => return,
            _ if TECHNICAL.contains(&name) => return,
            _ if name.starts_with("X-") => "a program's own properties",
            _ => "other properties",
        };
        if !self.left_out.contains(&what) {
            self.left_out.push(what);
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        let value = self.single.get(name)?.value.trim();
        Some(value).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> String {
        self.single
            .get(name)
            .map(ContentLine::text)
            .unwrap_or_default()
    }

    pub(super) fn finish(
        mut self,
        scribe: &mut Scribe<'_>,
        list: Option<Uuid>,
        zones: &HashMap<String, String>,
    ) -> Ending {
        if self.single.contains_key("RECURRENCE-ID") {
            return scribe.left_out(self.line, "changed occurrence");
        }
        let (title, uid) = (self.text("SUMMARY"), self.value("UID").map(str::to_owned));
        let id = if let Some(uid) = &uid {
            id_of(&[SOURCE, "task", uid])
        } else {
            let parts = [SOURCE, "nameless task", &title, &self.text("DESCRIPTION")];
            scribe.id_of_nameless(self.line, &parts)?
        };
        let mut task = Foreign::new(self.line, id);
        task.title = title;
        task.note(&self.text("DESCRIPTION"));
        for comment in &self.comments {
            task.note(comment);
        }
        task.tags = std::mem::take(&mut self.tags);
        task.tags.retain(|tag| !tag.trim().is_empty());
        if let Some(list) = list {
            task.set("list_id", list.to_string());
        }
        if let Some(parent) = self.value("PARENT") {
            let parent = id_of(&[SOURCE, "task", parent]);
            task.set("parent_id", parent.to_string());
        }
        self.state(&mut task);
        self.dates(&mut task, zones);
        match self.value("PRIORITY").map(str::parse) {
            // 0: none is given.
            None | Some(Ok(0)) => {}
            Some(Ok(priority @ 1..=9_u8)) => task.set("priority", priority),
            Some(_) => task.leave_out("priority"),
        }
        for (name, member) in [("CREATED", "created_at"), ("LAST-MODIFIED", "updated_at")] {
            task.time(member, self.value(name).and_then(moment).as_deref());
        }
        if let Some(uid) = &uid {
            task.reference(SOURCE, uid, self.value("URL"), None);
        } else if let Some(url) = self.value("URL") {
            task.note(url);
        }
        task.recurrence = self.value("RRULE").map(str::to_owned);
        task.excluded = std::mem::take(&mut self.excluded);
        if self.has_alarm {
            task.leave_out("reminder");
        }
        for what in self.left_out {
            task.leave_out(what);
        }
        scribe.task(task)
    }

    fn state(&self, task: &mut Foreign) {
        let status = self.value("STATUS").map(str::to_ascii_uppercase);
        let percent = self.value("PERCENT-COMPLETE");
        let completed_at = self.value("COMPLETED");
        let is_done = match status.as_deref() {
            Some(status) => status == "COMPLETED",
            None => completed_at.is_some() || percent == Some("100"),
        };
        task.set("completed", is_done);
        task.time("completed_at", completed_at.and_then(moment).as_deref());
        if matches!(status.as_deref(), Some("IN-PROCESS" | "CANCELLED")) {
            task.leave_out("status");
        }
        if percent.is_some_and(|percent| !matches!(percent, "0" | "100")) {
            task.leave_out("part that is done");
        }
    }

    fn dates(&self, task: &mut Foreign, zones: &HashMap<String, String>) {
        for (name, member) in [("DUE", "due"), ("DTSTART", "start")] {
            let Some(line) = self.single.get(name) else {
                continue;
            };
            match when(line, zones) {
                Some((when, has_its_zone)) => {
                    task.when(member, &when);
                    if !has_its_zone {
                        task.leave_out("time zone");
                    }
                }
                None => task.leave_out(member),
            }
        }
        if self.single.contains_key("DURATION") {
            task.leave_out("duration");
        }
    }
}

/// In a short form of ours, and whether its zone is known.
fn when(line: &ContentLine, zones: &HashMap<String, String>) -> Option<(String, bool)> {
    let value = line.value.trim();
    let date = date(value.get(..8)?)?;
    let Some(clock) = value[8..].strip_prefix('T') else {
        return (value.len() == 8).then_some((date, true));
    };
    let (clock, is_utc) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, true),
        None => (clock, false),
    };
    let local = format!("{date}T{}", time_of_day(clock)?);
    if is_utc {
        return Some((local + "Z", true));
    }
    match line.parameter("TZID") {
        None => Some((local, true)),
        Some(name) => Some(match zone(name, zones) {
            Some(zone) => (format!("{local}[{zone}]"), true),
            None => (local, false),
        }),
    }
}

/// A zone by the name that the file gives it, also with something before it: `/example.org/2026/Europe/Berlin`.
fn zone(name: &str, zones: &HashMap<String, String>) -> Option<String> {
    let name = zones.get(name).map_or(name, String::as_str);
    let starts = name.match_indices('/').map(|(place, _)| place + 1);
    let mut names = std::iter::once(0).chain(starts).map(|start| &name[start..]);
    let found = names.find(|name| jiff::tz::db().get(name).is_ok())?;
    Some(found.to_owned())
}

fn date(digits: &str) -> Option<String> {
    let are_digits = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

fn time_of_day(digits: &str) -> Option<String> {
    let are_digits = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| format!("{}:{}:{}", &digits[..2], &digits[2..4], &digits[4..]))
}

/// `20261201T080000Z` in the form of RFC 3339.
fn moment(text: &str) -> Option<String> {
    let (day, clock) = text.trim_end_matches('Z').split_once('T')?;
    Some(format!("{}T{}Z", date(day)?, time_of_day(clock)?))
}
