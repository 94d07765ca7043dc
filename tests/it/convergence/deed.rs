//! What a device wants to be done: a request that can be sent again, and how many changes an answer to it tells of.

use std::ops::RangeInclusive;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::dice::Dice;
use crate::support::{Answer, Client};

/// Nothing about it changes between one sending and the next.
pub(super) struct Deed {
    /// Its idempotency key, and the request id that the history tells.
    pub(super) name: String,
    pub(super) has_key: bool,
    /// Whether the server may know of it.
    pub(super) was_sent: bool,
    kind: Kind,
    method: Method,
    /// After `/api/{user_id}`.
    path: String,
    condition: Option<(&'static str, String)>,
    body: Value,
}

enum Kind {
    Create,
    Write,
    Restore,
    Undo,
    Batch,
}

/// What a device knows when it decides what to do.
pub(super) struct Known<'a> {
    /// Ids and versions of tasks.
    pub(super) tasks: Vec<(&'a str, i64)>,
    pub(super) gone: &'a [String],
    pub(super) last_seq: i64,
}

impl Deed {
    pub(super) fn think_of(dice: &mut Dice, name: String, known: &Known) -> Self {
        let task = dice.pick(&known.tasks).copied();
        let gone = dice.pick(known.gone);
        let mut deed = Self {
            has_key: true,
            was_sent: false,
            kind: Kind::Write,
            method: Method::PATCH,
            path: "/tasks".to_owned(),
            condition: None,
            body: json!({"title": name}),
            name,
        };
        let roll = dice.roll(100);
        match (roll, task, gone) {
            (0..22, Some((id, version)), _) => {
                deed.on_task(id, version, dice.percent(50));
                if dice.percent(50) {
                    deed.method = Method::PUT;
                    deed.body["description"] = json!("As it is now");
                }
            }
            (22..32, Some((id, version)), _) => {
                deed.on_task(id, version, false);
                deed.path += "/complete";
                deed.body = json!({"completed": dice.percent(70)});
            }
            (32..50, Some((id, version)), _) => {
                deed.on_task(id, version, dice.percent(30));
                deed.method = Method::DELETE;
                deed.body = Value::Null;
            }
            (50..62, _, Some(id)) => {
                deed.post(Kind::Restore, format!("/tasks/{id}/restore"), Value::Null);
            }
            (62..76, ..) if known.last_seq > 0 => {
                let back = i64::try_from(dice.roll(8)).unwrap();
                let seq = (known.last_seq - back).max(1);
                deed.post(Kind::Undo, format!("/changes/{seq}/undo"), Value::Null);
            }
            (76..88, ..) => {
                let atomic = dice.percent(70);
                let mut made = Vec::new();
                let operations: Vec<_> = (0..2 + dice.roll(4))
                    .map(|place| deed.operation(dice, place, known, &mut made))
                    .collect();
                let body = json!({"operations": operations, "atomic": atomic});
                deed.post(Kind::Batch, "/tasks/batch".to_owned(), body);
            }
            _ => deed.create(dice, gone),
        }
        deed
    }

    fn on_task(&mut self, id: &str, version: i64, only_this_version: bool) {
        self.path = format!("/tasks/{id}");
        self.condition = only_this_version.then(|| ("if-match", format!("\"{version}\"")));
    }

    fn post(&mut self, kind: Kind, path: String, body: Value) {
        self.kind = kind;
        self.method = Method::POST;
        self.path = path;
        self.body = body;
    }

    /// By an id of the device's own, now and then one that was used before; or by one that the server makes.
    fn create(&mut self, dice: &mut Dice, gone: Option<&String>) {
        let reused = gone.filter(|_| dice.percent(10)).cloned();
        let id = reused.unwrap_or_else(|| new_id(dice));
        let mut body = self.body.clone();
        match dice.roll(4) {
            0 => {
                self.condition = Some(("if-none-match", "*".to_owned()));
                self.post(Kind::Create, format!("/tasks/{id}"), body);
                self.method = Method::PUT;
            }
            1 => self.post(Kind::Create, "/tasks".to_owned(), body),
            way => {
                body["id"] = json!(id);
                self.post(Kind::Create, "/tasks".to_owned(), body);
                // The id alone makes it safe to repeat.
                self.has_key = way == 2;
            }
        }
    }

    /// `made`: the ids of tasks that the batch makes itself.
    fn operation(
        &self,
        dice: &mut Dice,
        place: usize,
        known: &Known,
        made: &mut Vec<String>,
    ) -> Value {
        let title = format!("{} {place}", self.name);
        let own = dice.pick(made).filter(|_| dice.percent(40));
        let own = own.map(|id| (id.clone(), 1));
        let of_others = dice.pick(&known.tasks).filter(|_| dice.percent(75));
        let Some((id, version)) =
            own.or(of_others.map(|(id, version)| ((*id).to_owned(), *version)))
        else {
            let id = new_id(dice);
            made.push(id.clone());
            return json!({"op": "create", "id": id, "title": title});
        };
        let mut operation = match dice.roll(3) {
            0 => json!({"op": "change", "id": id, "title": title}),
            1 => json!({"op": "complete", "id": id}),
            _ => json!({"op": "delete", "id": id}),
        };
        if dice.percent(20) {
            operation["if_version"] = json!(version);
        }
        operation
    }

    pub(super) fn request(&self, client: &Client) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(client.tasks.replace("/tasks", &self.path))
            .header("content-type", "application/json")
            .header("x-request-id", &self.name);
        if self.has_key {
            request = request.header("idempotency-key", &self.name);
        }
        if let Some((name, value)) = &self.condition {
            request = request.header(*name, value);
        }
        let body = match &self.body {
            Value::Null => Body::empty(),
            body => body.to_string().into(),
        };
        request.body(body).unwrap()
    }

    /// How many changes were made, as the answer has it. Restoring a task that is there is no change, and not told
    /// apart.
    pub(super) fn changes_told(&self, answer: &Answer) -> RangeInclusive<usize> {
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let is_done = answer.status.is_success();
        let changes = match self.kind {
            Kind::Create => usize::from(answer.status == StatusCode::CREATED),
            Kind::Write => usize::from(is_done),
            Kind::Restore => return 0..=usize::from(is_done),
            Kind::Undo => body["changes"].as_array().map_or(0, Vec::len),
            Kind::Batch => {
                let operations = self.body["operations"].as_array().unwrap();
                let results = body["results"].as_array();
                let results = results.into_iter().flatten().zip(operations);
                let is_change = |(result, operation): &(&Value, &Value)| {
                    let is_creation = operation["op"] == "create";
                    match result["status"].as_u64() {
                        Some(201 | 204) => true,
                        Some(200) => !is_creation,
                        _ => false,
                    }
                };
                results.filter(is_change).count()
            }
        };
        changes..=changes
    }
}

fn new_id(dice: &mut Dice) -> String {
    let mut half = || u64::try_from(dice.roll(usize::MAX)).unwrap();
    let (high, low) = (half(), half());
    Uuid::from_u64_pair(high, low).to_string()
}
