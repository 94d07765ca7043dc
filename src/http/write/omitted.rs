//! Long members of tasks and lists in a kept answer: they are left out, and put in again when the request is repeated. A
//! task and its history have them already; otherwise a short request about a long task would store them once more.

use std::borrow::Cow;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
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
}

/// The body without the long members of what the outcomes are about, and these members. The outcomes must
/// have been committed.
pub(super) fn omit<'a>(body: &'a str, outcomes: &[Outcome]) -> (Cow<'a, str>, Vec<Omitted>) {
    let (mut body, mut all) = (Cow::Borrowed(body), Vec::new());
    for outcome in outcomes {
        if body.len() <= LONGEST_BODY {
            break;
        }
        let item = match outcome {
            Ok(written) => written.item().map(Cow::Borrowed),
            Err(refusal) => refusal.item(),
        };
        for (member, value) in item.iter().flat_map(|item| long_members(item)) {
            if body.contains(&value) {
                let left = format!("\"{member}\":{MARK}{}{MARK}", all.len());
                body = body.replace(&value, &left).into();
                all.extend(item.as_deref().map(|item| Omitted::of(item, member)));
            }
        }
    }
    (body, all)
}

/// The long members of a task or a list: name, and name and value as JSON.
fn long_members(item: &Item) -> Vec<(String, String)> {
    let members = members(item).unwrap_or_default().into_iter();
    members
        .filter(|(_, value)| value.get().len() > LONGEST_MEMBER)
        .map(|(name, value)| {
            let json = format!("\"{name}\":{}", value.get());
            (name, json)
        })
        .collect()
}

fn members(item: &Item) -> serde_json::Result<Members> {
    let mut json = Vec::new();
    item.write(&mut json);
    serde_json::from_slice(&json)
}

impl Omitted {
    fn of(item: &Item, member: String) -> Self {
        Self {
            id: item.id().uuid().to_string(),
            is_list: matches!(item.id(), ItemId::List(_)),
            seq: item.seq(),
            member,
        }
    }

    /// Its JSON.
    async fn find(self, tasks: &Tasks, space: &SpaceId) -> Result<String, Problem> {
        let id = Uuid::try_parse(&self.id).map_err(|error| Problem::internal(Box::new(error)))?;
        let item = if self.is_list {
            ItemId::List(ListId(id))
        } else {
            ItemId::Task(TaskId(id))
        };
        let Some(item) = tasks.content_as_of(space, item, self.seq).await? else {
            return Ok("null".to_owned());
        };
        let members = members(&item).map_err(|error| Problem::internal(Box::new(error)))?;
        let value = members.get(&self.member).map(|value| value.get());
        Ok(value.unwrap_or("null").to_owned())
    }
}

/// Puts the members in again.
pub(super) async fn fill(
    body: &str,
    omitted: Vec<Omitted>,
    tasks: &Tasks,
    space: &SpaceId,
) -> Result<String, Problem> {
    let found = stream::iter(omitted).map(|omitted| omitted.find(tasks, space));
    let found: Vec<String> = found.buffered(AT_ONCE).try_collect().await?;
    let mut filled = String::new();
    for (place, part) in body.split(MARK).enumerate() {
        let is_number = place % 2 == 1;
        let value = is_number.then(|| {
            part.parse()
                .ok()
                .and_then(|number: usize| found.get(number))
        });
        match value {
            None => filled.push_str(part),
            Some(Some(value)) => filled.push_str(value),
            Some(None) => return Err(Problem::internal("a kept answer cannot be read".into())),
        }
    }
    Ok(filled)
}
