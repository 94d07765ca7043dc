//! The kept answer of a large batch, without the tasks in it. When the request is repeated, the tasks are added as they
//! are then.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::{AT_ONCE, Members};
use crate::domain::{Refusal, SpaceId, TaskId};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::tasks::Tasks;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    results: Vec<Members>,
}

/// Of a task in a result only its id and its version are left; of a task in an error, nothing. `None`
/// if the body has no results.
pub(super) fn shorten(body: &str) -> Option<String> {
    let mut all: Results = serde_json::from_str(body).ok()?;
    for result in &mut all.results {
        if let Some(task) = result.remove("task") {
            let task: Members = serde_json::from_str(task.get()).ok()?;
            let kept = task.into_iter();
            result.extend(kept.filter(|(name, _)| matches!(&**name, "id" | "version")));
        }
        if let Some(error) = result.get_mut("error") {
            let mut members: Members = serde_json::from_str(error.get()).ok()?;
            members.remove("current");
            *error = to_raw_value(&members).ok()?;
        }
    }
    serde_json::to_string(&all).ok()
}

/// For a task that no longer exists, only its id is sent.
pub(super) async fn fill(kept: &str, tasks: &Tasks, space: &SpaceId) -> Result<String, Problem> {
    let unreadable = |error: serde_json::Error| Problem::internal(Box::new(error));
    let mut all: Results = serde_json::from_str(kept).map_err(unreadable)?;
    let ids: Vec<Uuid> = all.results.iter().filter_map(told).collect();
    let looked = stream::iter(ids).map(async |id| find(tasks, space, id).await.map(|it| (id, it)));
    let looked: Vec<_> = looked.buffer_unordered(AT_ONCE).collect().await;
    let found: HashMap<Uuid, Option<Box<RawValue>>> =
        looked.into_iter().collect::<Result<_, Error>>()?;
    for result in &mut all.results {
        let Some(id) = told(result) else { continue };
        result.remove("version");
        if let Some(Some(task)) = found.get(&id) {
            result.remove("id");
            result.insert("task".to_owned(), task.clone());
        }
    }
    serde_json::to_string(&all).map_err(unreadable)
}

/// The id of the task in a result.
fn told(result: &Members) -> Option<Uuid> {
    result.get("version")?;
    let id: String = serde_json::from_str(result.get("id")?.get()).ok()?;
    Uuid::try_parse(&id).ok()
}

async fn find(tasks: &Tasks, space: &SpaceId, id: Uuid) -> Result<Option<Box<RawValue>>, Error> {
    match tasks.get(space, TaskId(id)).await {
        Ok(task) => {
            let mut json = Vec::new();
            task.write(&mut json);
            let json = String::from_utf8(json).map_err(|error| Error::Internal(error.into()))?;
            let json = RawValue::from_string(json);
            json.map(Some)
                .map_err(|error| Error::Internal(error.into()))
        }
        Err(Error::Refused(Refusal::NotFound(_))) => Ok(None),
        Err(error) => Err(error),
    }
}
