//! Three servers of the program behind HAProxy, with the file that `deploy` has: one is restarted after the other, and one
//! is killed, and who writes all the time notices nothing.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::streams::token_of;
use crate::support::postgres::free_port;
use crate::support::process::{Running, Tickbox, http, setting};
use crate::support::proxies::Proxy;
use crate::support::{Home, SECRET};

const WRITERS: usize = 8;

struct Setup {
    home: Home,
    proxy: Proxy,
    /// Where HAProxy says how it sees the servers.
    statistics: String,
    client: reqwest::Client,
    token: String,
    ports: [u16; 3],
}

impl Setup {
    async fn start() -> (Self, Vec<Running>) {
        let (home, ports) = (
            Home::postgres().await,
            [free_port(), free_port(), free_port()],
        );
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/haproxy.cfg");
        let mut configuration = std::fs::read_to_string(file).unwrap();
        for (number, port) in (8001..).zip(ports) {
            let (before, now) = (format!(":{number}"), format!(":{port}"));
            configuration = configuration.replace(&before, &now);
        }
        let port = free_port();
        let statistics =
            format!("\nfrontend statistics\n bind 127.0.0.1:{port}\n stats enable\n stats uri /\n");
        configuration.push_str(&statistics);
        let mut servers = Vec::new();
        for port in ports {
            servers.push(serve(&home, port).await);
        }
        let setup = Self {
            proxy: Proxy::haproxy(&configuration, &servers[0].url).await,
            statistics: format!("http://127.0.0.1:{port}/;csv"),
            client: http(),
            token: token_of("ada", "1h").await,
            home,
            ports,
        };
        for name in NAMES {
            setup.is_seen(name, "UP").await;
        }
        (setup, servers)
    }

    /// HAProxy has no event to wait for.
    async fn is_seen(&self, name: &str, state: &str) {
        let start = format!("tickbox,{name},");
        loop {
            let said = self.client.get(&self.statistics).send().await.unwrap();
            let said = said.text().await.unwrap();
            let mut lines = said.lines();
            let line = lines.find(|line| line.starts_with(&start)).expect("a line");
            if line.split(',').nth(17).unwrap().starts_with(state) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Each write once, with a key, and never again: what went wrong, or the titles.
    async fn write(
        &self,
        writer: usize,
        written: &watch::Sender<usize>,
        is_over: &AtomicBool,
    ) -> Result<Vec<String>, String> {
        let mut titles = Vec::new();
        while !is_over.load(Ordering::Acquire) {
            let title = format!("{writer}-{}", titles.len());
            let request = self
                .client
                .post(format!("{}/api/ada/tasks", self.proxy.url))
                .bearer_auth(&self.token)
                .header("content-type", "application/json")
                .header("idempotency-key", &title)
                .body(json!({"title": title}).to_string());
            let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
            if answer.status() != StatusCode::CREATED {
                return Err(format!("{} {:?}", answer.status(), answer.text().await));
            }
            written.send_modify(|count| *count += 1);
            titles.push(title);
        }
        Ok(titles)
    }

    async fn titles(&self) -> Vec<String> {
        let list = self.client.get(format!("{}/api/ada/tasks", self.proxy.url));
        let list = list.bearer_auth(&self.token).send().await.unwrap();
        let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
        let tasks = list["tasks"].as_array().unwrap().iter();
        let mut titles: Vec<_> = tasks
            .map(|task| task["title"].as_str().unwrap().to_owned())
            .collect();
        titles.sort_unstable();
        titles
    }
}

/// As the file calls them.
const NAMES: [&str; 3] = ["one", "two", "three"];

async fn serve(home: &Home, port: u16) -> Running {
    let server = Tickbox::new(["serve"])
        .env("DATABASE_URL", home.url())
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("PORT", port.to_string())
        .env("RUST_LOG", "warn");
    server.serve().await
}

/// `TICKBOX_TEST_ROUNDS=10` makes a long run of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_haproxy_loses_no_request() {
    let (setup, servers) = Setup::start().await;
    let (written, is_over) = (watch::Sender::new(0), AtomicBool::new(false));
    let restarting = async {
        let mut servers: Vec<_> = servers.into_iter().map(Some).collect();
        for _ in 0..setting("TICKBOX_TEST_ROUNDS", 1) {
            for (place, name) in NAMES.into_iter().enumerate() {
                let enough = *written.borrow() + 20;
                let mut writing = written.subscribe();
                writing.wait_for(|count| *count >= enough).await.unwrap();
                let server = servers[place].take().expect("it runs");
                server.terminate();
                let ended = server.ended().await;
                assert_eq!(ended.code, Some(0), "{}", ended.stderr);
                servers[place] = Some(serve(&setup.home, setup.ports[place]).await);
                setup.is_seen(name, "UP").await;
            }
        }
        // And one that nobody has warned of it: with a key, a write may be sent to another.
        let server = servers[0].take().expect("it runs");
        server.kill();
        setup.is_seen(NAMES[0], "DOWN").await;
        is_over.store(true, Ordering::Release);
        servers
    };
    let writing = (0..WRITERS).map(|writer| setup.write(writer, &written, &is_over));
    let (_servers, titles) = tokio::join!(restarting, join_all(writing));
    let titles: Result<Vec<_>, _> = titles.into_iter().collect();
    let mut titles = titles.unwrap().concat();
    titles.sort_unstable();
    eprintln!("{} writes, none lost", titles.len());
    assert_eq!(setup.titles().await, titles);
}
