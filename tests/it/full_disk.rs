//! A disk that fills while it is written: what was answered is there, what was refused is not, and room is all it takes.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::streams::token_of;
use crate::support::SECRET;
use crate::support::process::{Running, Tickbox, http};

const MEBIBYTES: u32 = 6;

/// The disk of the program, which only it has: by way of its working directory.
fn path(server: &Running, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{}/cwd/{name}", server.id()))
}

/// Leaves no room.
fn fill(server: &Running) {
    let mut file = fs::File::create(path(server, "filler")).unwrap();
    for size in [64 * 1024, 512] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

struct Caller<'a> {
    server: &'a Running,
    client: reqwest::Client,
    token: String,
}

impl Caller<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url)
    }

    async fn create(&self, title: &str) -> (StatusCode, Value) {
        let request = self.client.post(self.url("/api/ada/tasks"));
        let body = json!({"title": title, "description": "x".repeat(2000)});
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn titles(&self) -> Vec<String> {
        let list = self.client.get(self.url("/api/ada/tasks"));
        let list = list.bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(list.status(), StatusCode::OK);
        let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
        let tasks = list["tasks"].as_array().unwrap().iter().rev();
        tasks
            .map(|task| task["title"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn readiness(&self) -> StatusCode {
        let ready = self.client.get(self.url("/ready")).send().await;
        ready.unwrap().status()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_writes_are_refused_and_room_is_all_they_need() {
    let server = Tickbox::on_a_disk_of(MEBIBYTES, ["serve"]).env("BETTER_AUTH_SECRET", SECRET);
    let mut server = server.serve().await;
    let caller = Caller {
        server: &server,
        client: http(),
        token: token_of("ada", "1h").await,
    };
    let mut done = Vec::new();
    for round in 0..2 {
        fill(caller.server);
        let mut number = 0;
        // The log has some room that it was given before.
        let refusal = loop {
            let title = format!("{round}-{number}");
            match caller.create(&title).await {
                (StatusCode::CREATED, _) => done.push(title),
                (StatusCode::SERVICE_UNAVAILABLE, refusal) => break refusal,
                (status, answer) => panic!("{status} {answer}"),
            }
            number += 1;
        };
        assert_eq!(refusal["error"]["outcome"], Value::Null, "{refusal}");
        assert_eq!(caller.titles().await, done);
        assert_eq!(caller.readiness().await, StatusCode::SERVICE_UNAVAILABLE);
        fs::remove_file(path(caller.server, "filler")).unwrap();
        let title = format!("{round}-with-room");
        assert_eq!(caller.create(&title).await.0, StatusCode::CREATED);
        done.push(title);
        assert_eq!(caller.titles().await, done);
        assert_eq!(caller.readiness().await, StatusCode::OK);
    }
    server.logged("the disk of the database file is full").await;
}
