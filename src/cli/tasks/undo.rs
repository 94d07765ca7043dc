//! `tickbox tasks undo`: finds the latest change that was not undone yet, and prints what was undone.

use std::cmp::Reverse;
use std::fmt::Write;

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::Answer;
use super::connection::{Answered, Connection};
use super::names::id_of;
use super::{Told, report, show};
use crate::cli::{Failure, Outcome, program};

/// Largest page of changes.
const PAGE: &str = "1000";

/// So many tasks are named.
const MOST_NAMED: usize = 10;

#[derive(Args)]
pub(super) struct UndoOptions {
    /// The number of a change; left out: the latest that was not undone yet
    #[arg(conflicts_with = "import")]
    change: Option<i64>,
    /// Take an import back, by its id
    #[arg(long, value_name = "ID")]
    import: Option<Uuid>,
}

/// What has changed last about a task or a list.
struct Latest {
    seq: i64,
    /// `tasks` or `lists`.
    room: &'static str,
    id: String,
    /// Not known of what is in the trash.
    title: Option<String>,
}

pub(super) async fn undo(server: &Connection, told: Told, options: &UndoOptions) -> Outcome {
    if let Some(import) = options.import {
        return undo_import(server, told, &import.to_string()).await;
    }
    if let Some(seq) = options.change {
        return undo_change(server, told, seq, "").await;
    }
    let Some((change, item)) = find(server).await? else {
        return Err(Failure::Said("there is nothing to undo".to_owned()));
    };
    if let Some(import) = change["import"].as_str() {
        return undo_import(server, told, import).await;
    }
    let about = format!(", which {}", what(&change, &item));
    undo_change(server, told, seq_of(&change), &about).await
}

/// The latest change that is no undo and was not undone, and what it is about. What has changed last comes first, so
/// only few histories are read.
async fn find(server: &Connection) -> Answered<Option<(Value, Latest)>> {
    let mut found: Option<(Value, Latest)> = None;
    for item in latest(server).await? {
        let best = found.as_ref().map_or(0, |(change, _)| seq_of(change));
        if best >= item.seq {
            break;
        }
        if let Some(change) = standing(server, &item).await?
            && seq_of(&change) > best
        {
            found = Some((change, item));
        }
    }
    Ok(found)
}

/// All that has ever changed, the latest first.
async fn latest(server: &Connection) -> Answered<Vec<Latest>> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut query = vec![("kinds", "task,list"), ("limit", PAGE)];
        if !cursor.is_empty() {
            query.push(("since", &cursor));
        }
        let page = server.get(&["changes"], &query, Answer::Changes).await?;
        all.extend(
            page["changes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(read),
        );
        let next = page["next_cursor"].as_str().unwrap_or_default();
        if page["has_more"] != true || next == cursor {
            break;
        }
        next.clone_into(&mut cursor);
    }
    all.sort_by_key(|item| Reverse(item.seq));
    Ok(all)
}

fn read(change: &Value) -> Option<Latest> {
    let is_list = change.get("list").is_some() || change["kind"] == "list";
    let id = change["deleted"].as_str();
    let id = id.or_else(|| {
        change["task"]["id"]
            .as_str()
            .or(change["list"]["id"].as_str())
    });
    Some(Latest {
        seq: change["seq"].as_i64()?,
        room: if is_list { "lists" } else { "tasks" },
        id: id?.to_owned(),
        title: change.get("task").or(change.get("list")).map(show::title),
    })
}

/// The latest change of one thing that still stands.
async fn standing(server: &Connection, item: &Latest) -> Answered<Option<Value>> {
    let mut history: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = [item.room, &item.id, "history"];
        let mut query = vec![("limit", "100")];
        if !cursor.is_empty() {
            query.push(("cursor", &cursor));
        }
        // It may be out of the trash, and gone for good.
        let Some(page) = server.find(&path, &query, Answer::History).await? else {
            return Ok(None);
        };
        history.extend(page["history"].as_array().cloned().unwrap_or_default());
        if let Some(change) = first_standing(&history) {
            return Ok(Some(whole(change, &history)));
        }
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return Ok(None),
        }
    }
}

/// With all members that the same write has replaced, since they are undone together.
fn whole(change: &Value, history: &[Value]) -> Value {
    let mut whole = change.clone();
    for other in history
        .iter()
        .filter(|other| write_of(other) == write_of(change))
    {
        for (name, value) in other["before"].as_object().into_iter().flatten() {
            whole["before"][name] = value.clone();
        }
    }
    whole
}

/// By what a write is known: all changes of one have these in common.
fn write_of(change: &Value) -> (&Value, &Value) {
    (&change["at"], &change["request_id"])
}

/// The newest of these, which is no undo, no making of room, and not undone by one that stands.
fn first_standing(history: &[Value]) -> Option<&Value> {
    let mut undone = Vec::new();
    for (place, change) in history.iter().enumerate() {
        let is_undone = undone.contains(&write_of(change));
        let Some(first) = change["undoes"].as_i64() else {
            if !is_undone && change["kind"] != "spread" {
                return Some(change);
            }
            continue;
        };
        // It names the first change of a batch, which may be that of another task.
        let mut earliest_first = history[place + 1..].iter().rev();
        let taken_back = earliest_first.find(|other| seq_of(other) >= first);
        if !is_undone && let Some(taken_back) = taken_back {
            undone.push(write_of(taken_back));
        }
    }
    None
}

fn seq_of(change: &Value) -> i64 {
    change["seq"].as_i64().unwrap_or_default()
}

fn what(change: &Value, item: &Latest) -> String {
    let thing = if item.room == "lists" {
        "a list"
    } else {
        "a task"
    };
    let before = change["before"].as_object();
    let members: Vec<_> = before
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let title = item.title.as_deref().map(|title| format!("\"{title}\", "));
    let thing = format!(
        "{thing} ({}{})",
        title.unwrap_or_default(),
        show::short(&item.id)
    );
    match change["kind"].as_str().unwrap_or_default() {
        "changed" if !members.is_empty() => {
            format!("changed {} of {thing}", members.join(", "))
        }
        kind => format!("{kind} {thing}"),
    }
}

async fn undo_change(server: &Connection, told: Told, seq: i64, about: &str) -> Outcome {
    let path = ["changes", &seq.to_string(), "undo"];
    let mut answer = server
        .write(Method::POST, &path, &json!({}), Answer::Undone)
        .await?;
    answer["undone"] = Value::from(seq);
    told.tell(&answer, || {
        let mut text = format!("Undid change {seq}{about}\n");
        let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
        for change in changes.iter().take(MOST_NAMED) {
            let _ = writeln!(text, "  {}", now(change));
        }
        if changes.len() > MOST_NAMED {
            let _ = writeln!(text, "  and {} more", changes.len() - MOST_NAMED);
        }
        if let Some(last) = changes.last() {
            let (program, seq) = (program(), seq_of(last));
            let _ = writeln!(text, "Take that back: {program} tasks undo {seq}");
        }
        text
    })
}

/// How something is after an undo.
fn now(change: &Value) -> String {
    if let Some(id) = change["deleted"].as_str() {
        return format!("{} is in the trash now", show::short(id));
    }
    let item = change.get("task").or(change.get("list"));
    let Some(item) = item else {
        return String::new();
    };
    let state = if item["completed"] == true {
        "done"
    } else {
        "open"
    };
    match change.get("task") {
        Some(_) => format!("{}: {state}", show::line(item)),
        None => format!("{} {}", show::short(id_of(item)), show::title(item)),
    }
}

async fn undo_import(server: &Connection, told: Told, import: &str) -> Outcome {
    let path = ["imports", import, "undo"];
    let answer = server.write_for_long(&path, Answer::ImportUndone).await?;
    told.tell(&answer, || report::reversal(&answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(seq: i64, kind: &str, at: &str, undoes: Option<i64>) -> Value {
        let mut change = json!({"seq": seq, "kind": kind, "at": at, "request_id": at});
        if let Some(first) = undoes {
            change["undoes"] = Value::from(first);
        }
        change
    }

    #[test]
    fn the_latest_change_that_stands_is_no_undo_and_not_undone() {
        let mut history = vec![
            change(2, "changed", "b", None),
            change(1, "created", "a", None),
        ];
        let standing = |history: &[Value]| first_standing(history).map(seq_of);
        assert_eq!(standing(&history), Some(2));
        history.insert(0, change(3, "changed", "c", Some(2)));
        assert_eq!(standing(&history), Some(1));
        // An undo of the undo: what it had taken back stands again.
        history.insert(0, change(4, "changed", "d", Some(3)));
        assert_eq!(standing(&history), Some(2));
        history.insert(0, change(5, "changed", "e", Some(2)));
        history.insert(0, change(6, "deleted", "f", Some(1)));
        assert_eq!(standing(&history), None);
    }

    #[test]
    fn a_batch_is_undone_as_a_whole() {
        let history = [
            change(9, "changed", "c", Some(4)),
            change(7, "changed", "b", None),
            change(6, "changed", "b", None),
            change(3, "created", "a", None),
        ];
        assert_eq!(first_standing(&history).map(seq_of), Some(3));
    }
}
