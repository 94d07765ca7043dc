//! `Prefer: handling=strict` (RFC 7240 §4.4): unknown names are refused instead of ignored. The known names are
//! read from the OpenAPI document, so that both cannot disagree.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Response};
use serde_json::Value;
use serde_json::value::RawValue;
use url::form_urlencoded;

use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The document, built on first use, because few callers need it.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(crate::http::document()).unwrap_or_default());

/// Whether the caller wants unknown names to be refused. Of a repeated preference the first counts (§2).
fn is_asked(headers: &HeaderMap) -> bool {
    let values = headers.get_all(PREFER).iter();
    let preferences = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(unquoted(',')));
    preferences
        // After a semicolon there are parameters, and this preference has none.
        .filter_map(|preference| preference.split(unquoted(';')).next()?.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("handling"))
        .is_some_and(|(_, value)| {
            value
                .trim()
                .trim_matches('"')
                .eq_ignore_ascii_case("strict")
        })
}

/// Whether a character is this one, and stands in no quoted string (RFC 9110 §5.6.4).
fn unquoted(wanted: char) -> impl FnMut(char) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    move |character| {
        if character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && character == '\\' && !escaped;
        character == wanted && !quoted
    }
}

/// Refuses parameters of the query that the route does not have. Without the preference they are ignored.
pub(in crate::http) fn check_query(parts: &Parts, exchange: &Exchange) -> Result<(), Problem> {
    if !is_asked(&parts.headers) {
        return Ok(());
    }
    exchange.set_strict();
    let known = parameters(&parts.method, &parts.extensions);
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let unknown = form_urlencoded::parse(query).find(|(name, _)| !known.contains(&&**name));
    let Some((name, _)) = unknown else {
        return Ok(());
    };
    let takes = match &*known {
        [] => "no parameters".to_owned(),
        known => known.join(", "),
    };
    Err(Problem::bad_request(format!(
        "The query has {name:?}, which is not known here: this route takes {takes}"
    )))
}

/// Refuses members of a body that the route does not have. Members of what it answers are ignored as ever: who reads, edits
/// and sends all of it back has done nothing wrong. What is no JSON object is another's business.
pub(in crate::http) fn check_body(
    (headers, method, extensions): (&HeaderMap, &Method, &Extensions),
    body: &[u8],
) -> Result<(), Problem> {
    if !is_asked(headers) {
        return Ok(());
    }
    let (Some(operation), Ok(text)) = (operation(method, extensions), std::str::from_utf8(body))
    else {
        return Ok(());
    };
    let Some(schema) = schema_within(&operation["requestBody"]) else {
        return Ok(());
    };
    let mut names = Names::default();
    // The answer in which the caller may have read it.
    let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let told = if route.is_some_and(|route| route.contains("/lists")) {
        "CountedList"
    } else {
        "Task"
    };
    names.add(&DOCUMENT["components"]["schemas"][told]);
    for status in ["200", "201"] {
        if let Some(answer) = schema_within(&operation["responses"][status]) {
            names.add(answer);
        }
    }
    let mut unknown = BTreeSet::new();
    find_unknown(schema, text, &names, "", &mut unknown);
    if unknown.is_empty() {
        return Ok(());
    }
    let all: Vec<_> = unknown.iter().map(String::as_str).collect();
    let rule = if all.len() == 1 {
        "is not known here: leave it out"
    } else {
        "are not known here: leave them out"
    };
    let message = format!("{} {rule}", all.join(", "));
    let top: BTreeSet<_> = all
        .iter()
        .filter_map(|place| place.split(['.', '[']).next())
        .collect();
    Err(Problem::invalid_fields(message, &Vec::from_iter(top)))
}

/// Adds the header that says that the preference was applied.
pub(in crate::http) fn mark<B>(exchange: &Exchange, response: &mut Response<B>) {
    if exchange.is_strict() {
        let applied = HeaderValue::from_static("handling=strict");
        response.headers_mut().insert(APPLIED, applied);
    }
}

/// Names of members.
#[derive(Default)]
struct Names<'a>(BTreeSet<&'a str>);

impl<'a> Names<'a> {
    /// Those of a schema, and of the schemas that it is made of.
    fn add(&mut self, schema: &'a Value) {
        let schema = resolved(schema);
        let properties = schema["properties"].as_object();
        self.0.extend(
            properties
                .into_iter()
                .flatten()
                .map(|(name, _)| name.as_str()),
        );
        for part in parts(schema) {
            self.add(part);
        }
    }
}

/// The schemas of which one or all describe the same value.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "oneOf", "anyOf"];
    lists
        .into_iter()
        .filter_map(|list| schema[list].as_array())
        .flatten()
}

/// Compares a value with its schema. Objects without properties in the schema may have any members.
fn find_unknown(
    schema: &Value,
    json: &str,
    ignored: &Names<'_>,
    place: &str,
    unknown: &mut BTreeSet<String>,
) {
    let schema = resolved(schema);
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) {
        for (number, item) in items.iter().enumerate() {
            let place = format!("{place}[{number}]");
            find_unknown(&schema["items"], item.get(), ignored, &place, unknown);
        }
        return;
    }
    let Ok(members) = serde_json::from_str::<HashMap<String, &RawValue>>(json) else {
        return;
    };
    let mut known = Names::default();
    known.add(schema);
    if known.0.is_empty() {
        return;
    }
    for (name, member) in members {
        let place = if place.is_empty() {
            name.clone()
        } else {
            format!("{place}.{name}")
        };
        if !known.0.contains(&*name) && !ignored.0.contains(&*name) {
            unknown.insert(place);
        } else if let Some(schema) = property(schema, &name) {
            find_unknown(schema, member.get(), ignored, &place, unknown);
        }
    }
}

/// The schema of a member.
fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolved(schema);
    let own = schema["properties"].get(name);
    own.or_else(|| parts(schema).find_map(|part| property(part, name)))
}

fn resolved(schema: &Value) -> &Value {
    match schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'))
    {
        Some(pointer) => DOCUMENT.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

/// The schema of the JSON in a request or an answer.
fn schema_within(described: &'static Value) -> Option<&'static Value> {
    let contents = described["content"].as_object()?;
    contents.values().find_map(|content| content.get("schema"))
}

fn operation(method: &Method, extensions: &Extensions) -> Option<&'static Value> {
    let route = extensions.get::<MatchedPath>()?;
    let path = DOCUMENT["paths"].get(route.as_str())?;
    // HEAD is not described, and asks the same.
    let method = if method == Method::HEAD {
        "get"
    } else {
        &method.as_str().to_ascii_lowercase()
    };
    path.get(method)
}

fn parameters(method: &Method, extensions: &Extensions) -> Vec<&'static str> {
    let operation = operation(method, extensions);
    let described = operation.and_then(|operation| operation["parameters"].as_array());
    let in_query = described
        .into_iter()
        .flatten()
        .filter(|it| it["in"] == "query");
    in_query
        .filter_map(|parameter| parameter["name"].as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preference_is_read_as_the_standard_has_it() {
        for (value, strict) in [
            ("handling=strict", true),
            ("Handling = STRICT", true),
            ("respond-async, handling=\"strict\"; x=1, wait=5", true),
            ("handling=lenient, handling=strict", false),
            ("x=\"a, handling=strict\"", false),
            ("x=\"a\\\", handling=strict\"", false),
            ("x=\"a;\", handling=strict", true),
            ("strict", false),
            ("handling", false),
            ("xhandling=strict", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, HeaderValue::from_static(value));
            assert_eq!(is_asked(&headers), strict, "{value}");
        }
        assert!(!is_asked(&HeaderMap::new()));
    }
}
