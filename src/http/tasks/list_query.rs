//! The query of a list: parsed strictly, and written again for the next page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;

use super::cursor;
use super::filtered::Question;
use crate::domain::{ListScope, Position, SpaceId};
use crate::http::SharedApp;
use crate::http::problem::Problem;
use crate::http::query::{self, flag, invalid, limit};

/// What a caller wants listed. Parameters with other names are ignored.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ListQuery {
    /// The most tasks on a page. Without it, all tasks are sent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000, example = 50)]
    pub(super) limit: Option<usize>,
    /// `next_cursor` of the page before, of the same query; an empty one is none.
    #[param(max_length = 16384, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
    /// Only tasks that are done (`true`) or open (`false`).
    completed: Option<bool>,
    /// `true`: the trash in place of the list. Not together with `completed`.
    deleted: Option<bool>,
    /// Only the tasks that this selects (AIP-160): fields, words, `AND`, `OR`, `NOT`, `today()`, `now()`.
    #[param(max_length = 1000, example = "completed = false AND due <= today()")]
    filter: Option<String>,
    /// Up to three of `created_at`, `updated_at`, `due`, `start`, `priority`, `title`, `order`, `completed_at`, each
    /// with ` desc` if wanted. Tasks without the value are last; ties are newest first.
    #[param(example = "due, priority")]
    order_by: Option<String>,
    /// Where `today()` and the days of the filter are: a name of the IANA time zone database. Left out: UTC.
    #[param(example = "Europe/Berlin")]
    zone: Option<String>,
}

impl ListQuery {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(query, |name, value| {
            Ok(match name {
                "limit" => read.limit.replace(limit(&value)?).is_some(),
                "completed" => read.completed.replace(flag(name, &value)?).is_some(),
                "deleted" => read.deleted.replace(flag(name, &value)?).is_some(),
                "cursor" => read.cursor.replace(value.into_owned()).is_some(),
                "filter" => read.filter.replace(value.into_owned()).is_some(),
                "order_by" => read.order_by.replace(value.into_owned()).is_some(),
                "zone" => read.zone.replace(value.into_owned()).is_some(),
                _ => false,
            })
        })?;
        // What a form or a template leaves empty.
        read.cursor = read.cursor.filter(|cursor| !cursor.is_empty());
        if read.filter().deleted && read.completed.is_some() {
            return Err(invalid("deleted", "cannot be combined with completed"));
        }
        Ok(read)
    }

    /// `None` where there is neither a filter nor an order.
    pub(super) fn question(&self) -> Result<Option<Question>, Problem> {
        let texts = [&self.filter, &self.order_by, &self.zone];
        Question::read(
            texts.map(Option::as_deref),
            self.filter(),
            self.limit,
            self.cursor.as_deref(),
        )
    }

    pub(super) fn filter(&self) -> ListScope {
        ListScope {
            completed: self.completed,
            deleted: self.deleted == Some(true),
        }
    }

    /// Where the page begins, and the epoch of the account when that was said.
    pub(super) fn position(&self, space: &SpaceId) -> Result<Option<(i64, Position)>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        match cursor::decode(space, self.filter(), cursor) {
            Some(position) => Ok(Some(position)),
            None => Err(invalid(
                "cursor",
                "must be the next_cursor of a page of the same list, with the same filter",
            )),
        }
    }

    /// The query of the page after this one.
    pub(super) fn next(&self, limit: usize, cursor: &str) -> String {
        let mut query = format!("limit={limit}&cursor={cursor}");
        query.push_str(match self.completed {
            _ if self.filter().deleted => "&deleted=true",
            None => "",
            Some(true) => "&completed=true",
            Some(false) => "&completed=false",
        });
        query
    }
}

impl FromRequestParts<SharedApp> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}
