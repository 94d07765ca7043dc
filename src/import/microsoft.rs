//! Microsoft To Do, as Graph tells it: the answer to `GET /me/todo/lists?$expand=tasks`, or to a list's `tasks`, with
//! `checklistItems` and `linkedResources` if they were expanded.

use std::io::BufRead;

use serde_json::Value;
use uuid::Uuid;

use super::Ending;
use super::documents::{self, Members, Shape};
use super::foreign::{Foreign, Scribe};
use super::ids::id_of;
use super::repeats;

const SOURCE: &str = "microsoft";

pub(super) fn read(input: impl BufRead, scribe: &mut Scribe<'_>) -> Ending {
    documents::read(input, &mut Graph { scribe, list: None })
}

struct Graph<'a, 'b> {
    scribe: &'a mut Scribe<'b>,
    list: Option<Uuid>,
}

impl Shape for Graph<'_, '_> {
    const LISTS: &'static str = "value";
    const TASKS: &'static str = "tasks";
    const NAME: &'static str = "displayName";

    fn list(&mut self, line: u64, head: &Members) -> Ending {
        let name = documents::text(head, "displayName").unwrap_or_default();
        let known = documents::text(head, "id").unwrap_or_else(|| name.clone());
        let id = id_of(&[SOURCE, "list", &known]);
        self.list = Some(id);
        self.scribe.list(line, id, &name)?;
        let is_shared = head.get("isShared").is_some_and(|it| it.get() == "true");
        if is_shared {
            self.scribe.left_out(line, "sharing of a list")?;
        }
        Ok(())
    }

    fn is_list(head: &Members) -> bool {
        head.contains_key(Self::NAME)
    }

    fn no_list(&mut self) {
        self.list = None;
    }

    fn fault(&mut self, line: u64, why: &str) -> Ending {
        self.scribe.fault(line, why)
    }

    fn task(&mut self, line: u64, json: &Value) -> Ending {
        let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty());
        let title = text("title").unwrap_or_default();
        let list = self.list.unwrap_or_default().to_string();
        let id = if let Some(id) = text("id") {
            id_of(&[SOURCE, "task", id])
        } else {
            let parts = [SOURCE, "nameless task", &list, title, &json.to_string()];
            self.scribe.id_of_nameless(line, &parts)?
        };
        let mut task = Foreign::new(line, id);
        title.clone_into(&mut task.title);
        if let Some(body) = json["body"]["content"].as_str() {
            if json["body"]["contentType"] == "html" {
                task.leave_out("formatting");
                task.note(&plain(body));
            } else {
                task.note(body);
            }
        }
        if self.list.is_some() {
            task.set("list_id", list.clone());
        }
        let is_done = text("status") == Some("completed");
        task.set("completed", is_done);
        let completed = json["completedDateTime"]["dateTime"].as_str();
        task.time("completed_at", completed.map(in_utc).as_deref());
        task.time("created_at", text("createdDateTime"));
        task.time("updated_at", text("lastModifiedDateTime"));
        for (name, member) in [("due", "dueDateTime"), ("start", "startDateTime")] {
            if let Some(time) = json[member]["dateTime"].as_str() {
                task.when(name, day(time).as_deref().unwrap_or(time));
            }
        }
        match text("importance") {
            Some("high") => task.set("priority", 1),
            Some("low") => task.set("priority", 9),
            _ => {}
        }
        let tags = json["categories"].as_array().into_iter().flatten();
        task.tags
            .extend(tags.filter_map(Value::as_str).map(str::to_owned));
        name_the_rest(&mut task, json);
        if let Some(known) = text("id") {
            task.reference(SOURCE, known, None, None);
        }
        for link in json["linkedResources"].as_array().into_iter().flatten() {
            let id = link["id"].as_str().unwrap_or_default();
            let title = link["displayName"]
                .as_str()
                .filter(|title| !title.is_empty());
            task.reference(SOURCE, id, link["webUrl"].as_str(), title);
        }
        self.scribe.task(task)?;
        for step in json["checklistItems"].as_array().into_iter().flatten() {
            self.step(line, id, step)?;
        }
        Ok(())
    }
}

impl Graph<'_, '_> {
    /// A step of a task is a task below it.
    fn step(&mut self, line: u64, parent: Uuid, json: &Value) -> Ending {
        let title = json["displayName"].as_str().unwrap_or_default();
        let above = parent.to_string();
        let known = json["id"].as_str().filter(|id| !id.is_empty());
        let id = if let Some(known) = known {
            id_of(&[SOURCE, "step", &above, known])
        } else {
            self.scribe
                .id_of_nameless(line, &[SOURCE, "step", &above, title])?
        };
        let mut task = Foreign::new(line, id);
        task.is_placed = true;
        title.clone_into(&mut task.title);
        if let Some(list) = self.list {
            task.set("list_id", list.to_string());
        }
        task.set("parent_id", parent.to_string());
        task.set("completed", json["isChecked"] == true);
        task.time("completed_at", json["checkedDateTime"].as_str());
        task.time("created_at", json["createdDateTime"].as_str());
        self.scribe.task(task)
    }
}

fn name_the_rest(task: &mut Foreign, json: &Value) {
    if json["recurrence"].is_object() {
        let rule = repeats::of_graph(&json["recurrence"]);
        task.recurrence = Some(rule.unwrap_or_default());
    }
    if json["isReminderOn"] == true {
        task.leave_out("reminder");
    }
    if json["hasAttachments"] == true || has_some(&json["attachments"]) {
        task.leave_out("attachment");
    }
    if has_some(&json["extensions"]) {
        task.leave_out("extension");
    }
    if !matches!(
        json["status"].as_str(),
        None | Some("" | "notStarted" | "completed")
    ) {
        task.leave_out("status");
    }
}

fn has_some(json: &Value) -> bool {
    json.as_array().is_some_and(|items| !items.is_empty())
}

/// `2026-12-01T00:00:00.0000000`, a time without its zone, which is UTC here.
fn in_utc(text: &str) -> String {
    let has_zone = text.ends_with('Z');
    let zone = if has_zone { "" } else { "Z" };
    format!("{text}{zone}")
}

/// To Do has days, and Graph sends midnight of the user's zone in UTC: from 11:00 on it is that of the next day, in
/// zones of up to 13 hours before UTC.
fn day(text: &str) -> Option<String> {
    let local = text.get(..19)?.parse::<jiff::civil::DateTime>().ok()?;
    let date = if local.hour() >= 11 {
        local.date().tomorrow().ok()?
    } else {
        local.date()
    };
    Some(date.to_string())
}

/// HTML without its tags.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (name, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        let breaks = ["br", "p", "div", "li", "tr"];
        let is_break = breaks.iter().any(|it| {
            let rest = name.strip_prefix(it);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        if is_break && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let signs = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let text = signs
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to));
    text.trim().to_owned()
}
