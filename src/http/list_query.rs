//! The query of a list: read strictly, written again for the next page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::problem::{FieldError, Problem};
use super::{SharedApp, cursor};
use crate::domain::limits::PAGE;
use crate::domain::{Filter, Position, SpaceId};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the query; it is read by hand, so that an error is told in the envelope"
)]
pub(super) struct ListParameters {
    /// The most tasks on a page. Without it, all tasks are sent.
    #[param(minimum = 1, maximum = 1000, example = 50)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, of the same query; an empty one is none.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
    /// Only tasks that are done (`true`) or open (`false`).
    completed: Option<bool>,
    /// `true`: the trash in place of the list. Not together with `completed`.
    deleted: Option<bool>,
}

/// What a caller wants listed. Parameters with other names are ignored.
#[derive(Debug, Default)]
pub(super) struct ListQuery {
    /// `None`: the whole list.
    pub(super) limit: Option<usize>,
    pub(super) filter: Filter,
    pub(super) cursor: Option<String>,
}

impl ListQuery {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self::default();
        let mut deleted = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let again = match &*name {
                "limit" => read.limit.replace(limit(&value)?).is_some(),
                "completed" => {
                    let completed = flag("completed", &value)?;
                    read.filter.completed.replace(completed).is_some()
                }
                "deleted" => deleted.replace(flag("deleted", &value)?).is_some(),
                "cursor" => read.cursor.replace(value.into_owned()).is_some(),
                _ => false,
            };
            if again {
                return Err(Problem::bad_request(format!(
                    "The query names {name} twice"
                )));
            }
        }
        // What a form or a template leaves empty.
        read.cursor = read.cursor.filter(|cursor| !cursor.is_empty());
        read.filter.deleted = deleted == Some(true);
        if read.filter.deleted && read.filter.completed.is_some() {
            return Err(invalid("deleted", "cannot be combined with completed"));
        }
        Ok(read)
    }

    /// Reads only what makes a page; what else there may be is ignored.
    pub(super) fn paging(query: &str) -> Result<Self, Problem> {
        let mut paging = form_urlencoded::Serializer::new(String::new());
        let pairs = form_urlencoded::parse(query.as_bytes());
        paging.extend_pairs(pairs.filter(|(name, _)| matches!(&**name, "limit" | "cursor")));
        Self::read(&paging.finish())
    }

    /// Where the page begins.
    pub(super) fn position(&self, space: &SpaceId) -> Result<Option<Position>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        match cursor::decode(space, self.filter, cursor) {
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
        query.push_str(match self.filter.completed {
            _ if self.filter.deleted => "&deleted=true",
            None => "",
            Some(true) => "&completed=true",
            Some(false) => "&completed=false",
        });
        query
    }
}

pub(super) fn limit(text: &str) -> Result<usize, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::bad_request(
            "The query's limit must be a whole number from 1 to 1000",
        ));
    }
    match text.parse() {
        Ok(limit @ 1..=PAGE) => Ok(limit),
        _ => Err(invalid("limit", "must be from 1 to 1000")),
    }
}

fn flag(name: &str, text: &str) -> Result<bool, Problem> {
    let wrong = |_| Problem::bad_request(format!("The query's {name} must be true or false"));
    text.parse().map_err(wrong)
}

pub(super) fn invalid(field: &'static str, rule: &'static str) -> Problem {
    Problem::invalid(&[FieldError { field, rule }])
}

impl FromRequestParts<SharedApp> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}
