//! Long members of tasks and lists in a kept answer: they are left out, and put in again when the request is repeated. A
//! task and its history have them already; otherwise a short request about a long task would store them once more.

use std::borrow::Cow;
use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{AT_ONCE, Members};
use crate::domain::{Item, ItemId, ListId, Outcome, SpaceId, TaskId};
use crate::http::problem::Problem;
use crate::tasks::Tasks;

/// The longest JSON of a member that is kept, and the longest body that is kept as it is: that of a plain task is not
/// looked through.
const LONGEST_MEMBER: usize = 256;
const LONGEST_BODY: usize = 512;

/// Stands on both sides of the number of a member that is left out. JSON has no such character.
const MARK: char = '\u{1}';

/// A member that is left out, as it was after the change `seq`.
#[derive(Serialize, Deserialize)]
pub(super) struct Omitted {
    id: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_list: bool,
    seq: i64,
    member: String,
    /// In an error, names are sorted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    in_error: bool,
}

/// The body without the long members of what the outcomes are about, and these members. A record with a later change than
/// the latest was never stored: a batch that is refused as a whole tells of tasks as they would have been.
pub(super) fn omit<'a>(
    body: &'a str,
    outcomes: &[Outcome],
    latest: i64,
) -> (Cow<'a, str>, Vec<Omitted>) {
    let (mut body, mut all) = (Cow::Borrowed(body), Vec::new());
    for outcome in outcomes {
        if body.len() <= LONGEST_BODY {
            break;
        }
        let item = match outcome {
            Ok(written) => written.item().map(Cow::Borrowed),
            Err(refusal) => refusal.item(),
        };
        let Some(item) = item.filter(|item| item.seq() <= latest) else {
            continue;
        };
        let (json, in_error) = (json_of(&item), outcome.is_err());
        if json.len() <= LONGEST_MEMBER {
            continue;
        }
        for (member, value) in members(&json, in_error).unwrap_or_default() {
            let text = format!("\"{member}\":{value}");
            if value.len() > LONGEST_MEMBER && body.contains(&text) {
                let left = format!("\"{member}\":{MARK}{}{MARK}", all.len());
                body = body.replace(&text, &left).into();
                all.push(Omitted {
                    id: item.id().uuid().to_string(),
                    is_list: matches!(item.id(), ItemId::List(_)),
                    seq: item.seq(),
                    member,
                    in_error,
                });
            }
        }
    }
    (body, all)
}

fn json_of(item: &Item) -> Vec<u8> {
    let mut json = Vec::new();
    item.write(&mut json);
    json
}

/// The JSON of each member of a task or a list, as it is spelled in an answer or in an error.
fn members(json: &[u8], in_error: bool) -> serde_json::Result<BTreeMap<String, String>> {
    if in_error {
        let members: BTreeMap<String, Value> = serde_json::from_slice(json)?;
        let members = members.into_iter();
        return Ok(members
            .map(|(name, value)| (name, value.to_string()))
            .collect());
    }
    let members: Members = serde_json::from_slice(json)?;
    let members = members.into_iter();
    Ok(members
        .map(|(name, value)| (name, value.get().to_owned()))
        .collect())
}

impl Omitted {
    fn item(&self) -> Option<ItemId> {
        let id = Uuid::try_parse(&self.id).ok()?;
        Some(if self.is_list {
            ItemId::List(ListId(id))
        } else {
            ItemId::Task(TaskId(id))
        })
    }

    /// Its JSON, of what the record was then.
    fn of(&self, item: Option<&Item>) -> serde_json::Result<String> {
        let Some(item) = item else {
            return Ok("null".to_owned());
        };
        let value = members(&json_of(item), self.in_error)?.remove(&self.member);
        Ok(value.unwrap_or_else(|| "null".to_owned()))
    }
}

/// Puts the members in again.
pub(super) async fn fill(
    body: &str,
    omitted: &[Omitted],
    tasks: &Tasks,
    space: &SpaceId,
) -> Result<String, Problem> {
    // The history of each record is read once, however many of its states are told.
    let mut asked: BTreeMap<ItemId, Vec<i64>> = BTreeMap::new();
    for omitted in omitted {
        let item = omitted.item().ok_or_else(unreadable)?;
        asked.entry(item).or_default().push(omitted.seq);
    }
    let found = stream::iter(asked).map(async |(item, seqs)| {
        let found = tasks.contents_as_of(space, item, seqs).await;
        found.map(|found| (item, found))
    });
    let found = found.buffer_unordered(AT_ONCE).try_collect().await;
    let found: BTreeMap<ItemId, BTreeMap<i64, Item>> = found?;
    let value = |omitted: &Omitted| {
        let of_item = omitted.item().and_then(|item| found.get(&item));
        omitted.of(of_item.and_then(|states| states.get(&omitted.seq)))
    };
    let mut filled = String::new();
    for (place, part) in body.split(MARK).enumerate() {
        if place % 2 == 0 {
            filled.push_str(part);
            continue;
        }
        let number: Option<usize> = part.parse().ok();
        let omitted = number.and_then(|number| omitted.get(number));
        let json = value(omitted.ok_or_else(unreadable)?);
        filled.push_str(&json.map_err(|error| Problem::internal(Box::new(error)))?);
    }
    Ok(filled)
}

pub(super) fn unreadable() -> Problem {
    Problem::internal("a kept answer cannot be read".into())
}
