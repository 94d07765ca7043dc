//! Google Tasks, as Takeout exports them: `Tasks.json`.

use std::io::BufRead;

use serde_json::Value;
use uuid::Uuid;

use super::Ending;
use super::documents::{self, Members, Shape};
use super::foreign::{Foreign, Scribe};
use super::ids::id_of;

const SOURCE: &str = "google";

pub(super) fn read(input: impl BufRead, scribe: &mut Scribe<'_>) -> Ending {
    documents::read(input, &mut Takeout { scribe, list: None })
}

struct Takeout<'a, 'b> {
    scribe: &'a mut Scribe<'b>,
    list: Option<Uuid>,
}

impl Shape for Takeout<'_, '_> {
    const LISTS: &'static str = "items";
    const TASKS: &'static str = "items";
    const NAME: &'static str = "title";

    fn list(&mut self, line: u64, head: &Members) -> Ending {
        let name = documents::text(head, "title").unwrap_or_default();
        let known = documents::text(head, "id").unwrap_or_else(|| name.clone());
        let id = id_of(&[SOURCE, "list", &known]);
        self.list = Some(id);
        self.scribe.list(line, id, &name)
    }

    fn no_list(&mut self) {
        self.list = None;
    }

    fn fault(&mut self, line: u64, why: &str) -> Ending {
        self.scribe.fault(line, why)
    }

    fn is_list(head: &Members) -> bool {
        // A task has a title, too.
        let kind = documents::text(head, "kind");
        matches!(kind.as_deref(), Some("tasks#tasks" | "tasks#taskList"))
    }

    fn task(&mut self, line: u64, json: &Value) -> Ending {
        let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty());
        if json["deleted"] == true {
            return self.scribe.left_out(line, "deleted task");
        }
        let title = text("title").unwrap_or_default();
        let list = self.list.unwrap_or_default().to_string();
        let id = if let Some(id) = text("id") {
            id_of(&[SOURCE, "task", id])
        } else {
            let parts = [SOURCE, "nameless task", &list, title, &json.to_string()];
            self.scribe.id_of_nameless(line, &parts)?
        };
        let mut task = Foreign::new(line, id);
        task.is_placed = true;
        title.clone_into(&mut task.title);
        task.note(text("notes").unwrap_or_default());
        if self.list.is_some() {
            task.set("list_id", list);
        }
        if let Some(parent) = text("parent") {
            let parent = id_of(&[SOURCE, "task", parent]);
            task.set("parent_id", parent.to_string());
        }
        task.set("completed", text("status") == Some("completed"));
        task.time("completed_at", text("completed"));
        let created = text("created").or_else(|| text("updated"));
        task.time("created_at", created);
        task.time("updated_at", text("updated"));
        // It has the form of a moment and means a day.
        if let Some(due) = text("due") {
            task.when("due", due.get(..10).unwrap_or(due));
        }
        for link in json["links"].as_array().into_iter().flatten() {
            task.note(link["link"].as_str().unwrap_or_default());
        }
        name_the_rest(&mut task, json);
        if let Some(id) = text("id") {
            let url = text("webViewLink");
            task.reference(SOURCE, id, url, None);
        }
        self.scribe.task(task)
    }
}

fn name_the_rest(task: &mut Foreign, json: &Value) {
    let is_there = |name: &str| !matches!(json[name], Value::Null | Value::Bool(false));
    if is_there("recurrence") || is_there("task_recurrence_id") {
        task.recurrence = Some(json["recurrence"].to_string());
    }
    let times = json["scheduled_time"].as_array();
    if times.is_some_and(|times| !times.is_empty()) {
        task.leave_out("time of day");
    }
    if is_there("starred") {
        task.leave_out("star");
    }
    if is_there("assignmentInfo") {
        task.leave_out("assignee");
    }
}
