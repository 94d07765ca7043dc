//! `tickbox tasks add`, `done`, `edit` and `move`: each is one write, which one undo takes back.

use clap::Args;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::connection::{Answered, Connection};
use super::names::{self, id_of};
use super::{Said, Told, now, show};
use crate::cli::{Failure, Outcome};

#[derive(Args)]
pub(super) struct AddOptions {
    /// What is to be done
    title: String,
    #[command(flatten)]
    said: Said,
    /// The list: its name or its id, or inbox
    #[arg(long, value_name = "NAME|ID")]
    list: Option<String>,
    /// The task that it is a part of
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
}

#[derive(Args)]
pub(super) struct DoneOptions {
    /// Ids, or at least four signs of their beginning or end
    #[arg(required = true, value_name = "TASK")]
    tasks: Vec<String>,
    /// Of a task that repeats: which time is meant, by its day. If it is over already, nothing happens
    #[arg(long, value_name = "DAY")]
    occurrence: Option<String>,
    /// The other way: open them again
    #[arg(long, conflicts_with = "occurrence")]
    reopen: bool,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct EditOptions {
    /// Its id, or at least four signs of its beginning or end
    task: String,
    /// Another title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    #[command(flatten)]
    said: Said,
    /// A tag that it loses; may be given several times
    #[arg(long = "untag", value_name = "TAG")]
    untag: Vec<String>,
    #[arg(long, conflicts_with = "description", help = "Without a description")]
    no_description: bool,
    #[arg(long, conflicts_with = "due", help = "Without a due date")]
    no_due: bool,
    #[arg(long, conflicts_with = "start", help = "Without a start")]
    no_start: bool,
    #[arg(long, conflicts_with = "priority", help = "Without a priority")]
    no_priority: bool,
    #[arg(long, conflicts_with_all = ["tags", "untag"], help = "Without any tags")]
    no_tags: bool,
    #[arg(
        long,
        conflicts_with = "repeat",
        help = "It does not come back any more"
    )]
    no_repeat: bool,
}

#[derive(Args)]
pub(super) struct MoveOptions {
    /// Its id, or at least four signs of its beginning or end
    task: String,
    /// Into a list: its name or its id, or inbox
    #[arg(long, value_name = "NAME|ID")]
    list: Option<String>,
    /// Below another task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// To the top level of its list
    #[arg(long, conflicts_with = "parent")]
    top: bool,
    /// Behind a task that it has the list and the parent in common with
    #[arg(long, value_name = "TASK")]
    after: Option<String>,
    /// In front of such a task
    #[arg(long, value_name = "TASK")]
    before: Option<String>,
    /// In front of all others
    #[arg(long, conflicts_with_all = ["after", "before"])]
    first: bool,
}

impl Said {
    /// The members of a task that these words give, but for its tags.
    fn members(&self) -> Map<String, Value> {
        let date = |words: &String| Value::from(date(words));
        let rule = |rule: &String| json!({"rule": rule});
        let text = |text: &String| Value::from(text.as_str());
        let members = [
            ("description", self.description.as_ref().map(text)),
            ("start", self.start.as_ref().map(date)),
            ("due", self.due.as_ref().map(date)),
            ("priority", self.priority.map(Value::from)),
            ("recurrence", self.repeat.as_ref().map(rule)),
        ];
        let given = members.into_iter();
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// A date as the server reads it: days that are named after today, and a space for the `T`.
fn date(words: &str) -> String {
    let words = words.trim();
    let (day, time) = words.split_once(' ').unwrap_or((words, ""));
    let today = now().date();
    let day = match day.to_lowercase().as_str() {
        "today" => today.to_string(),
        "tomorrow" => today.tomorrow().unwrap_or(today).to_string(),
        _ => day.to_owned(),
    };
    let time = time.trim_start();
    if time.is_empty() {
        day
    } else {
        format!("{day}T{time}")
    }
}

pub(super) async fn add(server: &Connection, told: Told, options: &AddOptions) -> Outcome {
    let AddOptions {
        title,
        said,
        list,
        parent,
    } = options;
    let mut body = said.members();
    body.insert("title".to_owned(), Value::from(title.as_str()));
    if !said.tags.is_empty() {
        body.insert("tags".to_owned(), Value::from(said.tags.clone()));
    }
    if let Some(list) = list {
        body.insert(
            "list_id".to_owned(),
            names::list(server, list).await?.value(),
        );
    }
    if let Some(parent) = parent {
        let parent = names::id(server, parent).await?;
        body.insert("parent_id".to_owned(), Value::from(parent));
    }
    let task = server
        .write(Method::POST, &["tasks"], &body.into(), Answer::Task)
        .await?;
    told.tell(&task, || format!("Added {}\n", show::line(&task)))
}

pub(super) async fn done(server: &Connection, told: Told, options: &DoneOptions) -> Outcome {
    let tasks = names::tasks(server, &options.tasks).await?;
    let completed = !options.reopen;
    let is_to_do = |task: &&Value| task["completed"] != completed;
    let operations: Vec<_> = tasks
        .iter()
        .filter(is_to_do)
        .map(|task| completion(task, options))
        .collect::<Answered<_>>()?;
    let changed = batch(server, operations).await?;
    let now: Vec<_> = tasks
        .into_iter()
        .map(|before| {
            let after = changed
                .iter()
                .rev()
                .find(|task| id_of(task) == id_of(&before));
            let after = after.cloned().unwrap_or_else(|| before.clone());
            (before, after)
        })
        .collect();
    let after: Vec<_> = now.iter().map(|(_, after)| after).collect();
    told.tell(&json!({"tasks": after}), || {
        let lines = now.iter().map(|(before, after)| what_became(before, after));
        lines.collect()
    })
}

/// Names the occurrence that the person saw: a second request for it does nothing.
fn completion(task: &Value, options: &DoneOptions) -> Answered<Value> {
    let mut operation = json!({"op": "complete", "id": task["id"], "completed": !options.reopen});
    let repeats = task.get("recurrence").is_some();
    if !repeats && options.occurrence.is_some() {
        let line = show::line(task);
        return Err(Failure::Said(format!(
            "{line} does not repeat: leave --occurrence out"
        )));
    }
    if repeats && !options.reopen {
        operation["occurrence"] = match &options.occurrence {
            Some(words) => Value::from(date(words)),
            None => task["occurrence"].clone(),
        };
        if task["due"].get("zone").is_none() {
            operation["on"] = Value::from(now().date().to_string());
        }
    }
    Ok(operation)
}

fn what_became(before: &Value, after: &Value) -> String {
    let id = show::short(id_of(after));
    let title = show::title(after);
    if before == after {
        let state = if after["completed"] == true {
            "done"
        } else {
            "open"
        };
        return format!("No change: {id} {title} is {state}{}\n", next(after));
    }
    match (
        after["completed"] == true,
        after["occurrence"] == before["occurrence"],
    ) {
        (true, _) => format!("Done {id} {title}\n"),
        (false, false) => format!("Done {id} {title}{}\n", next(after)),
        (false, true) => format!("Open again {id} {title}\n"),
    }
}

fn next(task: &Value) -> String {
    if task.get("occurrence").is_none() || task["completed"] == true {
        return String::new();
    }
    format!(", next {}", show::when(&task["due"]))
}

pub(super) async fn edit(server: &Connection, told: Told, options: &EditOptions) -> Outcome {
    let mut members = options.said.members();
    if let Some(title) = &options.title {
        members.insert("title".to_owned(), Value::from(title.as_str()));
    }
    for (name, goes) in [
        ("description", options.no_description),
        ("due", options.no_due),
        ("start", options.no_start),
        ("priority", options.no_priority),
        ("tags", options.no_tags),
        ("recurrence", options.no_repeat),
    ] {
        if goes {
            members.insert(name.to_owned(), Value::Null);
        }
    }
    let (tags, untag) = (&options.said.tags, &options.untag);
    if members.is_empty() && tags.is_empty() && untag.is_empty() {
        let text = "say what is to change: --title, --due, --no-due, …; --help names them all";
        return Err(Failure::Usage(text.to_owned()));
    }
    let id = names::id(server, &options.task).await?;
    let mut operations = Vec::new();
    if !members.is_empty() {
        let mut change = Value::from(members);
        change["op"] = Value::from("change");
        change["id"] = Value::from(id.as_str());
        operations.push(change);
    }
    for (op, tags) in [("untag", untag), ("tag", tags)] {
        if !tags.is_empty() {
            operations.push(json!({"op": op, "id": id, "tags": tags}));
        }
    }
    let changed = batch(server, operations).await?;
    let task = changed.last().cloned().unwrap_or_default();
    told.tell(&task, || format!("Changed {}\n", show::line(&task)))
}

pub(super) async fn place(server: &Connection, told: Told, options: &MoveOptions) -> Outcome {
    let id = names::id(server, &options.task).await?;
    let mut body = Map::new();
    if let Some(list) = &options.list {
        body.insert(
            "list_id".to_owned(),
            names::list(server, list).await?.value(),
        );
    }
    for (name, word) in [
        ("parent_id", &options.parent),
        ("after", &options.after),
        ("before", &options.before),
    ] {
        if let Some(word) = word {
            let other = names::id(server, word).await?;
            body.insert(name.to_owned(), Value::from(other));
        }
    }
    if options.top {
        body.insert("parent_id".to_owned(), Value::Null);
    }
    if options.first {
        body.insert("after".to_owned(), Value::Null);
    }
    let path = ["tasks", &id, "move"];
    let task = server
        .write(Method::POST, &path, &body.into(), Answer::Task)
        .await?;
    told.tell(&task, || format!("Moved {}\n", show::line(&task)))
}

/// Does all of it or nothing, and gives the tasks as they are then.
async fn batch(server: &Connection, operations: Vec<Value>) -> Answered<Vec<Value>> {
    if operations.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = operations
        .iter()
        .map(|operation| id_of(operation).to_owned())
        .collect();
    let body = json!({"operations": operations});
    let answer = server
        .write(Method::POST, &["tasks", "batch"], &body, Answer::Batch)
        .await;
    let answer = answer.map_err(|failure| about(failure, &ids))?;
    let results = answer["results"].as_array().into_iter().flatten();
    Ok(results
        .filter_map(|result| result.get("task").cloned())
        .collect())
}

/// Says which task it is about, where the server says which operation.
fn about(failure: Failure, ids: &[String]) -> Failure {
    let Failure::Said(text) = &failure else {
        return failure;
    };
    let place = text
        .strip_prefix("operations[")
        .and_then(|rest| rest.split_once("]: "));
    let Some((number, message)) = place else {
        return failure;
    };
    let id = number
        .parse()
        .ok()
        .and_then(|number: usize| ids.get(number));
    match id.filter(|_| ids.iter().any(|id| *id != ids[0])) {
        Some(id) => Failure::Said(format!("{}: {message}", show::short(id))),
        None => Failure::Said(message.to_owned()),
    }
}
