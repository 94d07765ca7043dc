//! Three servers on one PostgreSQL, many writers, and followers whose lines are cut at random: each sees every change
//! of its user exactly once, in order.

use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::support::process::{Running, Tickbox, http};
use crate::support::{Home, SECRET};

/// `TICKBOX_TEST_WRITES=200000` makes a long run of it.
#[expect(
    clippy::disallowed_methods,
    reason = "the length of the test is no setting of the program"
)]
fn writes() -> i64 {
    let given = std::env::var("TICKBOX_TEST_WRITES").ok();
    given.map_or(1500, |number| number.parse().expect("a number"))
}

const WRITERS: i64 = 16;
const FOLLOWERS: u64 = 8;

/// Small, and the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides).unwrap()
    }
}

struct Party {
    servers: Vec<Running>,
    client: reqwest::Client,
    token: String,
}

impl Party {
    fn get(&self, server: usize, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/ada/{path}", self.servers[server].url);
        self.client.get(url).bearer_auth(&self.token)
    }

    async fn write(&self, next: &AtomicI64, dice: &mut Dice) {
        while next.fetch_add(1, Ordering::Relaxed) < writes() {
            let server = &self.servers[dice.roll(3)];
            let request = self
                .client
                .post(format!("{}/api/ada/tasks", server.url))
                .bearer_auth(&self.token)
                .header("content-type", "application/json");
            let body = json!({"title": "Buy milk"}).to_string();
            let answer = request.body(body).send().await.unwrap();
            assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        }
    }

    /// Page by page, each from another server.
    async fn follow_changes(&self, dice: &mut Dice) -> Vec<i64> {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        while seen.last() != Some(&writes()) {
            let limit = 1 + dice.roll(100);
            let path = format!("changes?limit={limit}&wait=10{cursor}");
            let answer = self.get(dice.roll(3), &path).send().await.unwrap();
            let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            let changes = answer["changes"].as_array().expect("changes");
            seen.extend(changes.iter().map(|change| change["seq"].as_i64().unwrap()));
            cursor = format!("&since={}", answer["next_cursor"].as_str().unwrap());
        }
        seen
    }

    /// Streams that are cut after some events, each followed by one from another server.
    async fn follow_events(&self, dice: &mut Dice, start: &str) -> Vec<i64> {
        let mut seen = Vec::new();
        let mut id = start.to_owned();
        while seen.last() != Some(&writes()) {
            let request = self
                .get(dice.roll(3), "events")
                .header("last-event-id", &id);
            let mut stream = request.send().await.unwrap();
            assert_eq!(stream.status(), 200);
            let mut text = String::new();
            let mut left = 1 + dice.roll(200);
            while left > 0 && seen.last() != Some(&writes()) {
                // What arrives may end within an event: the rest is lost with the line, and comes again.
                let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
                text += std::str::from_utf8(&chunk).unwrap();
                while let Some((event, rest)) = text.split_once("\n\n") {
                    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                    if field("event: ") == Some("task.changed") && left > 0 {
                        let data: Value = serde_json::from_str(field("data: ").unwrap()).unwrap();
                        seen.push(data["seq"].as_i64().unwrap());
                        field("id: ").unwrap().clone_into(&mut id);
                        left -= 1;
                    }
                    text = rest.to_owned();
                }
            }
        }
        seen
    }

    async fn cursor(&self) -> String {
        let answer = self.get(0, "changes").send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        answer["next_cursor"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_follower_of_three_servers_sees_every_change_once_in_order() {
    let home = Home::postgres().await;
    let mut servers = Vec::new();
    for _ in 0..3 {
        let server = Tickbox::new(["serve"])
            .env("DATABASE_URL", home.url())
            .env("BETTER_AUTH_SECRET", SECRET);
        servers.push(server.serve().await);
    }
    let token = Tickbox::new(["token", "--user", "ada", "--ttl", "6h"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .run()
        .await;
    let party = Party {
        servers,
        client: http(),
        token: token.stdout.trim().to_owned(),
    };
    let (next, start) = (AtomicI64::new(0), party.cursor().await);

    let (party, next, start) = (&party, &next, &start);
    let writing = join_all((0..WRITERS).map(|number| async move {
        let mut dice = Dice(u64::try_from(number).unwrap() * 7919 + 1);
        party.write(next, &mut dice).await;
    }));
    let following = join_all((0..FOLLOWERS).map(|number| async move {
        let mut dice = Dice(number * 104_729 + 17);
        if number % 2 == 0 {
            party.follow_changes(&mut dice).await
        } else {
            party.follow_events(&mut dice, start).await
        }
    }));
    let (_, followed) = join(writing, following).await;
    let all: Vec<_> = (1..=writes()).collect();
    for (number, seen) in followed.iter().enumerate() {
        let odd = seen
            .iter()
            .zip(&all)
            .find(|(seen, expected)| seen != expected);
        assert_eq!((odd, seen.len()), (None, all.len()), "follower {number}");
    }
}
