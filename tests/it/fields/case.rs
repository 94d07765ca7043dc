//! What the tests of fields are tried with: each field that the OpenAPI document has, with values made of its
//! schema.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::support::schema::Document;
use crate::support::{Answer, Client, TestApp};

pub(super) const TASKS: &str = "/api/{user_id}/tasks";
pub(super) const TASK: &str = "/api/{user_id}/tasks/{task_id}";
pub(super) const OK: StatusCode = StatusCode::OK;
pub(super) const CREATED: StatusCode = StatusCode::CREATED;

/// What can be written into a task once it is there.
pub(super) fn fields(document: &Document) -> Map<String, Value> {
    let is_written = |(_, schema): &(String, Value)| schema["readOnly"] != true;
    let properties = document.request("patch", TASK)["properties"].as_object();
    let properties = properties.expect("a change has properties").clone();
    properties.into_iter().filter(is_written).collect()
}

pub(super) fn names(schema: &Value) -> Vec<&str> {
    let properties = schema["properties"].as_object().expect("properties");
    properties.keys().map(String::as_str).collect()
}

/// One field, with two values of it, and a user of its own for whom to try them.
pub(super) struct Case {
    pub(super) field: String,
    pub(super) client: Client,
    pub(super) is_nullable: bool,
    /// A task without the field, as far as there can be one.
    pub(super) base: Value,
    pub(super) from: Value,
    pub(super) to: Value,
    /// Another field, and two values of that.
    pub(super) other: (String, Value, Value),
    /// The fields that there are, this one too.
    all: Vec<String>,
}

pub(super) async fn cases(app: &TestApp) -> Vec<Case> {
    let document = Document::served();
    let fields = fields(&document);
    let all: Vec<_> = fields.keys().cloned().collect();
    let base = document.least(document.request("post", TASKS));
    let mut cases = Vec::new();
    for (field, schema) in &fields {
        let other = |(name, _): &(&String, _)| *name != field && base.get(name).is_some();
        let other = fields.iter().find(other);
        let other = other.or_else(|| fields.iter().find(|(name, _)| *name != field));
        let (name, its) = other.expect("there are two fields");
        let (here, there) = document.pairs(its).remove(0);
        for (number, pair) in document.pairs(schema).into_iter().enumerate() {
            let client = app.user(&format!("{field}-{number}"));
            let is_id = schema["format"] == "uuid";
            let (from, to) = if is_id {
                rows(&document, &client, field).await
            } else {
                pair
            };
            assert_ne!(from, to, "{field}");
            let base = with_needed(&fields, &document, &client, (field, &from), &base).await;
            cases.push(Case {
                field: field.clone(),
                client,
                is_nullable: document.is_nullable(schema),
                base,
                from,
                to,
                other: (name.clone(), here.clone(), there.clone()),
                all: all.clone(),
            });
        }
    }
    assert!(!cases.is_empty());
    cases
}

/// A task without the field, with what the field needs beside it: the refusal of a task with the field alone names that.
async fn with_needed(
    fields: &Map<String, Value>,
    document: &Document,
    client: &Client,
    (field, value): (&String, &Value),
    least: &Value,
) -> Value {
    let mut alone = least.clone();
    alone[field] = value.clone();
    let answer = client.post(&client.tasks, alone).await;
    let mut base = least.clone();
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        let refusal = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let named = refusal["error"]["fields"].as_array().expect("fields");
        let others = named.iter().filter_map(Value::as_str);
        for other in others.filter(|other| other != field) {
            base[other] = document.pairs(&fields[other]).remove(0).0;
        }
    } else {
        let created = answer.expect(CREATED);
        let path = format!("{}/{}", client.tasks, created["id"].as_str().unwrap());
        let gone = client.delete(&path).await;
        gone.expect(StatusCode::NO_CONTENT);
    }
    base
}

/// The ids of two rows that a field may name: of the resource that it is called after, or tasks.
async fn rows(document: &Document, client: &Client, field: &str) -> (Value, Value) {
    let resource = format!("/{}s", field.trim_end_matches("_id"));
    let mut template = TASKS.replace("/tasks", &resource);
    let mut path = client.tasks.replace("/tasks", &resource);
    if !document.has_path(&template) {
        (template, path) = (TASKS.to_owned(), client.tasks.clone());
    }
    let body = document.least(document.request("post", &template));
    let one = client.post(&path, body.clone()).await.expect(CREATED);
    let other = client.post(&path, body).await.expect(CREATED);
    (one["id"].clone(), other["id"].clone())
}

impl Case {
    /// A new task with the field.
    pub(super) fn task(&self, value: &Value) -> Value {
        let mut task = self.base.clone();
        task[&self.field] = value.clone();
        task
    }

    pub(super) fn alone(&self, value: &Value) -> Value {
        json!({&self.field: value})
    }

    /// A batch that creates a task, and does this: what is done for many is not what is done for one.
    pub(super) fn operation(&self, op: &str, id: &Value, body: &Value) -> Value {
        let (mut first, mut second) = (self.base.clone(), body.clone());
        first["op"] = "create".into();
        second["op"] = op.into();
        second["id"] = id.clone();
        json!({"operations": [first, second]})
    }

    /// What came of the operation.
    pub(super) async fn batch(&self, body: Value) -> Value {
        let mut answer = self.client.batch(body).await.expect(OK);
        answer["results"][1].take()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.client.get(path).await.expect(OK)
    }

    pub(super) async fn patch(&self, path: &str, value: &Value) -> Value {
        let answer = self.client.patch(path, self.alone(value)).await;
        answer.expect(OK)
    }

    /// Into the trash, so that another task may have what none may have twice.
    pub(super) async fn delete(&self, path: &str) {
        let answer = self.client.delete(path).await;
        answer.expect(StatusCode::NO_CONTENT);
    }

    /// The latest change of a task.
    pub(super) async fn latest(&self, path: &str) -> Value {
        self.get(&format!("{path}/history")).await["history"][0].take()
    }

    pub(super) async fn undo(&self, seq: &Value) -> Answer {
        self.client.undo(seq).await
    }

    /// Takes the latest change of a task back, and gives what the answer says of the task.
    pub(super) async fn undo_latest(&self, path: &str) -> Value {
        let seq = self.latest(path).await["seq"].take();
        let undone = self.undo(&seq).await.expect(OK);
        about(&undone, path)
    }

    #[track_caller]
    pub(super) fn is(&self, task: &Value, value: &Value) {
        assert_eq!(task.get(&self.field), Some(value), "{}: {task}", self.field);
    }

    /// Nothing but the field differs of what can be written.
    #[track_caller]
    pub(super) fn others_stay(&self, before: &Value, after: &Value) {
        for name in self.all.iter().filter(|name| **name != self.field) {
            assert_eq!(
                before.get(name),
                after.get(name),
                "{} and {name}",
                self.field
            );
        }
    }
}

/// The task at this path, in the `changes` of an answer.
pub(super) fn about(answer: &Value, path: &str) -> Value {
    let changes = answer["changes"].as_array().expect("changes");
    let tasks = changes.iter().map(|change| &change["task"]);
    let mut tasks = tasks.filter(|task| task["id"].as_str().is_some_and(|id| path.ends_with(id)));
    tasks.next().expect("the task is told of").clone()
}
