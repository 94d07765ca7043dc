//! What others would use instead: installed into an environment of their own, set up as their
//! authors say, and filled with the same data.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::cluster::{Cluster, ROLE, free_port};
use super::dataset::{Dataset, peer};
use super::fill;
use super::process::tied;
use super::protocol::{Person, Protocol};
use super::response::{self, Body};
use super::server::Server;
use super::work::{Crowd, SECRET};
use crate::setup::unless_stamped;
use crate::step::{Outcome, quietly, root};

const ADMIN: &str = "admin@example.com";
const ADMIN_PASSWORD: &str = "only-for-the-benchmark";

fn environment() -> PathBuf {
    root().join("target/peers")
}

fn program(name: &str) -> PathBuf {
    environment().join("bin").join(name)
}

fn fast_api_directory() -> PathBuf {
    root().join("bench/peers/fastapi")
}

/// Needs a package registry the first time.
pub(super) fn install() -> Outcome {
    let wanted = root().join("bench/peers/requirements.txt");
    unless_stamped(&environment().join("tickbox-stamp"), &wanted, || {
        let mut python = Command::new("python3");
        quietly(python.args(["-m", "venv", "--clear"]).arg(environment()))?;
        let mut pip = Command::new(program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--requirement"]);
        quietly(pip.arg(&wanted)).map(drop)
    })
}

/// What `SQLAlchemy` takes.
fn fast_api_url(cluster: &Cluster, database: &str) -> String {
    let port = cluster.port();
    format!("postgresql+psycopg2://{ROLE}@127.0.0.1:{port}/{database}?sslmode=disable")
}

pub(super) fn load_fast_api(cluster: &Cluster, database: &str, dataset: Dataset) -> Outcome {
    let mut python = Command::new(program("python"));
    python
        .args([
            "-B",
            "-c",
            "import app; app.SQLModel.metadata.create_all(app.engine)",
        ])
        .current_dir(fast_api_directory())
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("DATABASE_URL", fast_api_url(cluster, database));
    quietly(&mut python)?;
    fill::fill_fast_api(cluster, database, dataset)
}

/// As many workers as cores here: two.
pub(super) fn serve_fast_api(cluster: &Cluster, database: &str) -> Outcome<Server> {
    let port = free_port()?;
    let mut uvicorn = tied(&program("uvicorn"), "TERM");
    uvicorn
        .args(["app:app", "--workers", "2", "--port", &port.to_string()])
        .current_dir(fast_api_directory())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("DATABASE_URL", fast_api_url(cluster, database))
        // The access log is on by default, as ours is.
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    start(uvicorn, port, "/openapi.json")
}

pub(super) fn serve_pocket_base(directory: &Path) -> Outcome<Server> {
    let port = free_port()?;
    let mut command = tied(&program("pocketbase"), "TERM");
    command
        .arg("serve")
        .arg(format!("--http=127.0.0.1:{port}"))
        .arg("--dir")
        .arg(directory)
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    start(command, port, "/api/health")
}

fn start(mut command: Command, port: u16, path: &str) -> Outcome<Server> {
    let process = command.stdin(Stdio::null()).spawn();
    let process = process.map_err(|error| format!("{command:?}: {error}"))?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let server = Server::of(process, address);
    let end = Instant::now() + Duration::from_secs(30);
    while call(address, "GET", path, "", None).is_err() {
        if Instant::now() > end {
            return Err(format!("not ready in time: {command:?}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // Both workers of two must be there, not only the first to answer.
    std::thread::sleep(Duration::from_secs(1));
    Ok(server)
}

/// Makes the collection as its dashboard would, and the data; gives the users with their tokens.
pub(super) fn load_pocket_base(directory: &Path, dataset: Dataset) -> Outcome<Crowd> {
    std::fs::create_dir(directory).map_err(|error| error.to_string())?;
    let mut superuser = Command::new(program("pocketbase"));
    superuser.args(["superuser", "upsert", ADMIN, ADMIN_PASSWORD, "--dir"]);
    quietly(superuser.arg(directory))?;
    let server = serve_pocket_base(directory)?;
    let admin = sign_in(server.address)?;
    let answer = call(
        server.address,
        "POST",
        "/api/collections",
        &admin,
        Some(&collection()),
    )?;
    if answer["name"] != "tasks" {
        return Err(format!("PocketBase made no collection: {answer}"));
    }
    server.stop()?;
    fill::fill_pocket_base(&directory.join("data.db"), dataset)?;

    let server = serve_pocket_base(directory)?;
    let admin = sign_in(server.address)?;
    let people = (0..dataset.users).map(|number| {
        let user = peer::pocket_base_user(number);
        let path = format!("/api/collections/users/impersonate/{user}");
        let lifetime = json!({"duration": 86_400});
        let answer = call(server.address, "POST", &path, &admin, Some(&lifetime))?;
        let token = answer["token"].as_str().ok_or("PocketBase gave no token")?;
        Ok(Person::new(user, token))
    });
    let people = people.collect::<Outcome<_>>()?;
    server.stop()?;
    let file = directory.join("data.db");
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .map_err(|error| error.to_string())?;
    Ok(Crowd::of(Protocol::PocketBase, dataset, people))
}

/// A fresh copy of a data directory that nobody uses.
pub(super) fn copy_pocket_base(from: &Path, to: &Path) -> Outcome {
    drop(std::fs::remove_dir_all(to));
    let text = |error: std::io::Error| error.to_string();
    std::fs::create_dir(to).map_err(text)?;
    for name in ["data.db", "auxiliary.db"] {
        std::fs::copy(from.join(name), to.join(name)).map_err(text)?;
        File::open(to.join(name))
            .and_then(|file| file.sync_all())
            .map_err(text)?;
    }
    Ok(())
}

/// Every record belongs to a user, who alone can reach it; the index is the one that lists need.
fn collection() -> Value {
    let rule = "owner = @request.auth.id";
    json!({
        "name": "tasks", "type": "base",
        "listRule": rule, "viewRule": rule, "createRule": rule, "updateRule": rule, "deleteRule": rule,
        "fields": [
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1,
             "required": true, "cascadeDelete": true},
            {"name": "title", "type": "text", "required": true, "max": 200},
            {"name": "description", "type": "text", "max": 2000},
            {"name": "completed", "type": "bool"},
            {"name": "created", "type": "autodate", "onCreate": true},
            {"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true},
        ],
        "indexes": ["CREATE INDEX idx_tasks_owner ON tasks (owner, created)"],
    })
}

fn sign_in(address: SocketAddr) -> Outcome<String> {
    let path = "/api/collections/_superusers/auth-with-password";
    let body = json!({"identity": ADMIN, "password": ADMIN_PASSWORD});
    let answer = call(address, "POST", path, "", Some(&body))?;
    let token = answer["token"].as_str();
    Ok(token.ok_or("PocketBase did not sign us in")?.to_owned())
}

/// One request on a connection of its own; the body of its answer.
fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&Value>,
) -> Outcome<Value> {
    let text = |error: std::io::Error| error.to_string();
    let body = body.map_or_else(String::new, Value::to_string);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).map_err(text)?;
    stream.write_all(request.as_bytes()).map_err(text)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).map_err(text)?;
    let answer = response::read(&received)?.ok_or("half an answer")?;
    let body = match &answer.body {
        Body::At { start, end } => &received[*start..*end],
        Body::Chunked(body) => body,
    };
    serde_json::from_slice(body).map_err(|error| error.to_string())
}
