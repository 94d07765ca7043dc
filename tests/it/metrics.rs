//! What is counted, under which labels, and where it can be read. That every refusal is counted: `refusals`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use futures_util::{FutureExt, stream};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::exposition::Exposition;
use crate::support::process::Tickbox;
use crate::support::{SECRET, TestApp, every_engine};

every_engine!(
    a_request_counts_under_the_template_of_its_route,
    calls_of_the_database_count_for_their_route,
    a_strangers_path_is_counted,
);

const REQUESTS: &str = "tickbox_http_requests_total";
const DURATIONS: &str = "tickbox_http_request_duration_seconds_count";
const BROKEN_OFF: &str = "tickbox_http_requests_broken_off_total";
const TASKS: &str = "/api/{user_id}/tasks";
const TASK: &str = "/api/{user_id}/tasks/{task_id}";

fn counted(app: &TestApp) -> Exposition {
    Exposition::read(&app.app.metrics_text())
}

/// The labels of a request.
fn of<'a>(method: &'a str, route: &'a str, status: &'a str) -> [(&'a str, &'a str); 3] {
    [("method", method), ("route", route), ("status", status)]
}

async fn a_request_counts_under_the_template_of_its_route(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    for _ in 0..3 {
        assert_eq!(alice.get(&path).await.status, StatusCode::OK);
    }
    let missing = format!("{}/no-such-task", alice.tasks);
    assert_eq!(alice.get(&missing).await.status, StatusCode::NOT_FOUND);
    for (method, path) in [
        (Method::GET, "/api/alice/secrets"),
        (Method::GET, "/metrics"),
        (Method::from_bytes(b"BREW").unwrap(), "/coffee"),
        (Method::PUT, "/tea"),
    ] {
        let answer = alice.send_text(method, path, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let metrics = counted(&app);
    for (method, route, status, count) in [
        ("POST", TASKS, "201", 1),
        ("GET", TASK, "200", 3),
        ("GET", TASK, "404", 1),
        ("GET", "-", "404", 2),
        ("other", "-", "404", 1),
        ("PUT", "-", "404", 1),
    ] {
        let labels = of(method, route, status);
        assert_eq!(metrics.count(REQUESTS, &labels), count, "{labels:?}");
    }
    assert_eq!(metrics.series(REQUESTS).len(), 6, "and nothing else");
    for (route, count) in [(TASKS, 1), (TASK, 4), ("-", 4), ("/health", 0)] {
        assert_eq!(metrics.count(DURATIONS, &[("route", route)]), count);
        assert_eq!(metrics.count(BROKEN_OFF, &[("route", route)]), 0);
    }
}

async fn calls_of_the_database_count_for_their_route(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    for _ in 0..2 {
        assert_eq!(alice.get(&path).await.status, StatusCode::OK);
    }
    assert_eq!(app.nobody().get("/health").await.status, StatusCode::OK);
    let metrics = counted(&app);
    let calls = "tickbox_database_call_duration_seconds_count";
    for (route, count) in [(TASKS, 1), (TASK, 2), ("/health", 0)] {
        let route = [("route", route)];
        assert_eq!(metrics.count(calls, &route), count, "{route:?}");
        let seconds = metrics.find("tickbox_database_call_duration_seconds_sum", &route);
        assert_eq!(seconds > Some(0.0), count > 0, "{route:?}: {seconds:?}");
    }
}

async fn a_strangers_path_is_counted(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    for _ in 0..2 {
        assert_eq!(
            mallory.get(&alice.tasks).await.status,
            StatusCode::NOT_FOUND
        );
    }
    assert_eq!(alice.get(&alice.tasks).await.status, StatusCode::OK);
    let metrics = counted(&app);
    assert_eq!(metrics.count("tickbox_foreign_paths_total", &[]), 2);
    assert_eq!(metrics.count(REQUESTS, &of("GET", TASKS, "404")), 2);
    let refusals = metrics.series("tickbox_auth_refusals_total");
    assert!(refusals.iter().all(|(_, count)| *count == 0.0));
}

/// Reads the document, so that no route can be forgotten.
#[tokio::test]
async fn no_route_is_counted_as_unknown() {
    let app = TestApp::sqlite().await;
    let nobody = app.nobody();
    let document: Value = serde_json::from_str(&tickbox::http::document_text()).unwrap();
    let mut routes = vec![
        ("get".to_owned(), "/docs".to_owned()),
        ("get".to_owned(), "/docs/".to_owned()),
        ("get".to_owned(), "/docs/{file}".to_owned()),
        ("get".to_owned(), "/client.js".to_owned()),
        ("get".to_owned(), "/client.tgz".to_owned()),
        ("get".to_owned(), "/openapi.json".to_owned()),
        ("get".to_owned(), "/redoc".to_owned()),
    ];
    for (template, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        routes.extend(methods.map(|method| (method.clone(), template.clone())));
    }
    for (method, template) in &routes {
        let method = method.to_uppercase().parse().unwrap();
        let _ = nobody.send_text(method, template, "{}").await;
    }
    let metrics = counted(&app);
    for (method, template) in &routes {
        let series = metrics.series(REQUESTS);
        let found = series.iter().any(|(labels, count)| {
            labels["method"] == method.to_uppercase() && labels["route"] == template && *count > 0.0
        });
        assert!(found, "{method} {template}: {series:?}");
    }
    assert_eq!(metrics.count(DURATIONS, &[("route", "-")]), 0);
    let series = metrics.series(REQUESTS);
    assert!(series.iter().all(|(labels, _)| labels["status"] != "other"));
}

#[tokio::test]
async fn a_caller_who_leaves_before_the_answer_counts_as_499() {
    let app = TestApp::sqlite().await;
    let alice = app.user("alice");
    let endless = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let asking = alice.send_text(Method::POST, &alice.tasks, endless);
    assert!(asking.now_or_never().is_none(), "the body never ends");
    let metrics = counted(&app);
    assert_eq!(metrics.count(REQUESTS, &of("POST", TASKS, "499")), 1);
    assert_eq!(metrics.count(BROKEN_OFF, &[("route", TASKS)]), 1);
    assert_eq!(metrics.count(DURATIONS, &[("route", TASKS)]), 1);
}

#[tokio::test]
async fn a_list_that_breaks_off_counts_when_it_does() {
    let app = TestApp::sqlite().await;
    let alice = app.user("alice");
    for number in 0..300 {
        alice.create(json!({"title": format!("{number}")})).await;
    }
    let request = Request::get(&alice.tasks).body(Body::empty()).unwrap();
    let mut answer = alice.receive(request).await;
    assert!(answer.body_mut().frame().await.unwrap().is_ok());
    let labels = of("GET", TASKS, "200");
    assert_eq!(counted(&app).find(REQUESTS, &labels), None, "not over yet");
    drop(answer);
    let metrics = counted(&app);
    assert_eq!(metrics.count(REQUESTS, &labels), 1);
    assert_eq!(metrics.count(BROKEN_OFF, &[("route", TASKS)]), 1);
}

#[tokio::test]
async fn the_program_serves_its_metrics_on_an_address_of_their_own() {
    let mut server = Tickbox::new(["serve"])
        .env("ENVIRONMENT", "production")
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("METRICS_ADDRESS", "127.0.0.1:0")
        .serve()
        .await;
    let ready = server.printed("tickbox is ready on ").await;
    let (_, metrics) = ready.split_once("; metrics: ").expect("the address");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv";
    let refused = http
        .get(format!("{}/api/ada/tasks", server.url))
        .bearer_auth(token);
    assert_eq!(refused.send().await.unwrap().status(), 401);

    let answer = http.get(metrics).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = answer.text().await.unwrap();
    let read = Exposition::read(&text);
    let opaque = [("reason", "opaque_session_token")];
    assert_eq!(read.count("tickbox_auth_refusals_total", &opaque), 1);
    assert_eq!(read.count(REQUESTS, &of("GET", TASKS, "401")), 1);
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(read.count("tickbox_build_info", &version), 1);
    let started = read.count("process_start_time_seconds", &[]);
    assert!(started > 1_700_000_000, "{started}");
    assert!(!text.contains("ada") && !text.contains(token), "{text}");

    // Neither door has what belongs to the other.
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status();
    assert_eq!(status(http.head(metrics)).await, 200);
    assert_eq!(status(http.post(metrics)).await, 405);
    for path in ["/", "/metrics/", "/health", "/api/ada/tasks"] {
        let elsewhere = metrics.replace("/metrics", path);
        assert_eq!(status(http.get(elsewhere)).await, 404, "{path}");
    }
    let on_the_api = format!("{}/metrics", server.url);
    assert_eq!(status(http.get(on_the_api)).await, 404);

    // The client keeps its connections open; that holds up nothing.
    server.terminate();
    let ended = server.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(http.get(metrics).send().await.is_err());
}

#[tokio::test]
async fn a_taken_address_for_metrics_stops_the_start() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let ended = Tickbox::new(["serve", "--metrics-address", &taken])
        .run()
        .await;
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert_eq!(ended.stdout, "", "it never said that it is ready");
    let sentence = format!("tickbox: METRICS_ADDRESS {taken} cannot be used: ");
    assert!(ended.stderr.starts_with(&sentence), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[tokio::test]
async fn every_metric_is_in_the_manual_with_its_type_and_its_labels() {
    let app = TestApp::sqlite().await;
    let _ = app.nobody().get("/health").await;
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let manual = fs::read_to_string(manual).unwrap();
    let (_, table) = manual.split_once("| metric | type |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut written: Vec<(String, String, BTreeSet<String>)> = Vec::new();
    for row in table.lines().filter(|row| row.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(',').filter(|label| !label.trim().is_empty());
        let labels = labels.map(|label| label.trim().replace('`', "")).collect();
        let kind = cells[2].split(' ').next().unwrap().to_owned();
        written.push((cells[1].replace('`', ""), kind, labels));
    }
    written.sort();
    assert_eq!(written, counted(&app).families());
}

/// Keeps the helper honest that all of the above rely on.
#[test]
fn a_broken_exposition_is_noticed() {
    let good = "# HELP x_total X.\n# TYPE x_total counter\nx_total{a=\"b\"} 1\n";
    assert_eq!(Exposition::read(good).count("x_total", &[("a", "b")]), 1);
    for (from, to) in [
        ("} 1\n", "} 1"),
        ("} 1", "} 1.5"),
        ("} 1", "} -1"),
        ("} 1", "} NaN"),
        ("\"b\"", "b"),
        ("\"b\"", "\"\"\""),
        ("x_total", "x"),
        ("counter\nx", "counter\ny"),
        ("# TYPE x_total counter\n", ""),
        (
            "x_total{a=\"b\"} 1\n",
            "x_total{a=\"b\"} 1\nx_total{a=\"b\"} 1\n",
        ),
        ("counter", "histogram"),
    ] {
        let bad = good.replace(from, to);
        let read = std::panic::catch_unwind(|| Exposition::read(&bad));
        assert!(read.is_err(), "{bad}");
    }
}
