//! Whether an answer is what the OpenAPI document says of it: its status is listed, and its body has what the schema
//! demands and nothing that the schema does not name. Answers are written by hand where many come at once, so this
//! holds them and their schemas together. A library would let unnamed members pass, because JSON Schema does.

use std::sync::LazyLock;

use axum::http::Method;
use serde_json::{Map, Value, json};
use tickbox::clock::Timestamp;

use super::Answer;
use super::schema::{Document, types_in};

static DOCUMENT: LazyLock<Document> = LazyLock::new(Document::served);

/// Fails if the document has this operation, but not this answer.
#[track_caller]
pub(super) fn check(method: &Method, path: &str, answer: &Answer) {
    let method = method.as_str().to_ascii_lowercase();
    let Some(responses) = DOCUMENT.responses(&method, path) else {
        return;
    };
    let Some(response) = responses.get(answer.status.as_str()) else {
        panic!(
            "{method} {path}: {} is not in the document: {}",
            answer.status, answer.text
        );
    };
    let response = DOCUMENT.resolved(response);
    let schema = &response["content"]["application/json"]["schema"];
    if answer.header("content-type") != Some("application/json") || schema.is_null() {
        return;
    }
    let body = serde_json::from_str(&answer.text).expect("the body is JSON");
    if let Err(fault) = DOCUMENT.conforms(schema, &body) {
        panic!("{method} {path}: {fault}: {}", answer.text);
    }
}

impl Document {
    /// The answers of an operation by their status; `path` is one that was asked for.
    fn responses(&self, method: &str, path: &str) -> Option<&Map<String, Value>> {
        // One trailing slash is ignored.
        let path = path.strip_suffix('/').unwrap_or(path);
        let parts: Vec<_> = path.split('/').collect();
        let is_meant = |template: &str| {
            let names: Vec<_> = template.split('/').collect();
            let mut pairs = names.iter().zip(&parts);
            names.len() == parts.len()
                && pairs.all(|(name, part)| name.starts_with('{') || name == part)
        };
        let mut meant: Vec<_> = self.paths().filter(|(name, _)| is_meant(name)).collect();
        // `…/tasks/batch` is also a `…/tasks/{task_id}`: the one with fewer parameters is the route.
        meant.sort_by_key(|(name, _)| name.matches('{').count());
        meant.first()?.1[method]["responses"].as_object()
    }

    fn conforms(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = self.resolved(schema).as_object().expect("a schema");
        for (keyword, rule) in schema {
            let holds = match &**keyword {
                "type" => types_in(rule).contains(&type_of(value)),
                "enum" => rule.as_array().expect("a list").contains(value),
                "minimum" => value
                    .as_f64()
                    .is_none_or(|number| Some(number) >= rule.as_f64()),
                "maximum" => value
                    .as_f64()
                    .is_none_or(|number| Some(number) <= rule.as_f64()),
                "minLength" | "minItems" => {
                    length(value).is_none_or(|it| Some(it) >= rule.as_u64())
                }
                "maxLength" | "maxItems" => {
                    length(value).is_none_or(|it| Some(it) <= rule.as_u64())
                }
                "format" => value.as_str().is_none_or(|text| has_format(rule, text)),
                "anyOf" | "oneOf" => {
                    let forms = rule.as_array().expect("a list").iter();
                    let fitting = forms.filter(|form| self.conforms(form, value).is_ok());
                    match fitting.count() {
                        0 => false,
                        count => count == 1 || keyword == "anyOf",
                    }
                }
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.conforms(rule, item)?;
                    }
                    true
                }
                "required" => {
                    let mut names = rule.as_array().into_iter().flatten();
                    let object = value.as_object();
                    let has = |name: &Value| object.is_none_or(|it| it.contains_key(text_of(name)));
                    names.all(has)
                }
                "properties" => {
                    for (name, member) in value.as_object().into_iter().flatten() {
                        match rule.get(name) {
                            Some(rule) => self.conforms(rule, member)?,
                            None if schema.contains_key("additionalProperties") => {}
                            None => return Err(format!("`{name}` is not in the document")),
                        }
                    }
                    true
                }
                "additionalProperties" | "description" | "example" | "examples" | "readOnly" => {
                    true
                }
                _ => panic!("{keyword} of a schema is not known here"),
            };
            if !holds {
                return Err(format!("`{keyword}` does not hold of {value}"));
            }
        }
        Ok(())
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Of a text or a list.
fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        _ => return None,
    };
    u64::try_from(length).ok()
}

fn has_format(format: &Value, text: &str) -> bool {
    match text_of(format) {
        "uuid" => uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text),
        // As `Timestamp` writes it.
        "date-time" => text.len() == Timestamp::MAX.to_string().len() && text.ends_with('Z'),
        "date" => text.len() == "2026-12-01".len(),
        "date-time-local" => text.len() == "2026-12-01T09:00:00".len(),
        _ => true,
    }
}

#[test]
fn an_answer_that_the_document_does_not_describe_is_found() {
    let result = json!({"$ref": "#/components/schemas/BatchResult"});
    let id = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
    let conforms = |value: Value| DOCUMENT.conforms(&result, &value);
    assert_eq!(conforms(json!({"status": 204, "id": id})), Ok(()));
    for wrong in [
        json!({"id": id}),
        json!({"status": "204", "id": id}),
        json!({"status": 204, "id": "one"}),
        json!({"status": 204, "id": id, "extra": 1}),
        json!({"status": 200, "task": {"id": id}}),
        json!({"status": 200, "ids": [id, 2], "count": 2}),
        json!({"status": -1}),
    ] {
        assert!(conforms(wrong.clone()).is_err(), "{wrong}");
    }
}
