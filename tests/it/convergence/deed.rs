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
    /// Of a task that comes back also what is below; or nothing, where an occurrence is meant that is not the present one.
    Pass,
    /// No change where the task has that place already, and more than one where neighbours make room.
    Move,
    /// Takes along what is below, and the answer does not say how much.
    Delete,
    Restore,
    Undo,
    Batch,
}

/// More than a world ever has below one task.
const FAMILY: usize = 100;

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
        let roll = dice.roll(112);
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
                deed.kind = Kind::Pass;
                deed.body = json!({});
                if dice.percent(30) {
                    deed.method = Method::POST;
                    deed.path += "/skip";
                } else {
                    deed.path += "/complete";
                    deed.body = json!({"completed": dice.percent(70)});
                }
                if dice.percent(30) {
                    deed.body["occurrence"] = json!(day(dice));
                }
            }
            (32..50, Some((id, version)), _) => {
                deed.on_task(id, version, dice.percent(30));
                deed.kind = Kind::Delete;
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
            (100..112, Some((id, version)), _) => {
                deed.post(
                    Kind::Move,
                    format!("/tasks/{id}/move"),
                    destination(dice, known),
                );
                if dice.percent(30) {
                    deed.condition = Some(("if-match", format!("\"{version}\"")));
                }
            }
            _ => deed.create(dice, known, gone),
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
    fn create(&mut self, dice: &mut Dice, known: &Known, gone: Option<&String>) {
        let reused = gone.filter(|_| dice.percent(10)).cloned();
        let id = reused.unwrap_or_else(|| new_id(dice));
        let mut body = self.body.clone();
        if let Some((parent, _)) = dice.pick(&known.tasks).filter(|_| dice.percent(30)) {
            body["parent_id"] = json!(parent);
        }
        if dice.percent(30) {
            let tag = ["home", "work"][dice.roll(2)];
            body["tags"] = json!([tag]);
        }
        if dice.percent(30) {
            let count = 1 + dice.roll(4);
            body["due"] = json!(day(dice));
            body["recurrence"] = json!({"rule": format!("FREQ=DAILY;COUNT={count}")});
        }
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
        let mut operation = match dice.roll(6) {
            5 => json!({"op": "skip", "id": id, "occurrence": day(dice)}),
            0 => json!({"op": "change", "id": id, "title": title}),
            1 => json!({"op": "complete", "id": id}),
            2 => json!({"op": "tag", "id": id, "tags": [title]}),
            3 => {
                let mut operation = destination(dice, known);
                operation["op"] = json!("move");
                operation["id"] = json!(id);
                operation
            }
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

    /// How many changes were made, as far as the answer tells: not of what went along, nor whether there was anything
    /// to do.
    pub(super) fn changes_told(&self, answer: &Answer) -> RangeInclusive<usize> {
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let is_done = answer.status.is_success();
        let changes = match self.kind {
            Kind::Create => usize::from(answer.status == StatusCode::CREATED),
            Kind::Write => usize::from(is_done),
            Kind::Pass if is_done => return passes(&body),
            Kind::Move | Kind::Restore if is_done => return 0..=FAMILY,
            Kind::Delete if is_done => return 1..=FAMILY,
            Kind::Move | Kind::Delete | Kind::Restore | Kind::Pass => 0,
            Kind::Undo => body["changes"].as_array().map_or(0, Vec::len),
            Kind::Batch => {
                let operations = self.body["operations"].as_array().unwrap();
                let results = body["results"].as_array();
                let results = results.into_iter().flatten().zip(operations);
                let (mut least, mut most) = (0, 0);
                for (result, operation) in results {
                    let told = match (result["status"].as_u64(), operation["op"].as_str()) {
                        (Some(204), _) => 1..=FAMILY,
                        (Some(200), Some("create")) => 0..=0,
                        (Some(200), Some("tag")) => 0..=1,
                        (Some(200), Some("complete" | "skip")) => passes(&result["task"]),
                        (Some(200), Some("move")) => 0..=FAMILY,
                        (Some(200 | 201), _) => 1..=1,
                        _ => 0..=0,
                    };
                    least += told.start();
                    most += told.end();
                }
                return least..=most;
            }
        };
        changes..=changes
    }
}

/// A task that came back, or is over, has taken along what is below it, unless another occurrence was meant.
fn passes(task: &Value) -> RangeInclusive<usize> {
    0..=if task.get("recurrence").is_some() {
        FAMILY
    } else {
        1
    }
}

/// One of few, so that devices mean the same occurrences.
fn day(dice: &mut Dice) -> String {
    format!("2026-01-0{}", 1 + dice.roll(5))
}

/// At the top level or below a task, at its beginning or its end; or behind another, which may have to be a sibling.
fn destination(dice: &mut Dice, known: &Known) -> Value {
    let mut place = json!({"parent_id": null});
    if let Some((parent, _)) = dice.pick(&known.tasks).filter(|_| dice.percent(60)) {
        place["parent_id"] = json!(parent);
    }
    match (dice.roll(3), dice.pick(&known.tasks)) {
        (0, _) => place["after"] = Value::Null,
        (1, Some((neighbour, _))) => return json!({"after": neighbour}),
        _ => {}
    }
    place
}

fn new_id(dice: &mut Dice) -> String {
    let mut half = || u64::try_from(dice.roll(usize::MAX)).unwrap();
    let (high, low) = (half(), half());
    Uuid::from_u64_pair(high, low).to_string()
}
