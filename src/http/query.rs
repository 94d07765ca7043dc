//! Query parameters: how values that several routes have are parsed and refused.

use std::borrow::Cow;

use const_format::formatcp;
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::domain::json::{Fault, Rule};
use crate::domain::limits::PAGE;
use crate::http::problem::Problem;

/// Gives each parameter to `read`, which says whether it was there before: that is refused.
pub(super) fn each(
    query: &str,
    mut read: impl FnMut(&str, Cow<'_, str>) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    if percent_decode_str(query).decode_utf8().is_err() {
        return Err(Problem::bad_request("The query is not UTF-8"));
    }
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if read(&name, value)? {
            let message = format!("The query names {name} twice");
            return Err(Problem::bad_request(message));
        }
    }
    Ok(())
}

pub(super) fn limit(text: &str) -> Result<usize, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::bad_request(formatcp!(
            "The query's limit must be a whole number from 1 to {PAGE}"
        )));
    }
    match text.parse() {
        Ok(limit @ 1..=PAGE) => Ok(limit),
        _ => Err(invalid("limit", formatcp!("must be from 1 to {PAGE}"))),
    }
}

pub(super) fn flag(name: &str, text: &str) -> Result<bool, Problem> {
    let wrong = |_| Problem::bad_request(format!("The query's {name} must be true or false"));
    text.parse().map_err(wrong)
}

pub(super) fn invalid(field: &'static str, rule: impl Into<Rule>) -> Problem {
    let rule = rule.into();
    Problem::invalid(&[Fault { field, rule }])
}

/// The filter cannot be evaluated in time.
pub(super) fn too_wide() -> Problem {
    invalid(
        "filter",
        "has to look at too many tasks: ask for less, for example for a range of due, a priority or a tag",
    )
}
