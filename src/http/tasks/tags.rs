//! The route of tags: which there are, and how many tasks have each.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use crate::domain::{ListScope, TagCount};
use crate::http::SharedApp;
use crate::http::body::json::Json;
use crate::http::conditional::{self, IfNoneMatch, etag};
use crate::http::extract::Owner;
use crate::http::problem::Problem;

/// The tags of a user's tasks.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"tags": [{"name": "home", "count": 3}, {"name": "work", "count": 12}]}))]
pub(in crate::http) struct TagList {
    /// In the order of their code points.
    tags: Vec<ListedTag>,
}

/// A tag, and how many tasks have it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ListedTag {
    name: String,
    #[schema(minimum = 1)]
    count: i64,
}

impl From<TagCount> for ListedTag {
    fn from(TagCount { name, count }: TagCount) -> Self {
        Self { name, count }
    }
}

/// List the user's tags
///
/// Those of tasks that are not in the trash, each with how many tasks have it, sorted by name.
#[utoipa::path(
    get, path = "/api/{user_id}/tags", tag = TAG,
    responses((status = 200, description = "The tags", body = TagList)),
)]
pub(in crate::http) async fn list_tags(
    State(app): State<SharedApp>,
    Owner { space, .. }: Owner,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    // The account first: a change before the tags are read makes the entity tag old, never wrong.
    let tag = etag::tags_tag(&app.tasks.count(&space, ListScope::default()).await?);
    if known.has(&tag) {
        return Ok(conditional::not_modified(tag));
    }
    let tags = app.tasks.list_tags(&space).await?;
    let tags = tags.into_iter().map(ListedTag::from).collect();
    Ok(([(ETAG, tag)], Json(TagList { tags })).into_response())
}
