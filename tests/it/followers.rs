//! Three servers on one PostgreSQL, many writers, many followers, and lines that are cut at random: each follower sees
//! every change of its user exactly once, in order, and no write is done twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::dice::Dice;
use crate::support::process::{Running, Tickbox, http};
use crate::support::{Home, SECRET};

/// `TICKBOX_TEST_WRITES=200000` makes a long run of it.
#[expect(
    clippy::disallowed_methods,
    reason = "the length of the test is no setting of the program"
)]
fn writes() -> usize {
    let given = std::env::var("TICKBOX_TEST_WRITES").ok();
    given.map_or(1500, |number| number.parse().expect("a number"))
}

const SERVERS: usize = 3;
const WRITERS: usize = 64;
const FOLLOWERS: usize = 20;

/// The title of the last task: whoever sees it has seen all.
const END: &str = "The end";

struct Party {
    home: Home,
    servers: Vec<Running>,
    client: reqwest::Client,
    token: String,
    /// How many writes have begun.
    begun: AtomicUsize,
    /// The tasks that were created.
    tasks: Mutex<Vec<String>>,
}

impl Party {
    async fn gather() -> Self {
        let home = Home::postgres().await;
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            let server = Tickbox::new(["serve"])
                .env("DATABASE_URL", home.url())
                .env("BETTER_AUTH_SECRET", SECRET)
                .env("RUST_LOG", "warn");
            servers.push(server.serve().await);
        }
        let token = Tickbox::new(["token", "--user", "ada", "--ttl", "6h"])
            .env("BETTER_AUTH_SECRET", SECRET)
            .run()
            .await;
        Self {
            home,
            servers,
            client: http(),
            token: token.stdout.trim().to_owned(),
            begun: AtomicUsize::new(0),
            tasks: Mutex::default(),
        }
    }

    /// At any of the servers.
    fn request(&self, dice: &mut Dice, method: Method, path: &str) -> reqwest::RequestBuilder {
        let server = &self.servers[dice.roll(SERVERS)];
        let url = format!("{}/api/ada/{path}", server.url);
        self.client.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, dice: &mut Dice, path: &str) -> Value {
        let answer = self.request(dice, Method::GET, path).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    async fn write(&self, number: usize, mode: Mode) {
        let mut dice = Dice::new(u64::try_from(number).unwrap());
        loop {
            let begun = self.begun.fetch_add(1, Ordering::Relaxed);
            if begun >= writes() {
                return;
            }
            let known = dice.pick(&self.tasks.lock().unwrap()).cloned();
            let write = Write::choose(&mut dice, format!("write-{begun}"), mode, known);
            let answer = self.repeat_until_answered(&mut dice, &write).await;
            if write.method == Method::POST && answer["version"] == 1 {
                let id = answer["id"].as_str().unwrap().to_owned();
                self.tasks.lock().unwrap().push(id);
            }
        }
    }

    /// Some lines are cut before the answer is there: then the same is asked again, of whichever server.
    async fn repeat_until_answered(&self, dice: &mut Dice, write: &Write) -> Value {
        loop {
            let request = self
                .request(dice, write.method.clone(), &write.path)
                .header("content-type", "application/json")
                .header("idempotency-key", &write.name)
                .header("x-request-id", &write.name)
                .body(write.body.to_string());
            let patience = if dice.percent(20) {
                Duration::from_micros(u64::try_from(dice.roll(50_000)).unwrap())
            } else {
                Duration::from_mins(1)
            };
            let Ok(answer) = tokio::time::timeout(patience, request.send()).await else {
                continue;
            };
            let answer = answer.unwrap();
            let (status, is_early) = (
                answer.status(),
                answer.headers().contains_key("retry-after"),
            );
            let text = answer.text().await.unwrap();
            match status {
                // Under way at the server that the line was cut to, or too much is going on.
                StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE if is_early => {}
                status if status.is_success() || status == StatusCode::NOT_FOUND => {
                    return serde_json::from_str(&text).unwrap_or_default();
                }
                status => panic!("{}: {status} {text}", write.name),
            }
        }
    }

    /// Page by page, each from another server, some in vain.
    async fn follow_changes(&self, dice: &mut Dice, mode: Mode) -> Follower {
        let mut follower = Follower::new(mode);
        let mut cursor = String::new();
        while !follower.is_at_the_end {
            let limit = 1 + dice.roll(200);
            let path = format!("changes?limit={limit}&wait=10{cursor}");
            let request = self.request(dice, Method::GET, &path);
            let mut answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            if dice.percent(5) {
                let _ = answer.chunk().await.unwrap();
                continue;
            }
            let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            for change in page["changes"].as_array().expect("changes") {
                follower.see(change);
            }
            cursor = format!("&since={}", page["next_cursor"].as_str().unwrap());
        }
        follower
    }

    /// Streams that are cut after some events, each followed by one from another server.
    async fn follow_events(&self, dice: &mut Dice, mode: Mode, start: &str) -> Follower {
        let mut follower = Follower::new(mode);
        let mut id = start.to_owned();
        while !follower.is_at_the_end {
            let request = self.request(dice, Method::GET, "events");
            let request = request.header("last-event-id", &id);
            let mut stream = request.send().await.unwrap();
            assert_eq!(stream.status(), 200);
            let mut text = String::new();
            let mut left = 1 + dice.roll(400);
            while left > 0 && !follower.is_at_the_end {
                // What arrives may end within an event: the rest is lost with the line, and comes again.
                let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
                text += std::str::from_utf8(&chunk).unwrap();
                let mut rest = &*text;
                while let Some((event, after)) = rest.split_once("\n\n") {
                    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                    if field("event: ").is_some_and(|name| name != "ready") && left > 0 {
                        let change = field("data: ").unwrap();
                        follower.see(&serde_json::from_str(change).unwrap());
                        field("id: ").unwrap().clone_into(&mut id);
                        left -= 1;
                    }
                    rest = after;
                }
                text = rest.to_owned();
            }
        }
        follower
    }

    /// How many changes there are, how many have numbers of their own, the largest number, and how many requests made
    /// them.
    async fn count_changes(&self) -> [i64; 4] {
        let Home::Postgres(database) = &self.home else {
            unreachable!()
        };
        let counts = "SELECT count(*), count(DISTINCT seq), max(seq), count(DISTINCT request_id) \
            FROM tickbox.changes";
        let administrator = database.administrator().await;
        let row = administrator.query_one(counts, &[]).await.unwrap();
        std::array::from_fn(|place| row.get(place))
    }
}

/// What the writers do.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// New tasks only: no change takes the place of another.
    Creates,
    Everything,
}

struct Write {
    name: String,
    method: Method,
    path: String,
    body: Value,
}

impl Write {
    fn choose(dice: &mut Dice, name: String, mode: Mode, known: Option<String>) -> Self {
        let known = known.filter(|_| mode == Mode::Everything);
        let (method, path, body) = match (dice.roll(10), known) {
            (3..5, Some(id)) => (Method::PUT, format!("/{id}"), json!({"title": name})),
            (5..7, Some(id)) => {
                let body = json!({"completed": dice.percent(50)});
                (Method::PATCH, format!("/{id}/complete"), body)
            }
            (7..9, Some(id)) => (Method::DELETE, format!("/{id}"), json!({})),
            (9, Some(id)) => (Method::POST, format!("/{id}/restore"), json!({})),
            _ => (Method::POST, String::new(), json!({"title": name})),
        };
        let path = format!("tasks{path}");
        Self {
            name,
            method,
            path,
            body,
        }
    }
}

/// Tasks by their ids, each as a number that is another one if anything about it is: long runs have many copies.
type Copy = BTreeMap<String, u64>;

fn remember(copy: &mut Copy, task: &Value) {
    let mut hasher = DefaultHasher::new();
    task.to_string().hash(&mut hasher);
    let id = task["id"].as_str().unwrap().to_owned();
    copy.insert(id, hasher.finish());
}

/// Whoever has followed the changes from the first to the last.
struct Follower {
    mode: Mode,
    /// The number of the last change that it saw.
    seq: i64,
    copy: Copy,
    is_at_the_end: bool,
}

impl Follower {
    fn new(mode: Mode) -> Self {
        Self {
            mode,
            seq: 0,
            copy: Copy::new(),
            is_at_the_end: false,
        }
    }

    fn see(&mut self, change: &Value) {
        let seq = change["seq"].as_i64().unwrap();
        match self.mode {
            // Every number, once.
            Mode::Creates => assert_eq!(seq, self.seq + 1),
            // A task's later change stands for its earlier ones.
            Mode::Everything => assert!(seq > self.seq, "{seq} after {}", self.seq),
        }
        self.seq = seq;
        if let Some(id) = change["deleted"].as_str() {
            self.copy.remove(id);
            return;
        }
        remember(&mut self.copy, &change["task"]);
        self.is_at_the_end = change["task"]["title"] == END;
    }
}

async fn every_follower_ends_like_the_list(mode: Mode) {
    let party = &Party::gather().await;
    let start = party.get(&mut Dice::new(0), "changes").await;
    let start = start["next_cursor"].as_str().unwrap();
    let writing = async {
        join_all((0..WRITERS).map(|number| party.write(number, mode))).await;
        let end = Write {
            name: END.replace(' ', "-"),
            method: Method::POST,
            path: "tasks".to_owned(),
            body: json!({"title": END}),
        };
        party.repeat_until_answered(&mut Dice::new(0), &end).await;
    };
    let following = join_all((0..FOLLOWERS).map(|number| async move {
        let mut dice = Dice::new(u64::try_from(number + WRITERS).unwrap());
        if number % 2 == 0 {
            party.follow_changes(&mut dice, mode).await
        } else {
            party.follow_events(&mut dice, mode, start).await
        }
    }));
    let ((), followers) = join(writing, following).await;

    // No number is missing or taken twice, and no write was done twice.
    let counts = party.count_changes().await;
    assert_eq!(counts, [counts[0]; 4]);
    if mode == Mode::Creates {
        assert_eq!(counts[0], i64::try_from(writes() + 1).unwrap());
    }
    let list = party.get(&mut Dice::new(0), "tasks").await;
    let mut there = Copy::new();
    for task in list["tasks"].as_array().unwrap() {
        remember(&mut there, task);
    }
    for follower in &followers {
        assert_eq!(follower.seq, counts[0]);
        assert!(follower.copy == there, "a copy differs from the list");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_follower_of_three_servers_sees_every_creation_once_in_order() {
    every_follower_ends_like_the_list(Mode::Creates).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_follower_of_three_servers_ends_like_the_list_whatever_happens() {
    every_follower_ends_like_the_list(Mode::Everything).await;
}
