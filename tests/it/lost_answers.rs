//! Answers that get lost with the server that was to give them, and repeats that reach another server.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::Home;
use crate::support::process::{Running, Tickbox, http};

const SECRET: &str = "a secret of a test that is long enough";
const PATH: &str = "/api/ada/tasks";

struct Caller {
    token: String,
}

impl Caller {
    async fn new() -> Self {
        let token = Tickbox::new(["token", "--user", "ada", "--ttl", "1h"])
            .env("BETTER_AUTH_SECRET", SECRET)
            .run()
            .await;
        Self {
            token: token.stdout.trim().to_owned(),
        }
    }

    async fn post(&self, server: &Running, key: &str, body: &Value) -> reqwest::Response {
        let request = http()
            .post(format!("{}{PATH}", server.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        request.body(body.to_string()).send().await.unwrap()
    }

    async fn put(&self, server: &Running, path: &str, tag: &str, body: &Value) -> StatusCode {
        let request = http()
            .put(format!("{}{path}", server.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("if-match", tag);
        request
            .body(body.to_string())
            .send()
            .await
            .unwrap()
            .status()
    }

    async fn count(&self, server: &Running) -> i64 {
        let request = http().get(format!("{}{PATH}?limit=1", server.url));
        let list = request.bearer_auth(&self.token).send().await.unwrap();
        let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
        list["count"].as_i64().unwrap()
    }

    /// Sends a request, and takes no answer.
    async fn send_only(&self, server: &Running, key: &str, body: &Value) -> TcpStream {
        let address = server.url.strip_prefix("http://").unwrap();
        let mut line = TcpStream::connect(address).await.unwrap();
        let (token, body) = (&self.token, body.to_string());
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        line.write_all(request.as_bytes()).await.unwrap();
        line
    }
}

fn server(url: &str) -> Tickbox {
    Tickbox::new(["serve"])
        .env("DATABASE_URL", url)
        .env("BETTER_AUTH_SECRET", SECRET)
}

/// Another server is asked whether the task is there; where there can be none, the file is.
async fn a_killed_server_has_kept_the_first_answer(url: &str, watch: impl AsyncFn() -> bool) {
    let caller = Caller::new().await;
    let body = json!({"title": "Buy milk"});
    let first = server(url).serve().await;
    let line = caller.send_only(&first, "once", &body).await;
    while !watch().await {
        tokio::task::yield_now().await;
    }
    first.kill();
    assert_eq!(first.ended().await.code, None, "killed");
    drop(line);

    let second = server(url).serve().await;
    let again = caller.post(&second, "once", &body).await;
    assert_eq!(again.status(), StatusCode::CREATED);
    let replayed = again.headers().get("idempotency-replayed");
    assert_eq!(replayed.unwrap(), "true");
    assert_eq!(caller.count(&second).await, 1);
}

#[tokio::test]
async fn a_killed_server_has_kept_the_first_answer_on_sqlite() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let path = directory.path().join("test.db");
    let url = format!("sqlite://{}", path.display());
    a_killed_server_has_kept_the_first_answer(&url, async || {
        let file = rusqlite::Connection::open(&path).unwrap();
        let count = file.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0));
        count == Ok(1)
    })
    .await;
}

#[tokio::test]
async fn a_killed_server_has_kept_the_first_answer_on_postgres() {
    let home = Home::postgres().await;
    let Home::Postgres(database) = &home else {
        unreachable!()
    };
    let client = database.administrator().await;
    a_killed_server_has_kept_the_first_answer(database.url(), async || {
        let counted = client
            .query_one("SELECT count(*) FROM tickbox.tasks", &[])
            .await;
        counted.unwrap().get::<_, i64>(0) == 1
    })
    .await;
}

#[tokio::test]
async fn two_servers_do_a_repeated_request_once_and_let_one_writer_win() {
    let home = Home::postgres().await;
    let servers = [
        server(&home.url()).serve().await,
        server(&home.url()).serve().await,
    ];
    let caller = Caller::new().await;
    let body = json!({"title": "Buy milk"});

    let repeats = (0..200).map(|number| caller.post(&servers[number % 2], "once", &body));
    let mut created = Vec::new();
    for answer in join_all(repeats).await {
        if answer.status() != StatusCode::CONFLICT {
            assert_eq!(answer.status(), StatusCode::CREATED);
            created.push(answer.text().await.unwrap());
        }
    }
    created.dedup();
    assert_eq!(created.len(), 1, "everybody hears of the same task");
    assert_eq!(caller.count(&servers[0]).await, 1);

    let task: Value = serde_json::from_str(&created[0]).unwrap();
    let path = format!("{PATH}/{}", task["id"].as_str().unwrap());
    let body = json!({"title": "Buy oat milk"});
    let writers = (0..200).map(|number| caller.put(&servers[number % 2], &path, "\"1\"", &body));
    let statuses = join_all(writers).await;
    let won = statuses.iter().filter(|status| **status == StatusCode::OK);
    assert_eq!(won.count(), 1);
    let lost = statuses
        .iter()
        .filter(|status| **status == StatusCode::PRECONDITION_FAILED);
    assert_eq!(lost.count(), 199);
}
