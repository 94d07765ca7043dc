//! The client in Python that `docs/sync.md` has is run. Its commands are, too: `guides`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::support::SECRET;
use crate::support::leash::{Farewell, Leashed, Output};
use crate::support::process::{Running, Tickbox, http};

/// The guide's pieces of code in a language, in order.
fn code(language: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sync.md");
    let guide = fs::read_to_string(file).unwrap();
    let begin = format!("```{language}\n");
    let pieces = guide.split(&*begin).skip(1);
    pieces
        .map(|piece| piece.split("```").next().unwrap().to_owned())
        .collect()
}

/// A line to a server that breaks: every other connection carries so many bytes of the answer and no more.
struct BadLine {
    server: Arc<Mutex<String>>,
    url: String,
    _connections: TaskTracker,
}

const CARRIED: [u64; 3] = [0, 60, 400];

impl BadLine {
    async fn new(server: &Running) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Arc::new(Mutex::new(server.url.clone()));
        let connections = TaskTracker::new();
        let (target, tracker) = (server.clone(), connections.clone());
        connections.spawn(async move {
            for number in 0.. {
                let (client, _) = listener.accept().await.unwrap();
                let url = target.lock().unwrap().clone();
                let carried = match number % 2 {
                    0 => CARRIED[number / 2 % CARRIED.len()],
                    _ => u64::MAX,
                };
                tracker.spawn(carry(client, url, carried));
            }
        });
        Self {
            server,
            url,
            _connections: connections,
        }
    }

    fn lead_to(&self, server: &Running) {
        self.server.lock().unwrap().clone_from(&server.url);
    }
}

async fn carry(client: TcpStream, url: String, carried: u64) {
    let address = url.trim_start_matches("http://");
    // A server that is away closes the line.
    let Ok(server) = TcpStream::connect(address).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let mut answer = from_server.take(carried);
    let asking = tokio::io::copy(&mut from_client, &mut to_server);
    let answering = tokio::io::copy(&mut answer, &mut to_client);
    tokio::select! {
        // Which closes both lines.
        _ = answering => {}
        () = async { let _ = asking.await; std::future::pending().await } => {}
    }
    let _ = to_client.shutdown().await;
}

/// The guide's client, which writes its copy after each change.
fn start_client(url: &str, token: &str) -> (Leashed, Output) {
    let [client] = <[String; 1]>::try_from(code("python")).unwrap();
    let program = format!(
        "{client}\nstate = {{\"tasks\": {{}}}}\n\
         tell = lambda change: print(json.dumps(state[\"tasks\"]), flush=True)\n\
         sync({url:?}, \"ada\", lambda: {token:?}, state, tell)\n"
    );
    let mut command = Command::new("python3");
    command.args(["-c", &program]).stdin(Stdio::null());
    command.stdout(Stdio::piped());
    let farewell = Farewell {
        signal: "KILL",
        directory: None,
    };
    let mut process = Leashed::start(&mut command, &farewell).expect("python3 can be started");
    let output = process.stdout();
    (process, output)
}

/// Somebody else who works on the same tasks, at the server itself.
struct Other<'a> {
    server: &'a Running,
    token: &'a str,
}

impl Other<'_> {
    async fn send(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let url = format!("{}/api/ada/tasks{path}", self.server.url);
        let request = http().request(method, url).bearer_auth(self.token);
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
    }

    async fn create(&self, title: &str) -> String {
        let body = json!({"title": title});
        let task = self.send(reqwest::Method::POST, "", body).await;
        format!("/{}", task["id"].as_str().unwrap())
    }

    /// Waits until the client's copy is the server's list.
    async fn wait_for(&self, copies: &mut Output) {
        let list = self.send(reqwest::Method::GET, "", Value::Null).await;
        let tasks = list["tasks"].as_array().unwrap().iter();
        let tasks = tasks.map(|task| (task["id"].as_str().unwrap().to_owned(), task.clone()));
        let there: BTreeMap<String, Value> = tasks.collect();
        let is_there = |line: &str| {
            let copy: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
            (copy == there).then_some(())
        };
        let found = tokio::time::timeout(Duration::from_mins(1), copies.find(is_there)).await;
        assert_eq!(found, Ok(Some(())), "{}", copies.so_far());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_in_python_keeps_its_copy_whatever_breaks() {
    let home = TempDir::with_prefix("tickbox-test-").unwrap();
    let start = |directory: &Path| {
        let server = Tickbox::new(["serve"]).env("BETTER_AUTH_SECRET", SECRET);
        server.inside(directory).serve()
    };
    let server = start(home.path()).await;
    let program = Tickbox::new(["token", "--user", "ada"]).env("BETTER_AUTH_SECRET", SECRET);
    let token = program.run().await.stdout.trim().to_owned();
    let token = token.as_str();
    let line = BadLine::new(&server).await;
    let other = Other {
        server: &server,
        token,
    };
    let milk = other.create("Buy milk").await;
    let bread = other.create("Buy bread").await;
    let (_client, mut copies) = start_client(&line.url, token);
    other.wait_for(&mut copies).await;
    let done = json!({"completed": true});
    other.send(reqwest::Method::PATCH, &milk, done).await;
    other.send(reqwest::Method::DELETE, &bread, json!({})).await;
    other.create("Call Ada").await;
    other.wait_for(&mut copies).await;

    // The server is replaced while the client waits for an answer.
    server.kill();
    assert_eq!(server.ended().await.code, None);
    let server = start(home.path()).await;
    line.lead_to(&server);
    let other = Other {
        server: &server,
        token,
    };
    other.send(reqwest::Method::DELETE, &milk, json!({})).await;
    other.wait_for(&mut copies).await;
    server.terminate();
    assert_eq!(server.ended().await.code, Some(0));

    // A database that knows nothing of what the client was told: it has to begin again.
    let other_home = TempDir::with_prefix("tickbox-test-").unwrap();
    let server = start(other_home.path()).await;
    line.lead_to(&server);
    let other = Other {
        server: &server,
        token,
    };
    other.create("A new beginning").await;
    other.wait_for(&mut copies).await;
}
