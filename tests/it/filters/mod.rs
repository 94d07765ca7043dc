//! Lists by a filter and in an order: what they say, their pages, what is refused, and that all three that select,
//! Rust and the SQL of both engines, select the same.

mod batches;
mod meaning;
mod pages;
pub(crate) mod plans;
mod refusals;
mod tags;

use axum::http::StatusCode;
use serde_json::Value;
use url::form_urlencoded;

use crate::support::Client;

/// The path of a list, of parameters that may have anything in them.
fn path(client: &Client, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("{}?{}", client.tasks, query.finish())
}

async fn get(client: &Client, parameters: &[(&str, &str)]) -> Value {
    client
        .get(&path(client, parameters))
        .await
        .expect(StatusCode::OK)
}

fn strings(list: &Value, member: &str) -> Vec<String> {
    let tasks = list["tasks"].as_array().unwrap();
    tasks
        .iter()
        .map(|task| task[member].as_str().unwrap().to_owned())
        .collect()
}

/// The ids of all pages, along their cursors; and what each page counts.
async fn walk(client: &Client, parameters: &[(&str, &str)]) -> (Vec<String>, Vec<i64>) {
    let (mut ids, mut counts) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    loop {
        let mut parameters = parameters.to_vec();
        parameters.push(("cursor", &cursor));
        let page = get(client, &parameters).await;
        ids.extend(strings(&page, "id"));
        counts.push(page["count"].as_i64().unwrap());
        let Some(next) = page["next_cursor"].as_str() else {
            return (ids, counts);
        };
        next.clone_into(&mut cursor);
    }
}
