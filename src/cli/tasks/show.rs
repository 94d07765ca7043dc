//! How tasks look on a terminal: tables, colours only on a terminal, and no control characters from titles.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use jiff::civil::Date;
use serde_json::Value;

use crate::cli::{Outcome, print};

/// The fewest signs of an id that are shown: among some hundred tasks one of sixteen million is mostly alone.
const SHORTEST: usize = 6;

/// Text of others for a terminal: whatever could steer it is a space.
pub(super) fn plain(text: &str) -> String {
    let steers = |sign: char| {
        sign.is_control() || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(steers, " ")
}

/// The end of an id, which differs even where tasks were made in the same moment.
pub(super) fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(SHORTEST)..).unwrap_or(id)
}

/// How many signs tell these ids apart.
fn enough(ids: &[&str]) -> usize {
    let longest = ids.iter().map(|id| id.len()).max().unwrap_or(SHORTEST);
    let are_apart = |length: &usize| {
        let mut ends: Vec<_> = ids
            .iter()
            .map(|id| &id[id.len().saturating_sub(*length)..])
            .collect();
        ends.sort_unstable();
        ends.windows(2).all(|pair| pair[0] != pair[1])
    };
    (SHORTEST..=longest).find(are_apart).unwrap_or(longest)
}

/// A date as it is written in the task: in its own zone, and in no other.
pub(super) fn when(date: &Value) -> String {
    if let Some(day) = date["date"].as_str() {
        return plain(day);
    }
    let local = date["local"]
        .as_str()
        .unwrap_or_default()
        .replacen('T', " ", 1);
    let local = local.strip_suffix(":00").unwrap_or(&local);
    let zone = date["zone"].as_str().unwrap_or_default();
    plain(&format!("{local} {zone}")).trim_end().to_owned()
}

pub(super) fn title(task: &Value) -> String {
    plain(
        task["title"]
            .as_str()
            .or(task["name"].as_str())
            .unwrap_or_default(),
    )
}

/// `a1b2c3 Pay rent (due 2026-12-01)`.
pub(super) fn line(task: &Value) -> String {
    let id = task["id"].as_str().unwrap_or_default();
    let due = match task.get("due") {
        Some(due) => format!(" (due {})", when(due)),
        None => String::new(),
    };
    format!("{} {}{due}", short(id), title(task))
}

/// Names of lists, and titles of the tasks that are shown, by id.
pub(super) type Names = HashMap<String, String>;

type Cell = (&'static str, fn(&Value, &Names) -> String);

/// The columns of a table, in order. One in which nothing stands is left out.
const COLUMNS: [Cell; 8] = [
    ("done", |task, _| {
        if task["completed"] == true { "x" } else { "" }.to_owned()
    }),
    ("title", |task, _| title(task)),
    ("due", |task, _| {
        task.get("due").map(when).unwrap_or_default()
    }),
    ("repeats", |task, _| {
        plain(task["recurrence"]["rule"].as_str().unwrap_or_default())
    }),
    ("priority", |task, _| {
        task.get("priority")
            .map(Value::to_string)
            .unwrap_or_default()
    }),
    ("tags", |task, _| {
        let tags = task["tags"].as_array().into_iter().flatten();
        let tags: Vec<_> = tags.filter_map(Value::as_str).map(plain).collect();
        tags.join(", ")
    }),
    ("list", |task, names| name_of(&task["list_id"], names)),
    ("part of", |task, names| name_of(&task["parent_id"], names)),
];

/// What is not known by a name is known by its id.
fn name_of(id: &Value, names: &Names) -> String {
    let id = id.as_str().unwrap_or_default();
    names
        .get(id)
        .map_or_else(|| short(id).to_owned(), |name| plain(name))
}

/// Tasks for a person, one in each line.
pub(super) fn tasks(tasks: &[Value], names: &Names, today: Date) -> Outcome {
    if tasks.is_empty() {
        return print("No tasks\n");
    }
    let ids: Vec<_> = tasks
        .iter()
        .filter_map(|task| task["id"].as_str())
        .collect();
    let length = enough(&ids);
    let end = |id: &&str| id[id.len().saturating_sub(length)..].to_owned();
    let mut columns = vec![("id", ids.iter().map(end).collect::<Vec<_>>())];
    for (head, cell) in COLUMNS {
        let cells: Vec<_> = tasks.iter().map(|task| cell(task, names)).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            columns.push((head, cells));
        }
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(columns.iter().map(|(head, _)| *head));
    for row in 0..tasks.len() {
        table.add_row(
            columns
                .iter()
                .map(|(_, cells)| cells.get(row).cloned().unwrap_or_default()),
        );
    }
    let text = table.trim_fmt();
    let (paints, is_painted) = (paints(tasks, today), has_colours());
    let mut shown = String::new();
    for (line, paint) in text.lines().zip(paints) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let _ = match paint.filter(|_| is_painted) {
            Some(paint) => writeln!(shown, "\x1b[{paint}m{line}\x1b[0m"),
            None => writeln!(shown, "{line}"),
        };
    }
    print(&shown)
}

/// How each line is painted: the head bold, what is done dim, what is late red, what is due today yellow.
fn paints(tasks: &[Value], today: Date) -> impl Iterator<Item = Option<&'static str>> {
    let of_task = move |task: &Value| {
        if task["completed"] == true {
            return Some("2");
        }
        let due = &task["due"];
        let day = due["date"].as_str().or(due["local"].as_str())?;
        let day: Date = day.get(..10)?.parse().ok()?;
        match day.cmp(&today) {
            std::cmp::Ordering::Less => Some("31"),
            std::cmp::Ordering::Equal => Some("33"),
            std::cmp::Ordering::Greater => None,
        }
    };
    std::iter::once(Some("1")).chain(tasks.iter().map(of_task))
}

/// Only on a terminal, and not where the reader does not want any (no-color.org).
fn has_colours() -> bool {
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_unwanted && !is_dumb()
}

/// A terminal that shows what should steer it.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_shown_as_they_are_written() {
        assert_eq!(when(&json!({"date": "2026-12-01"})), "2026-12-01");
        assert_eq!(
            when(&json!({"local": "2026-12-01T09:00:00"})),
            "2026-12-01 09:00"
        );
        let zoned = json!({"local": "2026-12-01T09:00:30", "zone": "Europe/Berlin"});
        assert_eq!(when(&zoned), "2026-12-01 09:00:30 Europe/Berlin");
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(plain("a\x1b[31m\nb\u{202e}c"), "a [31m b c");
    }

    #[test]
    fn ids_are_as_long_as_they_differ() {
        assert_eq!(enough(&["aaaa-111111", "bbbb-222222"]), 6);
        assert_eq!(enough(&["aaaa-3111111", "bbbb-4111111"]), 7);
        assert_eq!(short("01a2-111111"), "111111");
    }
}
