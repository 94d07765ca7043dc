//! Health, readiness, and the documentation pages.

use std::fs;
use std::os::unix::fs::FileExt;

use axum::http::StatusCode;
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::json;

use crate::support::{Client, Home, TestApp, every_engine, read_lines, tamper};

every_engine!(
    health_and_readiness_need_no_token,
    to_ask_leaves_no_traces,
    the_documents_are_served_without_internet
);

async fn health_and_readiness_need_no_token(app: TestApp) {
    let nobody = app.nobody();
    let health = nobody.get("/health").await.expect(StatusCode::OK);
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    allow_duplicates! {
        assert_json_snapshot!(health, {".version" => "[version]"}, @r#"
        {
          "status": "healthy",
          "timestamp": "2026-01-01T00:00:00.002000Z",
          "version": "[version]"
        }
        "#);
    }
    let ready = nobody.get("/ready").await.expect(StatusCode::OK);
    allow_duplicates! {
        assert_json_snapshot!(ready, @r#"
        {
          "checks": {
            "database": "ok",
            "keys": "ok"
          },
          "status": "ready"
        }
        "#);
    }
}

async fn readiness(app: &TestApp) -> StatusCode {
    app.nobody().get("/ready").await.status
}

const READY: StatusCode = StatusCode::OK;
const NOT_READY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_when_its_file_is_not_what_it_was() {
    let app = TestApp::sqlite().await;
    let Home::Sqlite(directory) = &app.home else {
        unreachable!()
    };
    let (path, away) = (directory.path().join("test.db"), directory.path().join("x"));
    assert_eq!(readiness(&app).await, READY);
    fs::rename(&path, &away).unwrap();
    assert_eq!(readiness(&app).await, NOT_READY);
    fs::write(&path, "").unwrap();
    assert_eq!(readiness(&app).await, NOT_READY, "another file");
    fs::rename(&away, &path).unwrap();
    assert_eq!(readiness(&app).await, READY);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0x5a; 4096], 0).unwrap();
    assert_eq!(readiness(&app).await, NOT_READY, "overwritten");
}

async fn write(user: &Client) -> StatusCode {
    user.post(&user.tasks, json!({"title": "x"})).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_when_the_file_cannot_be_written() {
    let app = TestApp::sqlite().await;
    let Home::Sqlite(directory) = &app.home else {
        unreachable!()
    };
    let holder = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(readiness(&app).await, NOT_READY);
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(write(&app.user("ada")).await, StatusCode::CREATED);
    assert_eq!(readiness(&app).await, READY);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_when_the_server_only_reads_or_has_no_tables() {
    let app = TestApp::postgres().await;
    let Home::Postgres(database) = &app.home else {
        unreachable!()
    };
    let administrator = database.administrator().await;
    let set = async |value: &str| {
        let name = administrator
            .query_one("SELECT current_database()", &[])
            .await
            .unwrap();
        let name: String = name.get(0);
        let change = format!(
            "ALTER DATABASE \"{name}\" SET default_transaction_read_only = {value};
             SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE application_name = 'tickbox' AND datname = current_database()"
        );
        administrator.batch_execute(&change).await.unwrap();
    };
    let ada = app.user("ada");
    assert_eq!(write(&ada).await, StatusCode::CREATED);
    assert_eq!(readiness(&app).await, READY);
    set("on").await;
    assert_eq!(write(&ada).await, NOT_READY);
    assert_eq!(ada.list().await["count"], 1, "it can be read");
    assert_eq!(readiness(&app).await, NOT_READY);
    set("off").await;
    assert_eq!(write(&ada).await, StatusCode::CREATED);
    assert_eq!(readiness(&app).await, READY);
    administrator
        .batch_execute("DROP SCHEMA tickbox CASCADE")
        .await
        .unwrap();
    assert_eq!(readiness(&app).await, NOT_READY);
}

/// What is written to try leaves nothing.
async fn to_ask_leaves_no_traces(app: TestApp) {
    tamper(&app.home, "DELETE FROM tickets").await;
    assert_eq!(readiness(&app).await, READY);
    let tickets = "SELECT 'tickets: ' || count(*) FROM tickets";
    assert_eq!(read_lines(&app.home, tickets).await, ["tickets: 0"]);
}

async fn the_documents_are_served_without_internet(app: TestApp) {
    let nobody = app.nobody();
    let document = nobody.get("/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.text, tickbox::http::document_text());
    let page = nobody.get("/docs").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, Some("text/html; charset=utf-8"))
    );
    // Everything that the page loads comes from here, whatever stands before the path.
    for (page, from) in [("/docs", "docs/"), ("/docs/", "")] {
        let page = nobody.get(page).await;
        let files = ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"];
        for file in files {
            assert!(
                page.text.contains(&format!("\"{from}{file}\"")),
                "{}",
                page.text
            );
        }
        assert!(
            !page.text.contains("\"/") && !page.text.contains("://"),
            "{}",
            page.text
        );
    }
    for (asset, least) in [
        ("/docs/swagger-ui.css", 100_000),
        ("/docs/swagger-ui-bundle.js", 1_000_000),
        ("/docs/start.js", 100),
    ] {
        let answer = nobody.get(asset).await;
        assert_eq!(answer.status, StatusCode::OK, "{asset}");
        assert!(
            answer.text.len() > least,
            "{asset} has {} bytes",
            answer.text.len()
        );
    }
    let answer = nobody.get("/redoc").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::PERMANENT_REDIRECT, Some("/docs"))
    );
}
