//! What is promised outside: the OpenAPI document is current, complete, and true.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::process::Tickbox;
use crate::support::schemathesis::schemathesis;
use crate::support::{Home, SECRET};

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == tickbox::http::document_text(),
        "openapi.json is old. Run: cargo xtask accept"
    );
}

#[test]
fn every_operation_has_a_summary_and_examples_and_every_error_one_description() {
    let document: Value = serde_json::from_str(&tickbox::http::document_text()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_own = response.get("$ref").is_none();
                assert!(is_own || !status.starts_with('2'), "{name} {status}");
                let contents = response["content"].as_object().into_iter().flatten();
                for (_, content) in contents {
                    assert!(
                        has_example(&document, content),
                        "{name} {status} has no example"
                    );
                }
            }
            for (_, content) in operation["requestBody"]["content"]
                .as_object()
                .into_iter()
                .flatten()
            {
                assert!(
                    has_example(&document, content),
                    "{name} has no example of a body"
                );
            }
        }
    }
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        let example = &response["content"]["application/json"]["example"];
        assert!(example["error"]["code"].is_string(), "{name}");
    }
}

/// Programs are generated from it, which believe what it says.
#[test]
fn no_schema_says_what_a_generated_client_should_not_believe() {
    fn walk(document: &Value, part: &Value, place: &str, check: &mut dyn FnMut(&str, &Value)) {
        check(place, part);
        let target = part["$ref"]
            .as_str()
            .and_then(|name| name.strip_prefix('#'));
        // Each name once on the way: schemas may stand within themselves.
        if let Some(pointer) = target.filter(|pointer| !place.contains(*pointer)) {
            walk(
                document,
                &document.pointer(pointer).unwrap().clone(),
                &format!("{place}>{pointer}"),
                check,
            );
        }
        let members = part
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, it)| (name.clone(), it));
        let items = part
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| (String::new(), it));
        for (name, member) in members.chain(items) {
            if name != "example" {
                walk(document, member, &format!("{place}/{name}"), check);
            }
        }
    }
    let document: Value = serde_json::from_str(&tickbox::http::document_text()).unwrap();
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|item| item.as_object().unwrap().values());
    let (mut seen, mut titles) = (0, 0);
    for operation in operations {
        walk(
            &document,
            &operation["responses"],
            "",
            &mut |place, schema| {
                seen += 1;
                for limit in ["maxLength", "pattern"] {
                    assert!(
                        schema.get(limit).is_none_or(Value::is_object),
                        "{place} has {limit}"
                    );
                }
            },
        );
        walk(
            &document,
            &operation["requestBody"],
            "",
            &mut |place, schema| {
                assert!(
                    schema.get("default").is_none_or(Value::is_object),
                    "{place} has a default"
                );
                if place.ends_with("/title") {
                    titles += 1;
                    assert!(schema.get("pattern").is_none(), "{place} has a pattern");
                }
            },
        );
    }
    assert!(seen > 1000 && titles > 2, "{seen} {titles}");
}

fn has_example(document: &Value, content: &Value) -> bool {
    let schema = content["schema"]["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    let example = schema.and_then(|pointer| document.pointer(pointer)?.get("example"));
    content.get("example").or(example).is_some()
}

async fn the_server_keeps_the_promises_of_its_document(home: Home) {
    let server = Tickbox::new(["serve"])
        .env("DATABASE_URL", home.url())
        .env("BETTER_AUTH_SECRET", SECRET)
        .serve()
        .await;
    let token = Tickbox::new(["token", "--user", "tester"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .run()
        .await;
    let report = schemathesis(&server.url, "tester", token.stdout.trim()).await;
    assert!(report.success, "{}\n{}", report.output, server.stderr());
}

#[tokio::test]
async fn the_server_on_sqlite_keeps_the_promises_of_its_document() {
    the_server_keeps_the_promises_of_its_document(Home::sqlite()).await;
}

#[tokio::test]
async fn the_server_on_postgres_keeps_the_promises_of_its_document() {
    the_server_keeps_the_promises_of_its_document(Home::postgres().await).await;
}
