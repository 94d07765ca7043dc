//! The route of tags: which there are, and on how many tasks.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use super::TAG;
use crate::domain::json::{write_list, write_number, write_text};
use crate::domain::{Filter, TagCount};
use crate::http::SharedApp;
use crate::http::body::json::JsonText;
use crate::http::conditional::{self, IfNoneMatch, etag};
use crate::http::extract::Owner;
use crate::http::problem::Problem;

/// The tags of a user's tasks.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
#[schema(example = json!({"tags": [{"name": "home", "count": 3}, {"name": "work", "count": 12}]}))]
pub(in crate::http) struct TagList {
    /// In the order of their code points.
    tags: Vec<ListedTag>,
}

/// A tag, and how many tasks have it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(in crate::http) struct ListedTag {
    name: String,
    #[schema(minimum = 1)]
    count: i64,
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
    // The account first: what changes before the tags are read makes the tag old, never wrong.
    let tag = etag::tags_tag(&app.tasks.count(&space, Filter::default()).await?);
    if known.has(&tag) {
        return Ok(conditional::not_modified(tag));
    }
    let tags = app.tasks.list_tags(&space).await?;
    let mut json = b"{\"tags\":".to_vec();
    write_list(&mut json, &tags, |json, TagCount { name, count }| {
        json.extend_from_slice(b"{\"name\":");
        write_text(json, name);
        json.extend_from_slice(b",\"count\":");
        write_number(json, *count);
        json.push(b'}');
    });
    json.push(b'}');
    Ok(([(ETAG, tag)], JsonText(json)).into_response())
}
