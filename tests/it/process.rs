//! The real binary: its first start, what outlives it, and how it stops.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::process::{Running, Tickbox, http};
use crate::support::{Home, SECRET};

/// The first start of a newcomer: no settings, one command, one paste.
#[tokio::test]
async fn the_first_start_prints_a_curl_that_works() {
    let mut server = Tickbox::new([""; 0]).serve().await;
    let stdout = server.stdout();
    assert!(stdout.contains(&format!("{}/docs", server.url)), "{stdout}");
    let curl = server.printed("curl ").await;
    let output = Command::new("sh")
        .args(["-c", &format!("{curl} --silent")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let task: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&task["user_id"], &task["title"]),
        (&json!("demo"), &json!("Buy milk"))
    );
    let secret = fs::metadata(server.directory().join("tickbox.secret")).unwrap();
    assert_eq!(secret.permissions().mode() & 0o777, 0o600);
    assert!(server.directory().join("tickbox.db").exists());
    assert!(
        !server
            .stderr()
            .contains(&*fs::read_to_string(server.directory().join("tickbox.secret")).unwrap())
    );
}

/// The program is not on the `PATH` here; a shell would not find it by its name.
#[tokio::test]
async fn the_command_that_the_first_start_advises_works_as_it_stands() {
    let mut server = Tickbox::new([""; 0]).serve().await;
    let advised = server.printed("More tokens: ").await;
    let output = Command::new("sh")
        .args(["-c", advised.trim_start_matches("More tokens: ")])
        .current_dir(server.directory())
        .env("PORT", "0")
        .output()
        .unwrap();
    let token = String::from_utf8(output.stdout).unwrap();
    let tasks = http().get(format!("{}/api/demo/tasks", server.url));
    let answer = tasks.bearer_auth(token.trim()).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{advised}");
}

#[tokio::test]
async fn the_first_start_on_postgres_prints_a_curl_that_works() {
    let home = Home::postgres().await;
    let mut server = Tickbox::new([""; 0])
        .env("DATABASE_URL", home.url())
        .serve()
        .await;
    let curl = server.printed("curl ").await;
    let output = Command::new("sh")
        .args(["-c", &format!("{curl} --silent")])
        .output()
        .unwrap();
    let task: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(task["title"], "Buy milk");
    assert!(!server.directory().join("tickbox.db").exists());
}

#[tokio::test]
async fn tasks_and_the_secret_outlive_the_process() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let start = || Tickbox::new(["serve"]).inside(directory.path()).serve();
    let server = start().await;
    let token = Tickbox::new(["token", "--user", "ada", "--ttl", "1h"])
        .inside(directory.path())
        .run()
        .await;
    let token = token.stdout.trim().to_owned();
    create(&server, &token, "Outlive").await;
    server.kill();
    assert_eq!(server.ended().await.code, None);
    let server = start().await;
    let list = http()
        .get(format!("{}/api/ada/tasks", server.url))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert!(list.text().await.unwrap().contains("Outlive"));
    // After a stop, all is in the one file: whoever copies it has everything.
    server.terminate();
    assert_eq!(server.ended().await.code, Some(0));
    let left =
        ["tickbox.db-wal", "tickbox.db-shm"].map(|name| directory.path().join(name).exists());
    assert_eq!(left, [false; 2]);
}

async fn create(server: &Running, token: &str, title: &str) {
    let request = http()
        .post(format!("{}/api/ada/tasks", server.url))
        .bearer_auth(token);
    let request = request
        .header("content-type", "application/json")
        .body(json!({ "title": title }).to_string());
    assert_eq!(request.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn it_stops_when_it_is_asked_to() {
    for interrupt in [false, true] {
        let server = Tickbox::new(["serve"]).serve().await;
        if interrupt {
            server.interrupt();
        } else {
            server.terminate();
        }
        let ended = server.ended().await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains("stopped"), "{}", ended.stderr);
    }
}

/// A request that has begun is answered, although the signal came in between.
#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_end() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .serve()
        .await;
    let token = Tickbox::new(["token", "--user", "ada"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .run()
        .await
        .stdout;
    let body = r#"{"title": "In flight"}"#;
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/ada/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        token.trim(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: so the request is being handled.
    let mut answer = vec![0; 25];
    stream.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 100"));
    server.terminate();
    server.logged("stopping").await;
    assert!(
        tokio::net::TcpStream::connect(&address).await.is_err(),
        "nobody new is let in"
    );
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.ended().await.code, Some(0));
}

/// Whoever listens does not keep the server from stopping; and a ticket is no secret that a log gives away.
#[tokio::test]
async fn a_stream_ends_with_the_server_and_its_ticket_is_not_in_the_log() {
    let server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .serve()
        .await;
    let program = Tickbox::new(["token", "--user", "ada"]).env("BETTER_AUTH_SECRET", SECRET);
    let token = program.run().await.stdout.trim().to_owned();
    let events = format!("{}/api/ada/events", server.url);
    let request = http().post(format!("{events}/ticket")).bearer_auth(token);
    let body = request.send().await.unwrap().text().await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    let ticket = body["ticket"].as_str().unwrap();
    let stream = http().get(format!("{events}?ticket={ticket}")).send();
    let mut stream = stream.await.unwrap();
    let ready = stream.chunk().await.unwrap().unwrap();
    assert!(ready.starts_with(b"event: ready"), "{ready:?}");
    server.terminate();
    assert!(stream.chunk().await.unwrap().is_none());
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("cut off"), "{}", ended.stderr);
    assert!(ended.stderr.contains("/events"), "{}", ended.stderr);
    assert!(!ended.stderr.contains(ticket), "{}", ended.stderr);
}

/// The log of what is written stands beside the name that the file was opened by: two names would be two logs.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_second_name_of_the_file_is_no_way_past_its_lock() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let serve = |name: &str| {
        let program = Tickbox::new(["serve"]).inside(directory.path());
        program.env("DATABASE_URL", format!("sqlite://{name}"))
    };
    let first = serve("one.db").serve().await;
    fs::hard_link(
        directory.path().join("one.db"),
        directory.path().join("two.db"),
    )
    .unwrap();
    let second = serve("two.db").run().await;
    assert_eq!(second.code, Some(1), "{}", second.stdout);
    assert!(second.stderr.contains("in use"), "{}", second.stderr);
    first.terminate();
    assert_eq!(first.ended().await.code, Some(0));
    let mut warned = serve("two.db").serve().await;
    warned.logged("has several names").await;
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let server = Tickbox::new(["serve"])
        .inside(directory.path())
        .serve()
        .await;
    for command in ["serve", "migrate"] {
        let second = Tickbox::new([command]).inside(directory.path()).run().await;
        assert_eq!(second.code, Some(1));
        assert!(
            second
                .stderr
                .contains("another tickbox serves tickbox.db: stop it, or set DATABASE_URL"),
            "{}",
            second.stderr
        );
    }
    server.kill();
    let _ = server.ended().await;
    Tickbox::new(["serve"])
        .inside(directory.path())
        .serve()
        .await;
}

/// What a start is refused for: the sentence names the variable and gives an example.
/// In production a log line is JSON, and says what happened without saying the token.
#[tokio::test]
async fn a_request_is_one_line_in_the_log() {
    let mut server = Tickbox::new(["serve"])
        .env("ENVIRONMENT", "production")
        .env("BETTER_AUTH_SECRET", SECRET)
        .serve()
        .await;
    let program =
        Tickbox::new(["token", "--user", "ada", "--force"]).env("BETTER_AUTH_SECRET", SECRET);
    let token = program.run().await.stdout.trim().to_owned();
    let task = format!(
        "{}/api/ada/tasks/01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
        server.url
    );
    let ask = async |path: &str, token: &str, id: &str| {
        http()
            .get(path)
            .bearer_auth(token)
            .header("x-request-id", id)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(ask(&task, &token, "first").await, 404);
    assert_eq!(
        ask(&format!("{}/api/eve/tasks", server.url), &token, "second").await,
        404
    );
    assert_eq!(ask(&task, "not-a-token-at-all", "third").await, 401);
    server.logged("third").await;
    server.terminate();
    let log = server.ended().await.stderr;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |id: &str, message: &str| {
        let mut found = lines
            .iter()
            .filter(|line| line["request_id"] == id && line["message"] == message);
        let line = found
            .next()
            .unwrap_or_else(|| panic!("no {message} for {id}\n{log}"));
        assert!(found.next().is_none(), "twice: {line}");
        line.clone()
    };
    let line = of("first", "request");
    for (field, value) in [
        ("method", json!("GET")),
        ("route", json!("/api/{user_id}/tasks/{task_id}")),
        ("status", json!(404)),
        ("user", json!("ada")),
        ("db_calls", json!(1)),
        ("level", json!("INFO")),
    ] {
        assert_eq!(line[field], value, "{field}");
    }
    assert!(line["duration_ms"].as_f64() >= line["db_ms"].as_f64());
    assert_eq!(of("second", "request refused")["reason"], "foreign_user");
    assert_eq!(of("third", "request refused")["level"], "WARN");
    assert_eq!(of("third", "request")["status"], 401);
    assert!(!log.contains(&token) && !log.contains("not-a-token-at-all"));
}
