//! `tickbox tasks list` and `search`: what there is.

use clap::Args;
use serde_json::Value;

use super::answer::Answer;
use super::connection::{Answered, Connection};
use super::names::{self, ListChoice};
use super::{Told, now, show, zone};
use crate::cli::{Failure, Outcome};

/// What is most pressing comes first; what has neither, by when it was made.
const ORDER: &str = "due, priority";

#[derive(Args)]
pub(super) struct ListOptions {
    /// Only those of a list: its name or its id, or inbox
    #[arg(long, value_name = "NAME|ID")]
    list: Option<String>,
    #[arg(
        long,
        value_name = "FILTER",
        allow_hyphen_values = true,
        help = "Only those that a filter selects: \"due <= today() AND tags:home\""
    )]
    filter: Option<String>,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Args)]
pub(super) struct SearchOptions {
    /// What must occur, each of them; `*` at the end of a word for all that begin with it
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Args)]
struct Extent {
    /// By which fields they are sorted: "priority, due desc"
    #[arg(long, value_name = "FIELDS", default_value = ORDER)]
    order: String,
    /// Also those that are done
    #[arg(long)]
    all: bool,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: Option<u16>,
}

pub(super) async fn list(server: &Connection, told: Told, options: &ListOptions) -> Outcome {
    let place = match &options.list {
        Some(word) => Some(names::list(server, word).await?),
        None => None,
    };
    let place = place.map(|place| match place {
        ListChoice::Inbox => "NOT list_id:*".to_owned(),
        ListChoice::List(id) => format!("list_id = {id}"),
    });
    let given = options.filter.as_ref();
    let given = given.filter(|filter| !filter.trim().is_empty());
    let Some((filter, place)) = given.zip(place.as_ref()) else {
        return show(server, told, given.cloned().or(place), &options.extent).await;
    };
    // AND beside an OR needs parentheses.
    let both = format!("({filter}) AND {place}");
    match show(server, told, Some(both), &options.extent).await {
        Err(Failure::Said(text)) if text.starts_with("filter: ") => {
            let text = of_filter_alone(server, filter).await?.unwrap_or(text);
            Err(Failure::Said(text))
        }
        outcome => outcome,
    }
}

/// What is wrong with a filter as it was written, if anything is: a mistake is named with its column.
async fn of_filter_alone(server: &Connection, filter: &str) -> Answered<Option<String>> {
    let query = [("filter", filter), ("limit", "1")];
    match server.get(&["tasks"], &query, Answer::Tasks).await {
        Err(Failure::Said(text)) => Ok(Some(text)),
        Err(failure) => Err(failure),
        Ok(_) => Ok(None),
    }
}

pub(super) async fn search(server: &Connection, told: Told, options: &SearchOptions) -> Outcome {
    let terms = options
        .words
        .iter()
        .flat_map(|words| words.split_whitespace());
    let terms: Vec<_> = terms.collect();
    if terms.iter().all(|term| term.trim_matches('*').is_empty()) {
        let text = "say what to look for: a word, or the beginning of one and *";
        return Err(Failure::Usage(text.to_owned()));
    }
    let terms: Vec<_> = terms.into_iter().map(term).collect();
    show(server, told, Some(terms.join(" ")), &options.extent).await
}

/// A word that means nothing but itself, and `*` at its end.
fn term(word: &str) -> String {
    format!(
        "text:\"{}\"",
        word.replace('\\', r"\\").replace('"', "\\\"")
    )
}

async fn show(server: &Connection, told: Told, filter: Option<String>, extent: &Extent) -> Outcome {
    let limit = extent.limit.map(|limit| limit.to_string());
    let zone = zone();
    let mut query = vec![("order_by", extent.order.as_str())];
    if !extent.all {
        query.push(("completed", "false"));
    }
    if let Some(filter) = &filter {
        query.push(("filter", filter));
        // Where the filter's days begin.
        query.extend(zone.as_deref().map(|zone| ("zone", zone)));
    }
    query.extend(limit.as_deref().map(|limit| ("limit", limit)));
    let answer = server.get(&["tasks"], &query, Answer::Tasks).await?;
    if told.json {
        return told.tell(&answer, String::new);
    }
    let tasks = answer["tasks"].as_array().map_or(&[][..], Vec::as_slice);
    let names = names::names(server, tasks).await?;
    show::tasks(tasks, &names, now().date())?;
    more(&answer, tasks.len())
}

/// That there are more than are shown.
fn more(answer: &Value, shown: usize) -> Outcome {
    let count = answer["count"].as_u64().unwrap_or_default();
    if answer["next_cursor"].is_null() || shown == 0 {
        return Ok(());
    }
    let at_least = if answer["count_is_minimum"] == true {
        "at least "
    } else {
        ""
    };
    crate::cli::print(&format!("{shown} of {at_least}{count}\n"))
}
