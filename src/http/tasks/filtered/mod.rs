//! Lists with a filter or an order: from the parameters to a query, and back to a page. Filters and orders are
//! defined in `domain::filter`.

mod cursor;
mod question;
mod whole;

use axum::http::header::{ETAG, LINK};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};

pub(super) use self::question::Question;
use super::{TaskList, check_epoch};
use crate::domain::SpaceId;
use crate::http::SharedApp;
use crate::http::body::json::JsonText;
use crate::http::conditional::{self, IfNoneMatch};
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;

/// The parameters of a list, apart from the filter.
pub(super) struct Request {
    pub(super) space: SpaceId,
    pub(super) uri: Uri,
    pub(super) exchange: Exchange,
    pub(super) known: IfNoneMatch,
}

/// Answers a list with a filter or an order.
pub(super) async fn respond(
    app: SharedApp,
    question: Question,
    request: Request,
) -> Result<Response, Problem> {
    let Request {
        space,
        uri,
        exchange,
        known,
    } = request;
    let query = question.at(app.clock.now(), &space)?;
    let shown = query.asked.shown;
    if known.is_there() && query.has_tag() {
        let tag = query.tag(&app.tasks.count(&space, shown).await?);
        if let Some(tag) = tag.filter(|tag| known.has(tag)) {
            return Ok(conditional::not_modified(tag));
        }
    }
    // Sweeping the trash is not a change of the user, and shows only in the account.
    let account = if shown.deleted && query.has_tag() {
        Some(app.tasks.count(&space, shown).await?)
    } else {
        None
    };
    let Some(limit) = query.limit else {
        return whole::respond(app.tasks.clone(), space, query, account, exchange).await;
    };
    let after = query.after.as_ref();
    let _turn = app.tasks.turn(limit).await;
    let listing = app
        .tasks
        .list_filtered(&space, &query.asked, after, limit)
        .await?;
    check_epoch(query.epoch, &listing.page)?;
    let epoch = listing.page.epoch;
    let next_cursor = listing.next.map(|next| query.cursor(&space, epoch, next));
    let link = next_cursor.as_ref().map(|cursor| {
        let query = query.next(cursor);
        format!("<{}?{query}>; rel=\"next\"", uri.path())
    });
    let tag = query.tag(account.as_ref().unwrap_or(&listing.page));
    let list = TaskList {
        tasks: listing.page.tasks,
        count: listing.page.total,
        count_is_minimum: listing.has_more,
        next_cursor,
    };
    let mut response = JsonText(list.to_json()).into_response();
    if let Some(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
