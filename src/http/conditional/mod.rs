//! Conditional requests (RFC 9110 §13): the headers in which callers send entity tags. How tags are made is in `etag`.

pub(super) mod etag;

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use self::etag::{version_tag, without_coding};
use crate::domain::{Expected, Item, Task};
use crate::http::SharedApp;
use crate::http::body::json::JsonText;
use crate::http::problem::Problem;

/// A task or a list with its tag; only the tag where the caller has this version already.
pub(super) fn tagged(item: &Item, known: &IfNoneMatch) -> Response {
    let tag = version_tag(item.version());
    if known.has(&tag) {
        return not_modified(tag);
    }
    let mut json = Vec::with_capacity(Task::USUAL_JSON);
    item.write(&mut json);
    ([(ETAG, tag)], JsonText(json)).into_response()
}

/// `304 Not Modified`: the caller has the present version.
pub(super) fn not_modified(tag: HeaderValue) -> Response {
    (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()
}

/// `If-Match` of a write: the versions that the caller knows.
pub(super) struct IfMatch(pub(super) Expected);

impl FromRequestParts<SharedApp> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let Some(tags) = Tags::read(&parts.headers, &IF_MATCH)? else {
            return Ok(Self(Expected::Anything));
        };
        Ok(Self(match tags {
            // Every write checks that the task exists.
            Tags::Any => Expected::Anything,
            // A tag names a version, and a compressed answer has the same one: weak tags count here too, which departs
            // from §13.1.1. A tag that is no number is none of ours.
            Tags::List(list) => {
                let version = |tag: &String| version_of(without_coding(tag));
                Expected::OneOf(list.iter().filter_map(version).collect())
            }
        }))
    }
}

/// A version as a tag has it: no other spelling of a number is a tag of ours.
fn version_of(text: &str) -> Option<i64> {
    let version = text.parse().ok().filter(|version| *version > 0);
    version.filter(|version: &i64| version.to_string() == text)
}

/// `If-None-Match` of a read: what the caller has already.
pub(super) struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    /// Whether there is a header at all.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a `PUT` is to make what is not there yet: with `*` (§13.1.2), and then without `If-Match`.
    pub(super) fn creates(&self, expected: &Expected) -> Result<bool, Problem> {
        match self.0 {
            None => Ok(false),
            Some(Tags::Any) if *expected == Expected::Anything => Ok(true),
            Some(_) => {
                let message = "If-None-Match of a PUT must be *, and then there can be no If-Match";
                Err(Problem::bad_request(message))
            }
        }
    }

    /// Compares weakly (§13.1.2), without what a proxy has added.
    pub(super) fn has(&self, current: &HeaderValue) -> bool {
        let current = current.to_str().unwrap_or_default().trim_matches('"');
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::List(list)) => list.iter().any(|tag| without_coding(tag) == current),
        }
    }
}

impl FromRequestParts<SharedApp> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        Tags::read(&parts.headers, &IF_NONE_MATCH).map(Self)
    }
}

enum Tags {
    Any,
    /// What stands between the quotes.
    List(Vec<String>),
}

impl Tags {
    /// `None` if there is no such header. Several headers are one list (§5.3).
    fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(name).iter().peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        let malformed = || {
            let message =
                format!("The header {name} must be *, or a list of entity tags such as \"3\"");
            Problem::bad_request(message)
        };
        let mut tags = Vec::new();
        let mut any = false;
        for value in values {
            let text = value.to_str().map_err(|_| malformed())?;
            if text.trim() == "*" {
                any = true;
            } else {
                tags.extend(parse_list(text).ok_or_else(malformed)?);
            }
        }
        match (any, tags.is_empty()) {
            (true, true) => Ok(Some(Self::Any)),
            (false, false) => Ok(Some(Self::List(tags))),
            _ => Err(malformed()),
        }
    }
}

/// `1#entity-tag` (§8.8.3): empty elements are allowed between commas, and commas within quotes.
fn parse_list(text: &str) -> Option<Vec<String>> {
    let mut tags = Vec::new();
    let mut rest = text.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let quoted = rest.strip_prefix("W/").unwrap_or(rest);
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if opaque
            .bytes()
            .any(|byte| !(byte == 0x21 || (0x23..=0x7e).contains(&byte)))
        {
            return None;
        }
        tags.push(opaque.to_owned());
        let next = after.trim_start_matches([' ', '\t']);
        if !next.is_empty() && !next.starts_with(',') {
            return None;
        }
        rest = next.trim_start_matches([' ', '\t', ',']);
    }
    Some(tags)
}
