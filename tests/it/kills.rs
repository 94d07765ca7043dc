//! The program is killed again and again while it is written to: what it has answered is there, and each write once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::streams::token_of;
use crate::support::process::{Running, Tickbox, http, setting};
use crate::support::{Home, SECRET};

const WRITERS: usize = 16;

/// Answered writes from one kill to the next, more or less.
const BETWEEN: usize = 40;

struct Trial {
    client: reqwest::Client,
    token: String,
    /// Where the program is; nowhere, while it is killed and started again.
    server: watch::Sender<Option<String>>,
    answered: watch::Sender<usize>,
    is_over: AtomicBool,
}

impl Trial {
    async fn write(&self, writer: usize) -> Vec<String> {
        let mut titles = Vec::new();
        while !self.is_over.load(Ordering::Acquire) {
            let title = format!("{writer}-{}", titles.len());
            while !self.try_once(&title).await {}
            self.answered.send_modify(|count| *count += 1);
            titles.push(title);
        }
        titles
    }

    /// Whether it is done: with a key, so it can be asked as often as one likes.
    async fn try_once(&self, title: &str) -> bool {
        let mut server = self.server.subscribe();
        let server = server.wait_for(Option::is_some).await.unwrap().clone();
        let url = format!("{}/api/ada/tasks", server.unwrap());
        let request = self.client.post(url).bearer_auth(&self.token);
        let request = request
            .header("content-type", "application/json")
            .header("idempotency-key", title)
            .body(json!({"title": title}).to_string());
        let Ok(answer) = request.send().await else {
            return false;
        };
        let status = answer.status();
        let may_be = [
            StatusCode::CREATED,
            // Under way, in what is left of a server that was killed.
            StatusCode::CONFLICT,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        assert!(may_be.contains(&status), "{status}");
        status == StatusCode::CREATED
    }

    /// Starts the program, and waits until it has done some work.
    async fn work(&self, url: &str) -> Running {
        let server = Tickbox::new(["serve"])
            .env("DATABASE_URL", url)
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("RUST_LOG", "warn");
        let server = server.serve().await;
        let enough = *self.answered.borrow() + BETWEEN;
        self.server.send_replace(Some(server.url.clone()));
        let mut answered = self.answered.subscribe();
        answered.wait_for(|count| *count >= enough).await.unwrap();
        server
    }
}

/// `TICKBOX_TEST_KILLS=100` makes a long run of it.
async fn what_was_answered_outlives_kills(url: &str) {
    let trial = Trial {
        client: http(),
        token: token_of("ada", "6h").await,
        server: watch::Sender::default(),
        answered: watch::Sender::default(),
        is_over: AtomicBool::default(),
    };
    let killing = async {
        let kills = setting("TICKBOX_TEST_KILLS", 3);
        for _ in 0..kills {
            let server = trial.work(url).await;
            trial.server.send_replace(None);
            server.kill();
            assert_eq!(server.ended().await.code, None, "killed");
        }
        let server = trial.work(url).await;
        trial.is_over.store(true, Ordering::Release);
        (server, kills)
    };
    let writing = join_all((0..WRITERS).map(|writer| trial.write(writer)));
    let ((server, kills), titles) = tokio::join!(killing, writing);
    let titles: BTreeSet<_> = titles.into_iter().flatten().collect();

    let list = trial.client.get(format!("{}/api/ada/tasks", server.url));
    let list = list.bearer_auth(&trial.token).send().await.unwrap();
    let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
    let tasks = list["tasks"].as_array().unwrap();
    assert_eq!(list["count"].as_u64(), u64::try_from(titles.len()).ok());
    let there: BTreeSet<_> = tasks
        .iter()
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(there, titles);
    eprintln!("{kills} kills, {} writes, none lost", titles.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_outlives_kills_on_sqlite() {
    let home = Home::Sqlite(TempDir::with_prefix("tickbox-test-").unwrap());
    what_was_answered_outlives_kills(&home.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_outlives_kills_on_postgres() {
    let home = Home::postgres().await;
    what_was_answered_outlives_kills(&home.url()).await;
}
