//! Settings as people paste them from other stacks, and what is said when they do not fit.

use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use tempfile::TempDir;

use crate::support::process::{Running, Tickbox, http};
use crate::support::{Home, SECRET};

async fn migrate(directory: &Path, url: &str) -> (Option<i32>, String) {
    let program = Tickbox::new(["migrate"]).inside(directory);
    let ended = program.env("DATABASE_URL", url).run().await;
    (ended.code, ended.stderr)
}

#[tokio::test]
async fn a_url_of_sqlite_names_the_file_that_its_author_meant() {
    for (url, file) in [
        ("sqlite:///./todo.db", "todo.db"),
        ("sqlite://data.db?mode=rwc", "data.db"),
        ("sqlite+aiosqlite:///./todo_app.db", "todo_app.db"),
        ("sqlite+aiosqlite:///todo_app.db", "todo_app.db"),
        ("file:./dev.db", "dev.db"),
        ("sqlite:here.db", "here.db"),
    ] {
        let directory = TempDir::with_prefix("tickbox-test-").unwrap();
        let (code, said) = migrate(directory.path(), url).await;
        assert_eq!(code, Some(0), "{url}: {said}");
        let made: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
        let made = made.into_iter().map(|entry| entry.unwrap().file_name());
        let mut made: Vec<_> = made.map(|name| name.into_string().unwrap()).collect();
        made.sort();
        assert_eq!(made, [file.to_owned(), format!("{file}.lock")], "{url}");
    }
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let absolute = format!("sqlite:///{}/abs.db", directory.path().display());
    assert_eq!(migrate(directory.path(), &absolute).await.0, Some(0));
    assert!(directory.path().join("abs.db").exists());
}

#[tokio::test]
async fn a_file_that_could_be_meant_in_two_ways_is_asked_about() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let (code, said) = migrate(directory.path(), "sqlite:///todo.db").await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains("sqlite://todo.db") && said.contains("sqlite:////todo.db"),
        "{said}"
    );
    let (code, said) = migrate(directory.path(), "sqlite://x.db?vfs=memdb").await;
    assert_eq!(code, Some(1));
    assert!(said.contains("\"vfs\""), "{said}");
}

#[tokio::test]
async fn options_of_other_drivers_and_poolers_are_passed_over_with_one_line() {
    let home = Home::postgres().await;
    let options = "supa=base-pooler.x&uselibpqcompat=true&gssencmode=disable&statement_cache_size=0\
        &pgbouncer=true&prepareThreshold=0&connection_limit=1";
    let url = format!("{}?{options}", home.url());
    let server = Tickbox::new(["serve"]).env("BETTER_AUTH_SECRET", SECRET);
    let mut server = server.env("DATABASE_URL", &url).serve().await;
    let names = "supa, uselibpqcompat, gssencmode, statement_cache_size, pgbouncer, prepareThreshold, connection_limit";
    server.logged(names).await;
    assert_eq!(server.stderr().matches("uselibpqcompat").count(), 1);
    let doctor = Tickbox::new(["doctor"]).env("BETTER_AUTH_SECRET", SECRET);
    let seen = doctor.env("DATABASE_URL", &url).run().await;
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    assert!(
        seen.stdout.contains("meant for other programs"),
        "{}",
        seen.stdout
    );

    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let (code, said) = migrate(directory.path(), &format!("{}?colour=green", home.url())).await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains("\"colour\"") && said.contains("take it out"),
        "{said}"
    );
    // It has to be encrypted, and this server cannot do that.
    let (code, said) = migrate(
        directory.path(),
        &format!("{}?sslmode=no-verify", home.url()),
    )
    .await;
    assert_eq!(code, Some(1));
    assert!(said.contains("TLS"), "{said}");
}

#[tokio::test]
async fn in_the_folder_of_another_program_its_file_is_left_alone() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let place = directory.path();
    let serve = || {
        let server = Tickbox::new(["serve"]).inside(place);
        server.env("BETTER_AUTH_SECRET", SECRET)
    };
    fs::write(place.join(".env"), "DATABASE_URL=file:./dev.db\n").unwrap();
    let mut server = serve().serve().await;
    server
        .logged("tasks are kept in ./dev.db, because the file .env says so")
        .await;
    drop(server);

    let other = rusqlite::Connection::open(place.join("prisma.db")).unwrap();
    other.execute_batch("CREATE TABLE tasks (id TEXT)").unwrap();
    for url in ["file:./prisma.db", "mysql://app@localhost/app"] {
        fs::write(place.join(".env"), format!("DATABASE_URL={url}\n")).unwrap();
        let refused = serve().run().await;
        assert_eq!(refused.code, Some(1), "{url}");
        let said = refused.stderr;
        for words in [
            "tickbox: DATABASE_URL ",
            "it stands in the file .env",
            "set the variable in the environment",
            "DATABASE_URL=sqlite://tickbox.db",
        ] {
            assert!(said.contains(words), "{url}: {said}");
        }
        // The cure that it names works.
        let server = serve().env("DATABASE_URL", "sqlite://tickbox.db");
        drop(server.serve().await);
    }
    let count = other.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    assert_eq!(count, Ok(1));
}

#[tokio::test]
async fn a_port_that_another_program_uses_is_named_with_where_it_stands() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    fs::write(directory.path().join(".env"), format!("PORT={port}\n")).unwrap();
    let server = || Tickbox::new(["serve"]).inside(directory.path());
    // An empty variable counts as not set.
    let refused = server().env("PORT", "").run().await;
    assert_eq!(refused.code, Some(1));
    let start = format!("tickbox: PORT {port} (it stands in the file .env;");
    assert!(refused.stderr.starts_with(&start), "{}", refused.stderr);
    drop(server().env("PORT", "0").serve().await);
}

async fn preflight(server: &Running, origin: &str) -> bool {
    let request = http().request(Method::OPTIONS, format!("{}/api/ada/tasks", server.url));
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "PUT");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    answer.headers().contains_key("access-control-allow-origin")
}

#[tokio::test]
async fn a_page_that_may_not_call_is_named_once() {
    let server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("ENVIRONMENT", "production")
        .env("ALLOWED_ORIGINS", "https://*.vercel.app,tauri://localhost");
    let mut server = server.serve().await;
    assert!(preflight(&server, "https://app.vercel.app").await);
    assert!(preflight(&server, "tauri://localhost").await);
    for origin in [
        "https://one.example",
        "https://one.example",
        "https://two.example",
    ] {
        assert!(!preflight(&server, origin).await);
    }
    server.logged("https://two.example").await;
    let log = server.stderr();
    for origin in ["https://one.example", "https://two.example"] {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(origin)).collect();
        assert_eq!(lines.len(), 1, "{log}");
        assert!(
            lines[0].contains("\"setting\":\"ALLOWED_ORIGINS\""),
            "{log}"
        );
    }
}

#[tokio::test]
async fn a_list_that_could_let_strangers_use_cookies_stops_the_start() {
    for list in ["*", "https://*.vercel.app", "https://a.example, *"] {
        let program = Tickbox::new(["serve"])
            .env("BETTER_AUTH_URL", "http://localhost:3000")
            .env("BETTER_AUTH_SESSIONS", "true")
            .env("ALLOWED_ORIGINS", list);
        let ended = program.run().await;
        assert_eq!(ended.code, Some(1), "{list}");
        assert!(
            ended.stderr.starts_with("tickbox: ALLOWED_ORIGINS has a *"),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn a_list_that_was_forgotten_is_told_at_the_start_in_the_log_and_by_doctor() {
    let mut server = Tickbox::new(["serve"]).serve().await;
    server.logged("ALLOWED_ORIGINS is not set").await;
    assert!(!preflight(&server, "http://localhost:3000").await);
    let line = "setting=\"ALLOWED_ORIGINS\" origin=\"http://localhost:3000\"";
    server.logged(line).await;
    let doctor = Tickbox::new(["doctor"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .run()
        .await;
    assert!(
        doctor.stdout.contains("ALLOWED_ORIGINS is not set"),
        "{}",
        doctor.stdout
    );
}

#[tokio::test]
async fn a_setting_that_refuses_tokens_is_named_once() {
    let sign = async |issuer: &str| {
        let program = Tickbox::new(["token", "--user", "ada"])
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("JWT_ISSUER", issuer);
        program.run().await.stdout.trim().to_owned()
    };
    let server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("ENVIRONMENT", "staging")
        .env("JWT_ISSUER", "https://right.example");
    let mut server = server.serve().await;
    let address = format!("{}/api/ada/tasks", server.url);
    let ask = async |token: String| {
        let answer = http().get(&address).bearer_auth(token).send().await;
        answer.unwrap().status()
    };
    assert_eq!(
        ask(sign("https://right.example").await).await,
        StatusCode::OK
    );
    for issuer in [
        "https://wrong.example",
        "https://wrong.example",
        "https://other.example",
    ] {
        assert_eq!(ask(sign(issuer).await).await, StatusCode::UNAUTHORIZED);
    }
    server.logged("\"issuer\":\"https://other.example\"").await;
    let log = server.stderr();
    let named = "a setting may be the cause";
    let lines: Vec<_> = log.lines().filter(|line| line.contains(named)).collect();
    assert_eq!(lines.len(), 2, "{log}");
    for line in lines {
        assert!(
            line.contains("\"setting\":\"JWT_ISSUER, or BETTER_AUTH_URL\""),
            "{line}"
        );
    }
}
