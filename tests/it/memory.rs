//! How much memory the program takes for those who ask for much and read nothing of it.
#![cfg(target_os = "linux")]

use std::time::Duration;

use axum::http::Request;
use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::lines::address;
use crate::streams::{server, token};
use crate::support::process::{Running, allow_many_files, http};
use crate::unread::{line_that_takes_no_body, small_line};

const MOST_MIB: usize = 300;

/// Megabytes are made of many rows, by a program that is not optimised.
const PATIENCE: Duration = Duration::from_mins(3);

/// The most that the program ever had in memory.
fn peak_mib(server: &Running) -> usize {
    server.memory_kib("VmHWM") / 1024
}

/// A server with 1,000 tasks of 8 KB each, and their owner's token.
async fn full_server() -> (Running, String) {
    allow_many_files();
    let (server, token) = (server().await, token("1h").await);
    let create = json!({"op": "create", "title": "x", "description": "\u{1F9C2}".repeat(2000)});
    let body = json!({"operations": vec![create; 200]}).to_string();
    for _ in 0..5 {
        let request = http().post(format!("{}/api/ada/tasks/batch", server.url));
        let request = request.header("content-type", "application/json");
        let request = request.bearer_auth(&token).body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    (server, token)
}

#[tokio::test]
async fn answers_on_a_few_lines_that_nobody_reads_take_little() {
    let (server, token) = full_server().await;
    let mut lines = Vec::new();
    for _ in 0..2 {
        let (mut client, connection) = line_that_takes_no_body(address(&server)).await;
        let mut answers = Vec::new();
        for _ in 0..100 {
            let request = Request::get(format!("{}/api/ada/tasks?limit=1000", server.url));
            let request = request.header("authorization", format!("Bearer {token}"));
            let request = request.body(()).unwrap();
            let (answer, _) = client.send_request(request, true).unwrap();
            answers.push(answer);
            client = client.ready().await.unwrap();
        }
        lines.push((connection, client, answers));
    }
    let mut kept = Vec::new();
    for (connection, client, answers) in lines {
        // Each has been begun, or refused; or all of the line was cut off.
        let answers = timeout(PATIENCE, join_all(answers)).await.unwrap();
        kept.push((connection, client, answers));
    }
    let answered = kept.iter().flat_map(|(_, _, answers)| answers);
    let begun = answered.filter(|answer| answer.as_ref().is_ok_and(|it| it.status() == 200));
    assert!(begun.count() > 0);
    let peak = peak_mib(&server);
    assert!(peak < MOST_MIB, "{peak} MiB");
}

#[tokio::test]
async fn very_many_lines_that_nobody_reads_take_little() {
    let (server, token) = full_server().await;
    let head =
        format!("GET /api/ada/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut lines = Vec::new();
    for _ in 0..500 {
        let mut line = small_line(address(&server)).await;
        line.write_all(head.as_bytes()).await.unwrap();
        lines.push(line);
    }
    let mut begun = 0;
    for line in &mut lines {
        let mut start = [0; 12];
        let begins = timeout(PATIENCE, line.read_exact(&mut start)).await;
        // Where there is no room for all, some are refused or cut off.
        let begins = begins.expect("something becomes of each");
        begun += usize::from(begins.is_ok() && &start == b"HTTP/1.1 200");
    }
    assert!(begun > 100, "{begun}");
    let peak = peak_mib(&server);
    assert!(peak < MOST_MIB, "{peak} MiB");
}
