//! What an answer must have, because a command prints it or goes on with it: JSON of a stranger is not taken for tasks.

use serde_json::Value;

/// What was asked for.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    Task,
    Tasks,
    Lists,
    Batch,
    Changes,
    History,
    Undone,
    Import,
    ImportUndone,
}

impl Answer {
    pub(super) fn fits(self, answer: &Value) -> bool {
        match self {
            Self::Task => is_task(answer),
            Self::Tasks => answer["count"].is_u64() && each(answer, "tasks", is_task),
            Self::Lists => each(answer, "lists", |list| has_texts(list, &["id", "name"])),
            Self::Batch => each(answer, "results", |result| is_task(&result["task"])),
            Self::Changes | Self::Undone => each(answer, "changes", is_numbered),
            Self::History => each(answer, "history", is_numbered),
            Self::Import => {
                has_texts(answer, &["id"])
                    && answer["created"].is_u64()
                    && answer["lists"]["created"].is_u64()
            }
            Self::ImportUndone => has_texts(answer, &["id"]) && answer["removed"].is_u64(),
        }
    }
}

fn each(answer: &Value, name: &str, fits: impl FnMut(&Value) -> bool) -> bool {
    let items = answer[name].as_array();
    items.is_some_and(|items| items.iter().all(fits))
}

fn is_task(item: &Value) -> bool {
    item["completed"].is_boolean() && has_texts(item, &["id", "title"])
}

fn is_numbered(change: &Value) -> bool {
    change["seq"].is_i64()
}

fn has_texts(item: &Value, names: &[&str]) -> bool {
    names.iter().all(|name| item[*name].is_string())
}
