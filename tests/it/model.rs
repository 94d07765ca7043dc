//! Random requests of several users with random ids, tags, keys and repeats, against a model in memory that knows
//! nothing of SQL or HTTP: every answer agrees.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// Few ids, titles, versions and keys, so that requests meet often.
const IDS: [&str; 3] = [
    "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10",
    "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
];

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Post,
    PutNew,
    Put,
    Patch,
    Complete(bool),
    Delete,
}

#[derive(Clone, Debug, PartialEq)]
struct Sent {
    user: usize,
    action: Action,
    id: usize,
    title: u8,
    /// The version in `If-Match`.
    version: Option<i64>,
    key: Option<u8>,
    /// The answer gets lost, and the caller asks again.
    again: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let action = prop_oneof![
        3 => Just(Action::Post),
        1 => Just(Action::PutNew),
        2 => Just(Action::Put),
        1 => Just(Action::Patch),
        1 => any::<bool>().prop_map(Action::Complete),
        1 => Just(Action::Delete),
    ];
    let version = proptest::option::weighted(0.4, 1..4i64);
    let key = proptest::option::weighted(0.4, 0..4u8);
    (
        0..2usize,
        action,
        0..IDS.len(),
        0..3u8,
        version,
        key,
        any::<bool>(),
    )
        .prop_map(|(user, action, id, title, version, key, again)| Sent {
            user,
            action,
            id,
            title,
            version,
            key,
            again,
        })
}

#[derive(Clone, Debug, PartialEq)]
struct Task {
    title: String,
    completed: bool,
    version: i64,
    in_trash: bool,
}

/// What the caller should be told: a status, and the task in the answer or in `error.current`.
type Told = (u16, Option<Task>);

#[derive(Default)]
struct Model {
    tasks: BTreeMap<(usize, usize), Task>,
    keys: BTreeMap<(usize, u8), (Value, Told, Option<String>)>,
}

impl Sent {
    /// Only these have conditions.
    fn version(&self) -> Option<i64> {
        let may = !matches!(self.action, Action::Post | Action::PutNew);
        self.version.filter(|_| may)
    }

    fn request(&self, client: &Client) -> (Request<Body>, Value) {
        let title = format!("{}", self.title);
        let task = format!("{}/{}", client.tasks, IDS[self.id]);
        let (method, path, body) = match self.action {
            Action::Post => {
                let body = json!({"id": IDS[self.id], "title": title});
                (Method::POST, client.tasks.clone(), body)
            }
            Action::PutNew | Action::Put => (Method::PUT, task, json!({"title": title})),
            Action::Patch => (Method::PATCH, task, json!({"title": title})),
            Action::Complete(completed) => {
                let body = json!({"completed": completed});
                (Method::PATCH, format!("{task}/complete"), body)
            }
            Action::Delete => (Method::DELETE, task, Value::Null),
        };
        let fingerprint = json!([
            method.as_str(),
            path,
            body,
            self.version(),
            self.action == Action::PutNew
        ]);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        if let Some(version) = self.version() {
            request = request.header("if-match", format!("\"{version}\""));
        }
        if self.action == Action::PutNew {
            request = request.header("if-none-match", "*");
        }
        if let Some(key) = self.key {
            request = request.header("idempotency-key", format!("key-{key}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            body.to_string().into()
        };
        (request.body(body).unwrap(), fingerprint)
    }
}

impl Model {
    fn act(&mut self, sent: &Sent) -> Told {
        let place = (sent.user, sent.id);
        let title = sent.title.to_string();
        let found = self.tasks.get_mut(&place);
        match (&sent.action, found) {
            (Action::Post | Action::PutNew, None) => {
                let task = Task {
                    title,
                    completed: false,
                    version: 1,
                    in_trash: false,
                };
                self.tasks.insert(place, task.clone());
                (201, Some(task))
            }
            (Action::Post | Action::PutNew, Some(task)) if task.in_trash => (409, None),
            (Action::PutNew, Some(task)) => (412, Some(task.clone())),
            (Action::Post, Some(task)) => {
                let same = task.title == title && !task.completed;
                (if same { 200 } else { 409 }, Some(task.clone()))
            }
            (_, None) => (404, None),
            (_, Some(task)) if task.in_trash => (404, None),
            (_, Some(task))
                if sent
                    .version()
                    .is_some_and(|version| version != task.version) =>
            {
                (412, Some(task.clone()))
            }
            (action, Some(task)) => {
                task.version += 1;
                match action {
                    Action::Complete(completed) => task.completed = *completed,
                    Action::Delete => {
                        task.in_trash = true;
                        return (204, None);
                    }
                    _ => task.title = title,
                }
                (200, Some(task.clone()))
            }
        }
    }

    fn check(&mut self, sent: &Sent, fingerprint: Value, answer: &Answer) {
        let key = sent.key.map(|key| (sent.user, key));
        let kept = key.and_then(|key| self.keys.get(&key).cloned());
        let (told, replayed) = match kept {
            Some((first, ..)) if first != fingerprint => ((422, None), false),
            Some((_, told, text)) => {
                assert_eq!(text.as_ref(), Some(&answer.text), "{sent:?}: byte for byte");
                (told, true)
            }
            None => (self.act(sent), false),
        };
        assert_eq!(answer.status.as_u16(), told.0, "{sent:?}: {}", answer.text);
        let header = answer.header("idempotency-replayed");
        assert_eq!(header, replayed.then_some("true"), "{sent:?}");
        if let Some(expected) = &told.1 {
            let body: Value = serde_json::from_str(&answer.text).unwrap();
            let task = body["error"].get("current").unwrap_or(&body);
            assert_task(task, expected);
            let tag = format!("\"{}\"", expected.version);
            assert_eq!(answer.header("etag"), Some(&*tag), "{sent:?}");
        }
        if let Some(key) = key.filter(|_| !replayed && told.0 != 422) {
            self.keys
                .insert(key, (fingerprint, told, Some(answer.text.clone())));
        }
    }
}

fn assert_task(task: &Value, expected: &Task) {
    assert_eq!(task["title"], expected.title.as_str());
    assert_eq!(task["completed"], expected.completed);
    assert_eq!(task["version"], expected.version);
}

fn every_answer_agrees_with_the_model(app: &TestApp, runtime: &tokio::runtime::Runtime) {
    let rounds = AtomicUsize::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(150));
    let work = proptest::collection::vec(sent(), 1..60);
    let outcome = runner.run(&work, |work| {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        let users = [0, 1].map(|user| app.user(&format!("user {user} of round {round}")));
        let mut model = Model::default();
        for sent in &work {
            for _ in 0..=usize::from(sent.again) {
                let (request, fingerprint) = sent.request(&users[sent.user]);
                let answer = runtime.block_on(users[sent.user].send(request));
                model.check(sent, fingerprint, &answer);
            }
        }
        for (user, client) in users.iter().enumerate() {
            let list = runtime.block_on(client.list());
            let theirs = model
                .tasks
                .iter()
                .filter(|((owner, _), task)| *owner == user && !task.in_trash);
            let theirs: BTreeMap<_, _> = theirs.map(|((_, id), task)| (IDS[*id], task)).collect();
            assert_eq!(list["count"], theirs.len());
            for task in list["tasks"].as_array().unwrap() {
                assert_task(task, theirs[task["id"].as_str().unwrap()]);
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn every_answer_agrees_with_the_model_on_sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::sqlite());
    every_answer_agrees_with_the_model(&app, &runtime);
}

#[test]
fn every_answer_agrees_with_the_model_on_postgres() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::postgres());
    every_answer_agrees_with_the_model(&app, &runtime);
}
