//! How people name tasks and lists: the beginning or the end of an id, or a list's name.

use std::fmt::Write;

use serde_json::Value;

use super::answer::Answer;
use super::connection::{Answered, Connection};
use super::show::{Names, line, plain};
use crate::cli::Failure;
use crate::domain::TaskId;

/// The fewest signs that name a task. Fewer are mostly a slip, such as the number of a line.
const FEWEST: usize = 4;

/// So many candidates are named.
const MOST_CANDIDATES: usize = 10;

/// The tasks that the words name, in their order, each once.
pub(super) async fn tasks(server: &Connection, words: &[String]) -> Answered<Vec<Value>> {
    let mut all = None;
    let mut found: Vec<Value> = Vec::new();
    for word in words {
        let task = if let Some(id) = TaskId::parse(word) {
            server
                .get(&["tasks", &id.0.to_string()], &[], Answer::Task)
                .await?
        } else {
            if all.is_none() {
                all = Some(server.get(&["tasks"], &[], Answer::Tasks).await?);
            }
            let known = all.as_ref().and_then(|all| all["tasks"].as_array());
            one(known.map_or(&[], Vec::as_slice), word)?.clone()
        };
        if found.iter().all(|other| id_of(other) != id_of(&task)) {
            found.push(task);
        }
    }
    Ok(found)
}

pub(super) async fn task(server: &Connection, word: &str) -> Answered<Value> {
    let mut found = tasks(server, &[word.to_owned()]).await?;
    found.pop().ok_or(Failure::Silent)
}

/// The id of the task that a word names.
pub(super) async fn id(server: &Connection, word: &str) -> Answered<String> {
    if let Some(id) = TaskId::parse(word) {
        return Ok(id.0.to_string());
    }
    Ok(id_of(&task(server, word).await?).to_owned())
}

pub(super) fn id_of(task: &Value) -> &str {
    task["id"].as_str().unwrap_or_default()
}

/// The task that a word names by a part of its id.
fn one<'a>(all: &'a [Value], word: &str) -> Answered<&'a Value> {
    let Some(candidates) = candidates(all, word) else {
        return Err(Failure::Usage(format!(
            "\"{}\" names no task: give an id, or at least {FEWEST} signs of its beginning or end",
            plain(word)
        )));
    };
    match candidates[..] {
        [one] => Ok(one),
        [] => Err(Failure::Said(format!(
            "no task has an id that begins or ends with {word}"
        ))),
        _ => Err(ambiguous(&candidates, word)),
    }
}

/// What has an id that begins or ends so; `None` where the word is not enough of an id.
fn candidates<'a>(all: &'a [Value], word: &str) -> Option<Vec<&'a Value>> {
    let sought = word.to_ascii_lowercase();
    let is_of_id = |sign: char| sign.is_ascii_hexdigit() || sign == '-';
    if sought.len() < FEWEST || !sought.chars().all(is_of_id) {
        return None;
    }
    let is_meant = |item: &&Value| {
        let id = id_of(item);
        id.starts_with(&sought) || id.ends_with(&sought)
    };
    Some(all.iter().filter(is_meant).collect())
}

fn ambiguous(candidates: &[&Value], word: &str) -> Failure {
    let mut text = format!("\"{}\" could be each of {}:", plain(word), candidates.len());
    for item in candidates.iter().take(MOST_CANDIDATES) {
        let line = line(item);
        let (_, rest) = line.split_once(' ').unwrap_or_default();
        let _ = write!(text, "\n  {} {rest}", id_of(item));
    }
    Failure::Said(text)
}

/// Where tasks are that are in no list.
const INBOX: &str = "inbox";

/// Where a task is, or comes to be.
#[derive(Debug, PartialEq)]
pub(super) enum ListChoice {
    Inbox,
    List(String),
}

impl ListChoice {
    /// As the API has it.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Inbox => Value::Null,
            Self::List(id) => Value::from(id.as_str()),
        }
    }
}

/// The list that a word names: by its name, without regard to case if need be, or by its id.
pub(super) async fn list(server: &Connection, word: &str) -> Answered<ListChoice> {
    let answer = server.get(&["lists"], &[], Answer::Lists).await?;
    let lists = answer["lists"].as_array().map_or(&[][..], Vec::as_slice);
    choose(lists, word)
}

fn choose(lists: &[Value], word: &str) -> Answered<ListChoice> {
    // So that it can be named whatever lists are called.
    if word == INBOX {
        return Ok(ListChoice::Inbox);
    }
    let name = |list: &Value| list["name"].as_str().unwrap_or_default().to_owned();
    let chosen = |list: &Value| Ok(ListChoice::List(id_of(list).to_owned()));
    let exact: Vec<_> = lists.iter().filter(|list| name(list) == word).collect();
    let folded = word.to_lowercase();
    let alike = lists
        .iter()
        .filter(|list| name(list).to_lowercase() == folded);
    let by_name = if exact.is_empty() {
        alike.collect()
    } else {
        exact
    };
    match by_name[..] {
        [one] => return chosen(one),
        [] if folded == INBOX => return Ok(ListChoice::Inbox),
        [] => {}
        _ => return Err(ambiguous(&by_name, word)),
    }
    match candidates(lists, word).unwrap_or_default()[..] {
        [one] => chosen(one),
        [] => {
            let mut names: Vec<_> = lists.iter().map(|list| plain(&name(list))).collect();
            names.push(INBOX.to_owned());
            Err(Failure::Said(format!(
                "there is no list \"{}\". There are: {}",
                plain(word),
                names.join(", ")
            )))
        }
        ref several => Err(ambiguous(several, word)),
    }
}

/// What a table of these tasks calls their lists and parents. Lists are asked for only where a task is in one.
pub(super) async fn names(server: &Connection, tasks: &[Value]) -> Answered<Names> {
    let entry =
        |item: &Value, name: &str| Some((id_of(item).to_owned(), item[name].as_str()?.to_owned()));
    let mut names: Names = tasks
        .iter()
        .filter_map(|task| entry(task, "title"))
        .collect();
    if tasks.iter().any(|task| task.get("list_id").is_some()) {
        let answer = server.get(&["lists"], &[], Answer::Lists).await?;
        let lists = answer["lists"].as_array().into_iter().flatten();
        names.extend(lists.filter_map(|list| entry(list, "name")));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(failure: Failure) -> String {
        match failure {
            Failure::Said(text) | Failure::Usage(text) => text,
            Failure::Silent => String::new(),
        }
    }

    #[test]
    fn a_list_is_named_by_its_name_or_its_id() {
        let lists = [
            json!({"id": "01a20000-0000-7000-8000-00000000aaaa", "name": "Home"}),
            json!({"id": "01a20000-0000-7000-8000-00000000bbbb", "name": "home"}),
            json!({"id": "01a20000-0000-7000-8000-00000000cccc", "name": "Work"}),
            json!({"id": "01a20000-0000-7000-8000-00000000dddd", "name": "inbox"}),
        ];
        let choose = |word: &str| choose(&lists, word).map_err(said);
        let list = |end: &str| {
            Ok(ListChoice::List(format!(
                "01a20000-0000-7000-8000-00000000{end}"
            )))
        };
        assert_eq!(choose("home"), list("bbbb"));
        assert_eq!(choose("WORK"), list("cccc"));
        assert_eq!(choose("CCCC"), list("cccc"));
        assert_eq!(choose("inbox"), Ok(ListChoice::Inbox));
        assert_eq!(choose("Inbox"), list("dddd"));
        assert_eq!(choose("dddd"), list("dddd"));
        assert_eq!(
            super::choose(&lists[..3], "Inbox").map_err(said),
            Ok(ListChoice::Inbox)
        );
        assert!(
            choose("HOME")
                .unwrap_err()
                .contains("could be each of 2:\n")
        );
        assert!(
            choose("01a2")
                .unwrap_err()
                .contains("could be each of 4:\n")
        );
        let none = "there is no list \"x\". There are: Home, home, Work, inbox, inbox";
        assert_eq!(choose("x"), Err(none.to_owned()));
    }
}
